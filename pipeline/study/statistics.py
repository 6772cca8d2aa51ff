"""What the results say: means with intervals, paired differences, and a correction for asking several questions.

Patients and seeds are both drawn with replacement (two-level bootstrap), the same draws for both sides of a comparison.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control, wilcoxon
from scipy.stats import t as student_t

from components.base import UserError
from pipeline.study.config import Comparison
from pipeline.study.results import CellResult

DRAWS, LEVEL = 2000, 0.95
SMALLEST_BASE = 0.01  # Dice below which a relative gain means nothing


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
        relative: Mean of the arm divided by the other's, minus 1; with its interval; NaN where the other's is near 0.
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
    """(seeds, patients) mean Dice of an arm, seeds and patients in sorted order; empty where there is none.

    Raises:
        UserError: Its trainings were tested on different patients.
    """
    own = sorted((one for one in results if one.name == name), key=lambda one: one.seed)
    rows = [one.dice[domain][structure] for one in own if structure in one.dice.get(domain, {})]
    if len({tuple(sorted(row)) for row in rows}) > 1:
        raise UserError(
            f"{name}: expected the same test patients of {domain} in every seed. Received: "
            f"{[len(row) for row in rows]} patients. Next step: leave out results that were made from other data."
        )
    return np.array([[row[patient] for patient in sorted(row)] for row in rows], float)


def means(results: Sequence[CellResult]) -> list[Mean]:
    """Of every arm (or value of a sweep), domain and structure."""
    found = []
    for name in dict.fromkeys(one.name for one in results):
        dice = next(one for one in results if one.name == name).dice
        for domain, structures in dice.items():
            for structure in structures:
                table = table_of(results, name, domain, structure)
                seeds, patients = table.shape
                found.append(Mean(name, domain, structure, seeds, patients, float(table.mean()), *interval(table)))
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
    """The relative gain's interval is that of its linear approximation, (mine - ratio other) / mean of other."""
    base = float(other.mean())
    ratio = float(mine.mean()) / base if base >= SMALLEST_BASE else math.nan
    low, high = interval((mine - ratio * other) / base) if base >= SMALLEST_BASE else (math.nan, math.nan)
    return Difference(
        one.arm, one.than, one.domain, structure, float((mine - other).mean()), *interval(mine - other),
        ratio - 1, ratio - 1 + low, ratio - 1 + high, p_value, corrected,
    )  # fmt: skip


def interval(table: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean of a table (seeds, patients): low and high.

    Two-level bootstrap: seeds and patients are both drawn anew. Its standard error is too small for a few seeds, by
    √(1 - 1/seeds), and is not normal; so it is enlarged by that, and Student's t takes the place of the quantile, with
    Satterthwaite's degrees of freedom. One seed alone tells nothing of seeds: then patients alone are drawn.
    """
    random = np.random.default_rng(0)
    drawn_seeds, drawn_patients = (
        random.multinomial(number, np.full(number, 1 / number), DRAWS).astype(float) for number in table.shape
    )
    error = float((((drawn_seeds @ table) * drawn_patients).sum(1) / table.size).std())
    seeds, patients = table.shape
    parts = [
        (np.var(table.mean(axis), ddof=1) / number, number - 1)
        for axis, number in ((1, seeds), (0, patients))
        if number > 1
    ]
    spread = sum(part for part, _ in parts)
    if not spread:
        return float(table.mean()), float(table.mean())
    freedom = spread**2 / sum(part**2 / own for part, own in parts)
    half = error * math.sqrt(seeds / max(seeds - 1, 1)) * float(student_t.ppf((1 + LEVEL) / 2, freedom))
    return float(table.mean()) - half, float(table.mean()) + half


def _p_value(gaps: np.ndarray) -> float:
    return float(wilcoxon(gaps).pvalue) if np.any(gaps) else 1.0
