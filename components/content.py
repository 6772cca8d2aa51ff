"""Digests of files by their content: what decides whether work must be done again."""

import hashlib
from pathlib import Path

from components.files import Location, below


def digest_tree(directory: Location) -> str:
    """SHA-256 over the names and contents of all files below a directory; links to directories are not followed."""
    total = hashlib.sha256()
    for file in sorted(path for path in directory.rglob("*") if path.is_file()):
        total.update(f"{below(file, directory)}\0{digest_file(file)}\n".encode())
    return total.hexdigest()


def digest_text(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_file(file: Location) -> str:
    """SHA-256 of a local file's content; of a file in an object store, what the store knows of its content (ETag)."""
    if not isinstance(file, Path):
        return str(file.fs.ukey(file.path))
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
