"""Distances between the outlines of two masks, with SciPy's exact Euclidean distance transform."""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt

HAUSDORFF_PERCENTILE = 95


class Distances(NamedTuple):
    """In the unit of the spacing; NaN where one of the masks is empty, 0 where both are.

    Attributes:
        hd95: 95th percentile of the distances from each outline to the other, both directions pooled.
        asd: Mean of the same distances (average symmetric surface distance).
    """

    hd95: float
    asd: float


def outline_distances(truth: np.ndarray, prediction: np.ndarray, spacing: tuple[float, float]) -> Distances:
    """Distances between two masks.

    Args:
        truth, prediction: (H,W) bool.
        spacing: Row and column spacing; (1, 1) gives pixels.
    """
    if not truth.any() or not prediction.any():
        value = 0.0 if not truth.any() and not prediction.any() else float("nan")
        return Distances(value, value)
    one, other = _outline(truth), _outline(prediction)
    there = distance_transform_edt(~one, sampling=spacing)[other]
    back = distance_transform_edt(~other, sampling=spacing)[one]
    pooled = np.concatenate([there, back])
    return Distances(float(np.percentile(pooled, HAUSDORFF_PERCENTILE)), float(pooled.mean()))


def _outline(mask: np.ndarray) -> np.ndarray:
    """Pixels of the mask with a side neighbour outside it; the picture's edge is outside."""
    return np.asarray(mask & ~binary_erosion(mask))
