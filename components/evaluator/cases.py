"""Cases on disk: a stream that can be read again and again, so that memory does not grow with the data set."""

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from components.durable import sync_path
from components.evaluator.cavity import Cavity
from components.evaluator.measure import Case


class CaseFiles(Iterable[Case]):
    """The cases of an evaluation in a fixed order: by file, then by record.

    Args:
        folder: Where `write` put them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __iter__(self) -> Iterator[Case]:
        for file in sorted(self._folder.glob("*.jsonl")):
            with file.open(encoding="utf-8") as lines:
                for line in lines:
                    yield _case(line)


def write(cases: Iterable[Case], folder: Path, number: int) -> None:
    """Write the cases of one file; a write that is retried, or done twice at the same time, changes nothing."""
    target = folder / f"{number:05d}.jsonl"
    if target.is_file():  # by an earlier attempt of the same job
        return
    aside = folder / f"{number:05d}-{uuid.uuid4().hex}.writing"
    with aside.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(asdict(case)) + "\n" for case in cases)
    sync_path(aside)
    aside.rename(target)


def _case(line: str) -> Case:
    fields: dict[str, Any] = json.loads(line)
    for name, value in fields.items():
        if isinstance(value, list):
            fields[name] = tuple(value)
        elif isinstance(value, dict):
            fields[name] = Cavity(value["length"], tuple(value["diameters"]))
    return Case(**fields)
