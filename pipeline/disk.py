"""Telling a full disk, whoever met it: Python, TensorFlow or SQLite."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.base import UserError

TEXTS = ("no space left on device", "disk is full", "disk quota exceeded")


@contextmanager
def full_disk_is_told(run_root: Path) -> Iterator[None]:
    """What fails for want of space becomes one message.

    Raises:
        UserError: The disk is full.
    """
    try:
        yield
    except Exception as error:
        if not _for_want_of_space(error):
            raise
        raise UserError(
            f"{run_root}: the disk is full. Next step: make room, for example with labeldrop gc, and give the same "
            "command again; what is finished is kept"
        ) from error


def _for_want_of_space(error: BaseException | None) -> bool:
    """Whether the error, or one that it came from, says so."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if any(text in str(error).lower() for text in TEXTS):
            return True
        error = error.__cause__ or error.__context__
    return False
