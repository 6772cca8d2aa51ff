"""A study, its results and where they come from, in one file: reports, docs/study.md and advice are made of it."""

import json
import os
import platform
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from components.json_file import write_json_lines
from pipeline.study.config import CamusData, StudyConfig
from pipeline.study.results import CellResult

RECORD = "record.jsonl"
SHIPPED = Path(__file__).parent / "evidence"
DIGITS = 4  # of a Dice


@dataclass(frozen=True)
class StudyRecord:
    """All that a report says.

    Attributes:
        command: That made it.
        machine: That it ran on.
        results: Of the study's cells, as many as are finished.
    """

    study: StudyConfig
    command: str
    machine: str
    results: tuple[CellResult, ...]

    @property
    def main(self) -> tuple[CellResult, ...]:
        """Results of the arms themselves, without the sweeps."""
        return tuple(one for one in self.results if one.sweep is None)

    @property
    def titles(self) -> dict[str, str]:
        """Title of each arm."""
        return {name: arm.title for name, arm in self.study.arms.items()}

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """Domain and structure of what training does not see and the test does."""
        return tuple((domain, name) for domain, names in self.study.partial.items() for name in names)


def this_machine() -> str:
    """The machine in a few words."""
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"


def write_record(record: StudyRecord, file: Path) -> None:
    """As JSON lines: the study and where it comes from, then one cell a line."""
    head = {"study": record.study.model_dump(mode="json"), "command": record.command, "machine": record.machine}
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json_lines(file, [head, *(_rounded(vars(one)) for one in record.results)])


def read_record(file: Path) -> StudyRecord:
    """What `write_record` wrote."""
    head, *results = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    cells = tuple(CellResult(**one) for one in results)
    return StudyRecord(StudyConfig.model_validate(head["study"]), head["command"], head["machine"], cells)


def shipped_records() -> list[StudyRecord]:
    """The studies that come with the project, in the order of their names."""
    return [read_record(file) for file in sorted(SHIPPED.glob("*.jsonl"))]


def ship(record: StudyRecord) -> Path:
    """Keep a record with the project, without the folders of the machine it was made on."""
    study = record.study.model_copy(update={"run_root": f"runs/study/{record.study.name}"})
    if isinstance(study.data, CamusData):
        study = study.model_copy(update={"data": study.data.model_copy(update={"root": "data/camus"})})
    results = tuple(replace(one, evaluation="") for one in record.results)
    command = re.sub(r" --set '?(run_root|data\.root)=\S+", "", record.command)
    file = SHIPPED / f"{record.study.name}.jsonl"
    write_record(replace(record, study=study, command=command, results=results), file)
    return file


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value
