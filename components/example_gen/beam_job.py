"""The Beam job: references are shuffled into shards, and each shard is one step of work."""

import pickle
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam

from components.engine.parameters import BeamParameters
from components.engine.run import run_job as run_beam_job
from components.example_gen.shard import ShardWriter, Work

REFERENCES = 10_000  # in a file


class WriteShard(beam.DoFn):
    """Writes one shard; what it finds out goes to the shard's own facts file."""

    def __init__(self, writer: ShardWriter) -> None:
        self._writer = writer

    def process(self, element: tuple[int, Iterable[Work]]) -> None:
        """Write the shard of (number, its work)."""
        shard, works = element
        self._writer.write(shard, works)


@dataclass(frozen=True)
class ShardJob:
    """The steps of the job.

    Attributes:
        lists: Files of references, each written by `write_references`: the job's graph stays small however many
            references there are.
    """

    lists: Sequence[Path]
    writer: ShardWriter

    def build(self, pipeline: beam.Pipeline) -> None:
        """Add them to a pipeline."""
        num_shards = self.writer.num_shards
        keyed = (
            pipeline
            | "Lists" >> beam.Create([str(file) for file in self.lists])
            | "Read" >> beam.FlatMap(read_references)
            | "Shuffle" >> beam.Reshuffle()
            | "Shard" >> beam.Map(lambda work: (work.shard(num_shards), work))
        )
        keyed | "Group" >> beam.GroupByKey() | "Write" >> beam.ParDo(WriteShard(self.writer))


def write_references(works: Sequence[Work], folder: Path) -> list[Path]:
    """Write references to files of at most REFERENCES each; the folder is the job's own, read by its workers alone."""
    files = []
    for start in range(0, len(works), REFERENCES):
        files.append(folder / f"references-{start // REFERENCES:05d}.pickle")
        files[-1].write_bytes(pickle.dumps(works[start : start + REFERENCES]))
    return files


def read_references(file: str) -> list[Work]:
    """The references of one file of `write_references`."""
    works: list[Work] = pickle.loads(Path(file).read_bytes())
    return works


def run_job(works: Sequence[Work], writer: ShardWriter, engine: BeamParameters, scratch: Path) -> None:
    """Write every shard.

    Args:
        scratch: An empty directory of this job's own, which all workers see.
    """
    job = ShardJob(write_references(works, scratch), writer)
    run_beam_job(engine, job.build, scratch)
