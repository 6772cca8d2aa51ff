"""Beam's in-process engine, named outright: `DirectRunner` would first try to download another one."""

import logging

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner


def local_pipeline(workers: int) -> beam.Pipeline:
    """A pipeline that runs when its `with` block ends.

    Args:
        workers: 1 works in this process, more start so many processes.
    """
    logging.getLogger("apache_beam").setLevel(logging.WARNING)
    mode = "in_memory" if workers == 1 else "multi_processing"
    options = PipelineOptions([], direct_running_mode=mode, direct_num_workers=workers)
    return beam.Pipeline(runner=FnApiRunner(), options=options)
