"""One run at a time in a run root."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.base import UserError


@contextmanager
def run_lock(run_root: Path) -> Iterator[None]:
    """Hold the run root for this process; the system lets go of it even when the process is killed.

    Raises:
        UserError: Another process holds it.
    """
    run_root.mkdir(parents=True, exist_ok=True)
    with (run_root / "run.lock").open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            raise UserError(
                f"{run_root}: another run holds this run_root (process {stream.read().strip() or 'unknown'}). "
                "Wait for it to end, or give this run a run_root of its own."
            ) from None
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        yield
