"""The program that a cluster starts on its machines to get a Beam worker: `labeldrop-beam-worker`.

A runner with environment type PROCESS calls it with the worker's id and the address of Beam's provision service. There
it asks for everything else; it checks that this machine can do the work, and becomes Beam's own worker.
"""

import argparse
import os
import sys
from pathlib import Path

import grpc
from apache_beam.portability.api import beam_provision_api_pb2 as provision
from apache_beam.portability.api import beam_provision_api_pb2_grpc, endpoints_pb2
from google.protobuf import json_format, text_format

from components.engine.worker_check import EXPECTED, check, here

HARNESS = "apache_beam.runners.worker.sdk_worker_main"
PROVISION_SECONDS = 60


def main() -> None:
    """Check this machine, then become Beam's worker; ends with an exit code of `worker_check` where it cannot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="Only check this machine; say what it has where nothing is expected."
    )
    parser.add_argument("--id", default="")
    parser.add_argument("--provision_endpoint")
    arguments, _ = parser.parse_known_args()
    if arguments.check and EXPECTED not in os.environ:
        print(here(Path.cwd()).to_json())
        return
    refusal = check(os.environ.get(EXPECTED))
    if refusal or arguments.check:
        sys.exit(refusal)
    worker_id = arguments.id.strip("'")  # Prism puts it in quotes
    environment = {**os.environ, **_environment(worker_id, _ask(worker_id, arguments.provision_endpoint))}
    os.execve(sys.executable, [sys.executable, "-m", HARNESS], environment)


def _ask(worker_id: str, address: str) -> provision.ProvisionInfo:
    with grpc.insecure_channel(address) as channel:
        stub = beam_provision_api_pb2_grpc.ProvisionServiceStub(channel)
        answer = stub.GetProvisionInfo(
            provision.GetProvisionInfoRequest(), metadata=[("worker_id", worker_id)], timeout=PROVISION_SECONDS,
            wait_for_ready=True,
        )  # fmt: skip
    info: provision.ProvisionInfo = answer.info
    return info


def _environment(worker_id: str, info: provision.ProvisionInfo) -> dict[str, str]:
    """What Beam's worker reads from its environment."""
    variables = {
        "WORKER_ID": worker_id,
        "PIPELINE_OPTIONS": json_format.MessageToJson(info.pipeline_options),
        "RUNNER_CAPABILITIES": " ".join(info.runner_capabilities),
        "CONTROL_API_SERVICE_DESCRIPTOR": _text(info.control_endpoint),
        "LOGGING_API_SERVICE_DESCRIPTOR": _text(info.logging_endpoint),
    }
    if info.HasField("status_endpoint") and info.status_endpoint.url:
        variables["STATUS_API_SERVICE_DESCRIPTOR"] = _text(info.status_endpoint)
    return variables


def _text(endpoint: endpoints_pb2.ApiServiceDescriptor) -> str:
    return str(text_format.MessageToString(endpoint, as_one_line=True))
