"""Running one Beam job wherever the configuration says."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import (
    FlinkRunnerOptions,
    PipelineOptions,
    PortableOptions,
    SparkRunnerOptions,
)
from apache_beam.runners.portability.flink_runner import FlinkJarJobServer
from apache_beam.runners.portability.job_server import JavaJarJobServer
from apache_beam.runners.portability.portable_runner import PortableRunner
from apache_beam.runners.portability.spark_runner import SparkJarJobServer

from components.base import UserError
from components.engine.direct import direct_pipeline
from components.engine.failure import WorkerLostError, is_lost_worker, user_error
from components.engine.flink.version import job_server_jar
from components.engine.options import remote_options, worker_command
from components.engine.parameters import BeamParameters
from components.engine.preflight import preflight
from components.engine.worker_check import Expectation, here

Build = Callable[[beam.Pipeline], object]
TOKEN = "submitted"  # a file that every worker must see


def run_job(parameters: BeamParameters, build: Build, shared: Path) -> None:
    """Build a pipeline and run it to its end; again where a process under it was lost.

    Args:
        build: Adds the job's steps to a pipeline. A step may run several times, also at the same time, and then
            changes nothing.
        shared: An existing folder of the job's own, at the same path on every machine.

    Raises:
        UserError: A preflight check or a step found something the user can mend, or processes were lost too often.
    """
    logging.getLogger("apache_beam").setLevel(logging.WARNING)
    token = shared.absolute() / TOKEN
    token.touch()
    expected = here(token)
    for attempt in range(1, parameters.attempts + 1):
        try:
            with _pipeline(parameters, expected) as pipeline:
                build(pipeline)
                pipeline.run().wait_until_finish()
            break
        except UserError:
            raise
        except Exception as error:
            _raise_unless_lost(error, parameters, expected, attempt)
    token.unlink()


def _raise_unless_lost(error: Exception, parameters: BeamParameters, expected: Expectation, attempt: int) -> None:
    mendable = user_error(str(error), worker_command(parameters), expected)
    if mendable is not None:
        raise mendable from None
    if not isinstance(error, WorkerLostError) and not is_lost_worker(str(error)):
        raise error
    if attempt == parameters.attempts:
        raise UserError(
            f"Expected the workers of a job to live as long as it. Received: the last of {attempt} attempts lost one, "
            f"{str(error)[-300:]}. Next step: look for what ends them; mostly it is memory, then lower beam.workers."
        ) from None
    logging.getLogger(__name__).warning("a worker was lost; attempt %d of %d", attempt + 1, parameters.attempts)


@contextmanager
def _pipeline(parameters: BeamParameters, expected: Expectation) -> Iterator[beam.Pipeline]:
    """A pipeline on its engine, whose job server lives as long as it is needed."""
    if parameters.engine == "direct":
        yield direct_pipeline(parameters)
        return
    if parameters.engine == "dataflow":
        raise UserError(
            "Engine dataflow builds and validates job graphs (`labeldrop beam check`); running there needs a run root "
            "that its workers can write to as a folder. Next step: docs/how-to/dataflow.md."
        )
    preflight(parameters, expected)
    options = remote_options(parameters, expected)
    server = _job_server(parameters, options)
    if server is None:
        yield beam.Pipeline(PortableRunner(), options)
        return
    try:
        options.view_as(PortableOptions).job_endpoint = server.start()
        yield beam.Pipeline(PortableRunner(), options)
    finally:
        server.stop()


def _job_server(parameters: BeamParameters, options: PipelineOptions) -> JavaJarJobServer | None:
    """Beam's own job server for the cluster, none where one is already running."""
    if parameters.engine == "flink":
        jar = job_server_jar(parameters.flink.job_server_jar, parameters.flink.job_server_sha256)
        options.view_as(FlinkRunnerOptions).flink_job_server_jar = str(jar)
        return FlinkJarJobServer(options)
    if parameters.engine == "spark":
        options.view_as(SparkRunnerOptions).spark_job_server_jar = parameters.spark.job_server_jar
        return SparkJarJobServer(options)
    return None
