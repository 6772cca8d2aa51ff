"""The left ventricle's cavity in one apical view: its long axis, cut into discs."""

from dataclasses import dataclass

import numpy as np

DISCS = 20  # Lang et al. 2015, Recommendations for Cardiac Chamber Quantification: summation of 20 discs


@dataclass(frozen=True)
class Cavity:
    """Size of a cavity, in the unit of the spacing.

    Attributes:
        length: Of the long axis.
        diameters: Across it, mean of each of the 20 discs of equal height, apex first.
    """

    length: float
    diameters: tuple[float, ...]

    @property
    def area(self) -> float:
        """Of the section."""
        return sum(self.diameters) * self.length / DISCS


def measure_cavity(mask: np.ndarray, spacing: tuple[float, float]) -> Cavity | None:
    """The cavity of a mask; none where the mask has fewer than two pixels along its axis.

    The long axis is the principal axis of the mask, which needs no landmark and so is the same for a label without
    myocardium and atrium. Apical views show the apex on top, which says where the axis begins.

    Args:
        mask: (H,W) bool.
        spacing: Row and column spacing.
    """
    points = np.argwhere(mask) * np.asarray(spacing)
    if len(points) < 2:
        return None
    centred = points - points.mean(0)
    axis = np.linalg.eigh(centred.T @ centred)[1][:, -1]
    along = centred @ (axis if axis[0] >= 0 else -axis)
    pixel = float(np.abs(axis) @ np.asarray(spacing))  # what one pixel covers along the axis
    length = float(np.ptp(along)) + pixel
    if np.ptp(along) < pixel:
        return None
    areas = _areas(along - along.min(), pixel, length) * spacing[0] * spacing[1]
    return Cavity(length, tuple(float(area) for area in areas / (length / DISCS)))


def _areas(begin: np.ndarray, pixel: float, length: float) -> np.ndarray:
    """Pixels in each disc, (20,): a pixel that two discs share counts in both by its part."""
    edges = np.linspace(0, length, DISCS + 1)
    inside = np.clip((edges[:, None] - begin[None]) / pixel, 0, 1).sum(1)
    return np.asarray(np.diff(inside))
