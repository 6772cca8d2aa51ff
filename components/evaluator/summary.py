"""Scores per structure and domain, gathered while cases stream by: memory holds numbers, never pictures."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from components.evaluator.gate import Score
from components.evaluator.measure import Case


class Summary:
    """Collects the Dice of every labelled structure of every case."""

    def __init__(self, structures: Sequence[str]) -> None:
        self._structures = tuple(structures)
        self._dice: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._patients: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._domains: set[str] = set()
        self._rows: list[list[str]] = []

    def add(self, case: Case) -> None:
        """Count one case; structures that were not labelled do not count."""
        self._domains.add(case.domain)
        for structure, labelled, dice in zip(self._structures, case.presence, case.dice, strict=True):
            if labelled:
                self._dice[case.domain, structure].append(float(dice))
                self._patients[case.domain, structure].add(case.patient_id)
        cells = [f"{dice:.6f}" if np.isfinite(dice) else "" for dice in case.dice]
        self._rows.append([case.example_id, case.patient_id, case.domain, case.view, case.frame, *cells])

    def scores(self) -> list[Score]:
        """One score per domain and structure, also where nothing was labelled."""
        return [self._score(domain, name) for domain in sorted(self._domains) for name in self._structures]

    def write_cases(self, file: Path) -> None:
        """CSV with one row per image; an empty cell means not labelled."""
        with file.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(["example_id", "patient_id", "domain", "view", "frame", *self._structures])
            writer.writerows(self._rows)

    def _score(self, domain: str, structure: str) -> Score:
        values = self._dice[domain, structure]
        mean, deviation = (float(np.mean(values)), float(np.std(values))) if values else (float("nan"),) * 2
        return Score(domain, structure, len(values), len(self._patients[domain, structure]), mean, deviation)
