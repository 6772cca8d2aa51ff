"""One command measured from outside: time, processor time of all its processes, peak memory of each worker."""

import os
import re
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from components.base import UserError

POLL_SECONDS = 0.2
WORKER = "sdk_worker_main"


@dataclass(frozen=True)
class Usage:
    """What a command took.

    Attributes:
        said: The last line that it printed.
        wall_s: From start to end.
        cpu_s: Processor time of it and of every process under it.
        peak_mb: Largest resident memory of the command itself, or of a Beam worker under it where there is one.
    """

    said: str
    wall_s: float
    cpu_s: float
    peak_mb: float


def run_measured(command: Sequence[str], environment: Mapping[str, str]) -> Usage:
    """Run to the end.

    Raises:
        UserError: It fails.
    """
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    own, workers = 0.0, 0.0
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        while True:
            try:
                output, errors = process.communicate(timeout=POLL_SECONDS)
                break
            except subprocess.TimeoutExpired:
                own = max(own, _peak_mb(process.pid))
                workers = max([workers, *(_peak_mb(pid) for pid in _workers(process.pid))])
    if process.returncode:
        raise UserError(f"{' '.join(command)}: expected exit code 0. Received: {process.returncode}, {errors[-500:]}")
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Usage(output.strip().rpartition("\n")[2], ended - started, cpu_s, workers or own)


def _workers(session: int) -> list[int]:
    """Beam workers among the processes that the command started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        try:
            if os.getsid(pid) == session and WORKER.encode() in (entry / "cmdline").read_bytes():
                found.append(pid)
        except OSError:
            continue
    return found


def _peak_mb(pid: int) -> float:
    try:
        match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    except OSError:
        return 0.0
    return int(match.group(1)) / 1024 if match else 0.0
