"""Asks a `tensorflow_model_server` over gRPC and REST; run as a program by model_server.py.

python -m components.infra_validator.server_check JOB.json REASONS.json
"""

import shutil
import socket
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from components.base import UserError
from components.evaluator.gate import Reason
from components.json_file import read_json, write_json
from components.serving_client.connect import connect
from components.serving_client.server import BadRequestError, Server, Target

PROGRAM = "tensorflow_model_server"
MODEL = "candidate"
STOP_S, POLL_S = 10, 0.2


class ServerDiedError(RuntimeError):
    """The program ended, or did not answer in time."""


def main(job_file: str, reasons_file: str) -> None:
    """Do the job that model_server.py wrote."""
    job = read_json(Path(job_file))
    requests = {name: [b64decode(content) for content in contents] for name, contents in job["requests"].items()}
    expected, timeout_s = np.load(job["expected"], allow_pickle=False), float(job["timeout_s"])
    try:
        with _started(job["program"], Path(job["saved_model"]), timeout_s) as servers:
            reasons = [
                reason
                for name, server in servers.items()
                for reason in _ask(name, server, requests, expected, float(job["wanted"]))
            ]
    except (ServerDiedError, UserError) as error:
        reasons = [Reason(False, f"{PROGRAM} does not serve the model: {error}")]
    write_json(Path(reasons_file), [vars(reason) for reason in reasons])


def _ask(
    protocol: str, server: Server, requests: dict[str, list[bytes]], expected: np.ndarray, wanted: float
) -> Iterator[Reason]:
    for signature, contents in requests.items():
        mask = server.ask(signature, contents).mask
        agreement = float(np.mean(mask == expected)) if mask.shape == expected.shape else 0.0
        text = f"{PROGRAM} answers {signature} over {protocol}: masks agree in {agreement:.2%} of pixels"
        yield Reason(agreement >= wanted, text)
    try:
        server.ask("segment", [b"not an image"])
        yield Reason(False, f"{PROGRAM} answers a request of not an image over {protocol}")
    except BadRequestError:
        server.ask("segment", requests["segment"][:1])
        yield Reason(True, f"{PROGRAM} refuses a request of not an image over {protocol} and goes on")


@contextmanager
def _started(program: str, saved_model: Path, timeout_s: float) -> Iterator[dict[str, Server]]:
    """Servers by protocol, once they answer; the program is gone afterwards."""
    with TemporaryDirectory(prefix="ld-") as folder:  # short: a socket's path has 107 characters at most
        base, address = Path(folder) / "models", f"unix:{folder}/grpc"
        shutil.copytree(saved_model, base / "1")
        port, log = _free_port(), Path(folder) / "log"
        arguments = [
            program, "--port=0", f"--grpc_socket_path={folder}/grpc", f"--rest_api_port={port}",
            f"--model_name={MODEL}", f"--model_base_path={base}",
        ]  # fmt: skip
        with log.open("wb") as stream:
            process = subprocess.Popen(arguments, stdout=stream, stderr=subprocess.STDOUT, cwd=folder)
        try:
            targets = {"gRPC": address, "REST": f"http://127.0.0.1:{port}"}
            servers = {
                name: connect(Target(address, MODEL, timeout_s=timeout_s, retries=0))
                for name, address in targets.items()
            }
            _wait(process, list(servers.values()), timeout_s, log)
            yield servers
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], servers: list[Server], timeout_s: float, log: Path) -> None:
    """Until every server answers an empty batch."""
    deadline = time.monotonic() + timeout_s
    for server in servers:
        while True:
            try:
                server.ask("segment", [])
                break
            except (UserError, BadRequestError) as error:
                if process.poll() is not None:
                    said = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
                    raise ServerDiedError(f"it ended with exit code {process.returncode}: {said}") from None
                if isinstance(error, BadRequestError):
                    break  # it is there
                if time.monotonic() > deadline:
                    raise ServerDiedError(f"no answer within {timeout_s} s: {error}") from None
                time.sleep(POLL_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
