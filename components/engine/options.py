"""Beam's options for each engine that is not this machine."""

import json
import os
import sys
from pathlib import Path

from apache_beam.options.pipeline_options import PipelineOptions

from components.engine.flink.version import FLINK
from components.engine.parameters import BeamParameters, DataflowParameters
from components.engine.worker_check import EXPECTED, Expectation

WORKER = "labeldrop-beam-worker"


def worker_command(parameters: BeamParameters) -> str:
    """The program that starts a worker."""
    return parameters.worker_command or str(Path(sys.executable).parent / WORKER)


def remote_options(parameters: BeamParameters, expected: Expectation) -> PipelineOptions:
    """Everything that a cluster's job is submitted with, but where the job service is."""
    flags = {
        "flink": _flink, "spark": _spark, "portable": _portable, "dataflow": _dataflow,
    }[parameters.engine](parameters, expected)  # fmt: skip
    return PipelineOptions([*flags, *parameters.options])


def _process(parameters: BeamParameters, expected: Expectation) -> list[str]:
    """Each machine starts workers of its own; LOOPBACK would do all of the work in the submitting process."""
    environment = {EXPECTED: expected.to_json(), "PATH": os.environ.get("PATH", os.defpath)}
    config = {"command": worker_command(parameters), "env": environment}
    return ["--environment_type=PROCESS", f"--environment_config={json.dumps(config)}"]


def _flink(parameters: BeamParameters, expected: Expectation) -> list[str]:
    return [
        f"--flink_master=http://{parameters.flink.address}",
        f"--flink_version={FLINK}",
        f"--parallelism={parameters.workers}",  # without it a job has one subtask
        f"--number_of_execution_retries={parameters.flink.retries}",  # Beam's own is none
        *_process(parameters, expected),
    ]


def _spark(parameters: BeamParameters, expected: Expectation) -> list[str]:
    return [f"--spark_master_url={parameters.spark.master_url}", *_process(parameters, expected)]


def _portable(parameters: BeamParameters, expected: Expectation) -> list[str]:
    return [f"--job_endpoint={parameters.portable.job_endpoint}", *_process(parameters, expected)]


def _dataflow(parameters: BeamParameters, expected: Expectation) -> list[str]:
    assert isinstance(parameters.dataflow, DataflowParameters)  # BeamParameters sees to it
    cloud = parameters.dataflow
    flags = [
        "--runner=DataflowRunner",
        f"--project={cloud.project}",
        f"--region={cloud.region}",
        f"--temp_location={cloud.temp_location}",
        f"--sdk_container_image={cloud.sdk_container_image}",
        "--sdk_location=container",  # what the image has is what runs; nothing is installed at the start
        f"--machine_type={cloud.machine_type}",
        f"--num_workers={parameters.workers}",
        f"--max_num_workers={cloud.max_workers}",
        "--experiments=use_runner_v2",
        "--no_use_public_ips",
    ]
    if cloud.service_account_email:
        flags.append(f"--service_account_email={cloud.service_account_email}")
    if cloud.subnetwork:
        flags.append(f"--subnetwork={cloud.subnetwork}")
    return flags
