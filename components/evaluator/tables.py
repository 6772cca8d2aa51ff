"""The numbers of each image and of each patient as CSV; an empty cell means not labelled, or not to be measured."""

import csv
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import numpy as np

from components.evaluator.ejection import ReadOut
from components.evaluator.measure import Case

TEXTS = ("example_id", "patient_id", "domain", "view", "frame", "unit")
PER_STRUCTURE = ("dice", "hd95", "asd", "area_truth", "area_prediction", "pieces")
SCALARS = ("enclosed", "enclosed_truth")


def write_cases(cases: Iterable[Case], structures: tuple[str, ...], file: Path) -> None:
    """CSV with one row an image; an empty cell means not labelled, or not to be measured."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        columns = [f"{name}.{measure}" for measure in PER_STRUCTURE for name in structures]
        writer.writerow(
            ["example_id", "patient_id", "domain", "view", "frame", "unit", *columns, "enclosed", "enclosed_truth"]
        )
        for case in cases:
            values = [value for measure in PER_STRUCTURE for value in getattr(case, measure)]
            cells = [
                "" if not np.isfinite(value) else f"{value:.6g}"
                for value in (*values, case.enclosed, case.enclosed_truth)
            ]
            text = (case.example_id, case.patient_id, case.domain, case.view, case.frame, case.unit)
            writer.writerow([*text, *cells])


def write_read_outs(found: Iterable[ReadOut], file: Path) -> None:
    """CSV with one row a patient and method; volumes in ml, ejection fractions in percent."""
    names = [entry.name for entry in fields(ReadOut)]
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for one in found:
            writer.writerow([_cell(getattr(one, name)) for name in names])


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.6g}" if np.isfinite(value) else ""
