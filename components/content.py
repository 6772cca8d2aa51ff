"""Digests of files by their content: what decides whether work must be done again."""

import hashlib
from pathlib import Path


def digest_tree(directory: Path) -> str:
    """SHA-256 over the names and contents of all files below a directory; links to directories are not followed."""
    total = hashlib.sha256()
    for file in sorted(path for path in directory.rglob("*") if path.is_file()):
        total.update(f"{file.relative_to(directory).as_posix()}\0{digest_file(file)}\n".encode())
    return total.hexdigest()


def digest_file(file: Path) -> str:
    """SHA-256 of a file's content."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
