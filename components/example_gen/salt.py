"""The secret that patient ids are hashed with."""

import os
import secrets
from pathlib import Path

BYTES = 32


def load_salt(configured: str | None, private_dir: Path) -> bytes:
    """The configured salt, or the run root's own, made once and readable by its owner only."""
    if configured is not None:
        return configured.encode()
    file = private_dir / "salt"
    if not file.is_file():
        aside = private_dir / ".salt"
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(BYTES))
        aside.rename(file)
    return file.read_bytes()
