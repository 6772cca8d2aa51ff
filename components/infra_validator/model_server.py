"""A real `tensorflow_model_server`, started on the candidate and asked over gRPC and REST.

gRPC goes through a socket in a folder of its own. For REST the program takes a port and no address: for the seconds of
this check that port is open on every interface of the machine.
"""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from components.base import UserError
from components.evaluator.gate import Reason
from components.serving_client.connect import connect
from components.serving_client.server import BadRequestError, Server, Target

PROGRAM = "tensorflow_model_server"
MODEL = "candidate"
STOP_S, POLL_S = 10, 0.2


class ServerDiedError(RuntimeError):
    """The program ended, or did not answer in time."""


def find_program(configured: str | None) -> str | None:
    """The program that is configured, else the one on PATH, else none.

    Raises:
        UserError: What is configured is no program.
    """
    if configured is None:
        return shutil.which(PROGRAM)
    found = shutil.which(configured)
    if found is None:
        raise UserError(
            f"infra_validator.model_server: expected the path of {PROGRAM}. Received: {configured!r}, which is no "
            "program. Next step: correct it, or leave it out."
        )
    return found


def check_server(
    program: str, saved_model: Path, requests: dict[str, list[bytes]], expected: np.ndarray, wanted: float,
    timeout_s: float,
) -> list[Reason]:  # fmt: skip
    """Ask both signatures over both protocols, and something that is no image.

    Args:
        requests: Contents by signature.
        expected: (B,H,W) masks of the same requests.
        wanted: Smallest accepted share of mask pixels that agree.
        timeout_s: For the start, and for each request.
    """
    try:
        with _started(program, saved_model, timeout_s) as servers:
            return [
                reason for name, server in servers.items() for reason in _ask(name, server, requests, expected, wanted)
            ]
    except (ServerDiedError, UserError) as error:
        return [Reason(False, f"{PROGRAM} does not serve the model: {error}")]


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
