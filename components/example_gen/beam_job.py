"""The Beam job: references are shuffled into shards, and each shard is one step of work."""

from collections.abc import Iterable, Sequence

import apache_beam as beam

from components.beam_engine import local_pipeline
from components.example_gen.shard import ShardWriter, Work


class WriteShard(beam.DoFn):
    """Writes one shard; what it finds out goes to the shard's own facts file."""

    def __init__(self, writer: ShardWriter) -> None:
        self._writer = writer

    def process(self, element: tuple[int, Iterable[Work]]) -> None:
        """Write the shard of (number, its work)."""
        shard, works = element
        self._writer.write(shard, works)


def run_job(works: Sequence[Work], writer: ShardWriter, workers: int) -> None:
    """Run the job in so many processes; 1 stays in this one."""
    with local_pipeline(workers) as pipeline:
        keyed = (
            pipeline
            | "References" >> beam.Create(list(works))
            | "Shuffle" >> beam.Reshuffle()
            | "Shard" >> beam.Map(lambda work: (work.shard(writer.num_shards), work))
        )
        keyed | "Group" >> beam.GroupByKey() | "Write" >> beam.ParDo(WriteShard(writer))
