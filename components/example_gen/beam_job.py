"""The Beam job: references are shuffled into shards, and each shard is one step of work."""

import logging
from collections.abc import Iterable, Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

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
    """Run on Beam's in-process engine, named outright: `DirectRunner` would first try to download another one.

    Args:
        workers: 1 works in this process, more start so many processes.
    """
    logging.getLogger("apache_beam").setLevel(logging.WARNING)
    mode = "in_memory" if workers == 1 else "multi_processing"
    options = PipelineOptions([], direct_running_mode=mode, direct_num_workers=workers)
    with beam.Pipeline(runner=FnApiRunner(), options=options) as pipeline:
        keyed = (
            pipeline
            | "References" >> beam.Create(list(works))
            | "Shuffle" >> beam.Reshuffle()
            | "Shard" >> beam.Map(lambda work: (work.shard(writer.num_shards), work))
        )
        keyed | "Group" >> beam.GroupByKey() | "Write" >> beam.ParDo(WriteShard(writer))
