"""What a cell came to, stored as one JSON file, so that nothing of the report is computed from memory."""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from components.json_file import read_json, write_json

FOLDER = "results"


@dataclass(frozen=True)
class CellResult:
    """One training, evaluated.

    Attributes:
        dice: By domain and structure, mean Dice of each patient's images, by patient.
        curves: Metrics of each epoch.
        audit: Cramér's V of each structure's presence and the domain, as training saw it.
        evaluation: Directory of its evaluation.
        seconds: What it took, 0 where it was reused.
        key: What was asked for, see Cell.key.
    """

    name: str
    arm: str
    seed: int
    sweep: str | None
    value: Any
    dice: dict[str, dict[str, dict[str, float]]]
    curves: list[dict[str, Any]]
    audit: dict[str, float]
    evaluation: str
    seconds: float
    key: str


def write_result(result: CellResult, run_root: Path) -> None:
    """One file a cell; a later one of the same cell replaces it."""
    folder = run_root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{file_name(result.name, result.seed)}.json"
    if not result.seconds and file.is_file():  # reused: what it took is known from then
        result = replace(result, seconds=read_json(file)["seconds"])
    aside = file.with_suffix(".writing")
    write_json(aside, vars(result))
    aside.rename(file)


def file_name(name: str, seed: int) -> str:
    """Of a cell, without what a path may not hold."""
    return re.sub(r"[^\w.=-]", "_", name) + f"-{seed}"


def read_result(run_root: Path, name: str, seed: int) -> CellResult | None:
    """Of one cell, none where it is not finished."""
    file = run_root / FOLDER / f"{file_name(name, seed)}.json"
    return CellResult(**read_json(file)) if file.is_file() else None


def patient_dice(cases: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Mean Dice by domain, structure and patient from an evaluation's cases.csv."""
    found: dict[str, dict[str, dict[str, list[float]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    with cases.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            for column, value in row.items():
                if column.endswith(".dice") and value:
                    found[row["domain"]][column.removesuffix(".dice")][row["patient_id"]].append(float(value))
    return {
        domain: {
            structure: {patient: float(np.mean(values)) for patient, values in sorted(patients.items())}
            for structure, patients in structures.items()
        }
        for domain, structures in sorted(found.items())
    }
