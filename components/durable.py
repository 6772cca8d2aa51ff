"""What must survive a power cut: files and directories forced to disk before they are renamed into place."""

import os
from pathlib import Path


def sync_path(path: Path) -> None:
    """Force one file or directory to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(directory: Path) -> None:
    """Force a directory and everything below it to disk."""
    for path in directory.rglob("*"):
        sync_path(path)
    sync_path(directory)


def publish(aside: Path, target: Path) -> None:
    """Move a finished directory into place: whoever sees `target` sees all of it."""
    sync_tree(aside)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside.rename(target)
    sync_path(target.parent)
