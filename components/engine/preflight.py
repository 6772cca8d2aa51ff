"""What is checked in seconds before a job is submitted, each with what to do about it."""

import os
import subprocess
from pathlib import Path

from components.base import UserError
from components.engine.failure import user_error
from components.engine.flink.rest import check_cluster
from components.engine.flink.version import BEAM, check_sha256, java, job_server_jar
from components.engine.options import worker_command
from components.engine.parameters import BeamParameters
from components.engine.worker_check import EXPECTED, Expectation

SECONDS = 60


def preflight(parameters: BeamParameters, expected: Expectation) -> None:
    """Check what the submitting machine can see; each worker checks its own machine before it takes any work.

    Raises:
        UserError: Something is missing, of another version, or too small.
    """
    if parameters.engine == "flink":
        java()
        job_server_jar(parameters.flink.job_server_jar, parameters.flink.job_server_sha256)
        check_cluster(parameters.flink.address, parameters.workers)
    elif parameters.engine == "spark":
        java()
        _check_spark_jar(parameters)
    if parameters.engine != "dataflow":
        _check_worker(worker_command(parameters), expected)


def _check_spark_jar(parameters: BeamParameters) -> None:
    jar = parameters.spark.job_server_jar
    if jar is None or not Path(jar).is_file():
        raise UserError(
            "Invalid value for beam.spark.job_server_jar. Expected Beam's job server for Spark 3, "
            f"org.apache.beam:beam-runners-spark-3-job-server:{BEAM}. Received: {jar}. Next step: fetch it "
            "with Maven and name the file."
        )
    check_sha256(Path(jar), parameters.spark.job_server_sha256)


def _check_worker(command: str, expected: Expectation) -> None:
    """Let the worker's program hold its own environment against this one; where it is not on this machine, it is asked
    when a worker starts."""
    if not Path(command).is_file():
        if Path(command).parent.is_dir():
            raise UserError(
                f"{command}: expected the program that starts a worker. Received: no such file. Next step: install the "
                "sdist into that environment, or set beam.worker_command."
            )
        return
    environment = {**os.environ, EXPECTED: expected.to_json()}
    done = subprocess.run(
        [command, "--check"], env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    if done.returncode:
        refused = user_error(f"exit code {done.returncode}", command, expected)
        raise refused or UserError(
            f"{command}: expected a program that starts a worker. Received: exit code {done.returncode}, "
            f"{done.stderr.strip()[-300:]}. Next step: install the sdist into that environment."
        )
