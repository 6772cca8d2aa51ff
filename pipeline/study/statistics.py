"""What the results say: means with intervals, paired differences, and a correction for asking several questions.

Patients and seeds are both drawn with replacement (two-level bootstrap), the same draws for both sides of a comparison.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control, wilcoxon

from pipeline.study.config import Comparison
from pipeline.study.results import CellResult

DRAWS, LEVEL = 2000, 0.95


@dataclass(frozen=True)
class Mean:
    """Mean Dice of an arm in a domain; low and high its 95 % interval."""

    name: str
    domain: str
    structure: str
    seeds: int
    patients: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """One arm against another on the same patients and seeds.

    Attributes:
        absolute: Mean difference of Dice; with its interval.
        relative: Mean of the arm divided by the other's, minus 1; with its interval.
        p_value: Wilcoxon signed-rank test over patients, each patient's mean over the seeds.
        corrected: The same after Benjamini and Hochberg over all comparisons of the study.
    """

    arm: str
    than: str
    domain: str
    structure: str
    absolute: float
    absolute_low: float
    absolute_high: float
    relative: float
    relative_low: float
    relative_high: float
    p_value: float
    corrected: float


def table_of(results: Sequence[CellResult], name: str, domain: str, structure: str) -> np.ndarray:
    """(seeds, patients) mean Dice of an arm, seeds and patients in sorted order; empty where there is none."""
    own = sorted((one for one in results if one.name == name), key=lambda one: one.seed)
    rows = [one.dice[domain][structure] for one in own if structure in one.dice.get(domain, {})]
    return np.array([[row[patient] for patient in sorted(row)] for row in rows], float)


def means(results: Sequence[CellResult]) -> list[Mean]:
    """Of every arm (or value of a sweep), domain and structure."""
    found = []
    for name in dict.fromkeys(one.name for one in results):
        dice = next(one for one in results if one.name == name).dice
        for domain, structures in dice.items():
            for structure in structures:
                table = table_of(results, name, domain, structure)
                low, high = _interval(_drawn(table)[0])
                seeds, patients = table.shape
                found.append(Mean(name, domain, structure, seeds, patients, float(table.mean()), low, high))
    return found


def differences(results: Sequence[CellResult], asked: Sequence[Comparison]) -> list[Difference]:
    """Every comparison of the study, by structure, on the seeds that both arms have."""
    rows: list[tuple[Comparison, str, np.ndarray, np.ndarray]] = []
    for one in asked:
        seeds = [{result.seed for result in results if result.name == arm} for arm in (one.arm, one.than)]
        both = [result for result in results if result.seed in seeds[0] & seeds[1]]
        for structure in one.structures:
            mine, other = (table_of(both, arm, one.domain, structure) for arm in (one.arm, one.than))
            if mine.size and mine.shape == other.shape:
                rows.append((one, structure, mine, other))
    if not rows:
        return []
    p_values = [_p_value(mine.mean(0) - other.mean(0)) for _, _, mine, other in rows]
    corrected = false_discovery_control(p_values)
    return [_difference(*row, p_value, float(q)) for row, p_value, q in zip(rows, p_values, corrected, strict=True)]


def _difference(
    one: Comparison, structure: str, mine: np.ndarray, other: np.ndarray, p_value: float, corrected: float
) -> Difference:
    drawn_mine, drawn_other = _drawn(mine, other)
    return Difference(
        one.arm, one.than, one.domain, structure, float((mine - other).mean()), *_interval(drawn_mine - drawn_other),
        float(mine.mean() / max(other.mean(), 1e-9) - 1), *_interval(drawn_mine / np.maximum(drawn_other, 1e-9) - 1),
        p_value, corrected,
    )  # fmt: skip


def _drawn(*tables: np.ndarray) -> list[np.ndarray]:
    """Means of 2000 draws of seeds and patients, the same ones of each table (seeds, patients): (draws,) each."""
    random = np.random.default_rng(0)
    seed_counts, patient_counts = (
        random.multinomial(number, np.full(number, 1 / number), DRAWS).astype(float) for number in tables[0].shape
    )
    return [((seed_counts @ table) * patient_counts).sum(1) / table.size for table in tables]


def _interval(drawn: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _p_value(gaps: np.ndarray) -> float:
    return float(wilcoxon(gaps).pvalue) if np.any(gaps) else 1.0
