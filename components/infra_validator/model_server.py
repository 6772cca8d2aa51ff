"""A real `tensorflow_model_server`, started on the candidate and asked over gRPC and REST.

That program listens on every interface and takes no address. So the check runs in a network of its own, where Linux
lets it (`unshare` and `ip`): nothing but loopback exists there. Where it may not, gRPC still goes through a socket in a
folder of its own, and the REST port is open on the machine for the seconds of the check; the run says which it was.
"""

import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import numpy as np

from components.base import UserError
from components.evaluator.gate import Reason
from components.infra_validator.server_check import PROGRAM
from components.json_file import read_json, write_json

CHECK = "components.infra_validator.server_check"
ALONE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


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


def can_be_alone() -> bool:
    """Whether a process may have a network of its own here."""
    try:
        return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def check_server(
    program: str, saved_model: Path, requests: dict[str, list[bytes]], expected: np.ndarray, wanted: float,
    timeout_s: float, scratch: Path, alone: bool,
) -> list[Reason]:  # fmt: skip
    """Ask both signatures over both protocols, and something that is no image.

    Args:
        requests: Contents by signature.
        expected: (B,H,W) masks of the same requests.
        wanted: Smallest accepted share of mask pixels that agree.
        timeout_s: For the start, and for each request.
        scratch: An existing directory of this check's own.
        alone: Whether it has a network of its own.
    """
    job, masks, reasons = (scratch.resolve() / name for name in ("job.json", "expected.npy", "reasons.json"))
    np.save(masks, expected)
    reasons.unlink(missing_ok=True)
    contents = {name: [b64encode(one).decode() for one in batch] for name, batch in requests.items()}
    facts = {"program": program, "saved_model": str(saved_model.resolve()), "expected": str(masks)}
    write_json(job, {**facts, "requests": contents, "wanted": wanted, "timeout_s": timeout_s})
    command = [*(ALONE if alone else ()), sys.executable, "-m", CHECK, str(job), str(reasons)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    if process.returncode or not reasons.is_file():
        said = process.stderr.strip().rpartition("\n")[2]
        return [Reason(False, f"{PROGRAM} could not be asked: {said}")]
    return [Reason(**one) for one in read_json(reasons)]
