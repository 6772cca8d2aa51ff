"""Intervals by drawing patients again and again: images of one patient are no independent evidence."""

from collections.abc import Sequence

import numpy as np

DRAWS = 2000
CHUNK = 100  # draws in memory at a time
LEVEL = 0.95


def patient_interval(values: Sequence[float], patients: Sequence[str], seed: int) -> tuple[float, float]:
    """Percentile interval of the mean over images, patients drawn with replacement.

    Args:
        values: One number an image, none of them NaN.
        patients: Whose image it is.

    Returns:
        Lower and upper end of the 95 % interval; NaN where there are fewer than two patients.
    """
    names, place = np.unique(np.asarray(patients, str), return_inverse=True)
    sums, counts = np.bincount(place, values, len(names)), np.bincount(place, minlength=len(names))
    return interval_of_sums(sums, counts, seed)


def interval_of_sums(sums: np.ndarray, counts: np.ndarray, seed: int) -> tuple[float, float]:
    """The same from each patient's sum of values and number of images, both (patients,)."""
    patients = len(sums)
    if patients < 2:
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    means = []
    for _ in range(DRAWS // CHUNK):
        drawn = random.multinomial(patients, np.full(patients, 1 / patients), CHUNK)
        means.append((drawn @ sums) / (drawn @ counts))
    low, high = np.quantile(np.concatenate(means), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
