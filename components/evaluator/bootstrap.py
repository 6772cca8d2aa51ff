"""Intervals by drawing patients again and again: images of one patient are no independent evidence."""

from collections.abc import Sequence

import numpy as np

DRAWS = 2000
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
    if len(names) < 2:
        return float("nan"), float("nan")
    sums, counts = np.bincount(place, values, len(names)), np.bincount(place, minlength=len(names))
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
    low, high = np.quantile((drawn @ sums) / (drawn @ counts), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
