"""The Beam job: each file's records are counted, and the counts are combined."""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import apache_beam as beam
import tensorflow as tf
from tensorflow_metadata.proto.v0 import schema_pb2

from components.beam_engine import local_pipeline
from components.statistics_gen.count import count
from components.statistics_gen.tally import Tally


class CountFile(beam.DoFn):
    """One tally a file."""

    def __init__(self, schema: bytes, structures: tuple[str, ...]) -> None:
        self._schema, self._structures = schema, structures

    def process(self, element: str) -> Iterator[Tally]:
        """Count the records of a TFRecord file, one in memory at a time."""
        schema = schema_pb2.Schema.FromString(self._schema)
        tally = Tally()
        for serialized in tf.data.TFRecordDataset(element).as_numpy_iterator():
            count(tally, serialized, schema, self._structures)
        yield tally


class MergeTallies(beam.CombineFn):
    """Adds tallies up, in any order."""

    def create_accumulator(self) -> Tally:
        """Nothing counted."""
        return Tally()

    def add_input(self, mutable_accumulator: Tally, element: Tally) -> Tally:
        """Add one file."""
        return mutable_accumulator.merge(element)

    def merge_accumulators(self, accumulators: Iterable[Tally]) -> Tally:
        """Add partial sums."""
        total = Tally()
        for tally in accumulators:
            total.merge(tally)
        return total

    def extract_output(self, accumulator: Tally) -> Tally:
        """The sum."""
        return accumulator


def run_job(
    files: Sequence[Path], schema: schema_pb2.Schema, structures: tuple[str, ...], scratch: Path, workers: int
) -> Tally:
    """Count all records of the files in so many processes.

    Args:
        scratch: An existing directory of this job's own.
    """
    target = scratch / "tally.pickle"  # written and read by this job alone
    with local_pipeline(workers) as pipeline:
        (
            pipeline
            | "Files" >> beam.Create([str(file) for file in files])
            | "Shuffle" >> beam.Reshuffle()
            | "Count" >> beam.ParDo(CountFile(schema.SerializeToString(), structures))
            | "Merge" >> beam.CombineGlobally(MergeTallies())
            | "Write" >> beam.Map(lambda tally: target.write_bytes(pickle.dumps(tally)))
        )
    tally: Tally = pickle.loads(target.read_bytes())
    target.unlink()
    return tally
