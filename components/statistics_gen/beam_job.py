"""The Beam job: each file's records are counted, and the counts are combined."""

import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import tensorflow as tf
from tensorflow_metadata.proto.v0 import schema_pb2

from components.durable import sync_path
from components.engine.parameters import BeamParameters
from components.engine.run import run_job as run_beam_job
from components.statistics_artifact import TABLES, read_tables, write_tables
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


class WriteTally(beam.DoFn):
    """Writes the sum to the job's folder; a retried write changes nothing."""

    def __init__(self, structures: tuple[str, ...], folder: Path) -> None:
        self._structures, self._folder = structures, folder

    def process(self, element: Tally) -> None:
        """Write the tally aside, then rename it into place."""
        aside = self._folder / uuid.uuid4().hex
        aside.mkdir()
        write_tables(element, self._structures, aside)
        sync_path(aside / TABLES)
        (aside / TABLES).replace(self._folder / TABLES)


@dataclass(frozen=True)
class TallyJob:
    """The steps of the job.

    Attributes:
        files: TFRecord files.
        folder: Where the sum goes.
    """

    files: Sequence[Path]
    schema: schema_pb2.Schema
    structures: tuple[str, ...]
    folder: Path

    def build(self, pipeline: beam.Pipeline) -> None:
        """Add them to a pipeline."""
        (
            pipeline
            | "Files" >> beam.Create([str(file.absolute()) for file in self.files])
            | "Shuffle" >> beam.Reshuffle()
            | "Count" >> beam.ParDo(CountFile(self.schema.SerializeToString(), self.structures))
            | "Merge" >> beam.CombineGlobally(MergeTallies())
            | "Write" >> beam.ParDo(WriteTally(self.structures, self.folder))
        )


def run_job(
    files: Sequence[Path], schema: schema_pb2.Schema, structures: tuple[str, ...], scratch: Path, engine: BeamParameters
) -> Tally:
    """Count all records of the files.

    Args:
        scratch: A directory of this job's own, which all workers see; what stands there is replaced.
    """
    folder = scratch.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    run_beam_job(engine, TallyJob(files, schema, structures, folder).build, folder)
    tally, _ = read_tables(folder)
    shutil.rmtree(folder)
    return tally
