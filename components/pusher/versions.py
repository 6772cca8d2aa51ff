"""Numbered versions of a served model below one base path, in a folder or an object store."""

import shutil
import time
from pathlib import Path

from upath import UPath

from components.content import digest_tree
from components.durable import publish
from components.files import remove, upload

SAVED_MODEL = "saved_model.pb"  # TF Serving takes a version for whole once it is there


def versions(destination: UPath) -> list[int]:
    """Numbers of the versions that are there, smallest first."""
    entries = destination.iterdir() if destination.is_dir() else ()  # an empty place in a store is not there
    return sorted(int(entry.name) for entry in entries if entry.name.isdecimal())


def push(saved_model: Path, destination: UPath, by_time: bool = False) -> UPath:
    """Copy a SavedModel to the next version, so that TF Serving never sees half of one.

    In a folder it is copied aside and renamed; an object store has no renaming, and saved_model.pb goes there last. The
    highest version is taken where it is this very model: a push that was cut off after it is not made twice.

    Args:
        by_time: Number it by the seconds since 1970, where that is above the highest version.

    Returns:
        The version's directory.
    """
    destination.mkdir(parents=True, exist_ok=True)
    last = max(versions(destination), default=0)
    highest = destination / str(last)
    digest = digest_tree(saved_model)
    if isinstance(destination, Path) and highest.is_dir() and digest_tree(highest) == digest:
        return highest
    target = destination / str(max(last + 1, int(time.time()) if by_time else 0))
    if not isinstance(destination, Path):
        upload(saved_model, target, last=SAVED_MODEL)
        return target
    aside = destination / f".pushing-{digest[:16]}"
    shutil.rmtree(aside, ignore_errors=True)  # of a push that was cut off
    shutil.copytree(saved_model, aside)
    publish(aside, Path(target))
    return target


def keep_newest(destination: UPath, number: int) -> list[int]:
    """Remove all but so many of the newest versions; the numbers removed."""
    old = versions(destination)[:-number]
    for version in old:
        remove(destination / str(version), first=SAVED_MODEL)
    return old
