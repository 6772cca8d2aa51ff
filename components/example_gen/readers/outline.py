"""Masks from outlines drawn as points, and the phase of the heart from how large they are."""

import numpy as np
from skimage.draw import polygon

from components.example_gen.readers.base import BadRecordError

Outline = tuple[tuple[float, float], ...]  # x, y in pixels


def draw_outline(outline: Outline, shape: tuple[int, ...]) -> np.ndarray:
    """The outline filled as EchoNet's official loader fills it, (H,W) uint8 of 0 and 1.

    Coordinates outside the image are cut at its border.

    Raises:
        BadRecordError: The outline encloses no pixel.
    """
    columns, rows = np.rint(np.asarray(outline, np.float64)).T
    mask = np.zeros(shape, np.uint8)
    mask[polygon(rows, columns, shape)] = 1
    if not mask.any():
        raise BadRecordError("expected a tracing that encloses pixels of the image. Received: an empty outline")
    return mask


def ed_es(outlines: list[Outline]) -> list[str]:
    """ED for the largest, ES for the smallest, unknown for any between or where there is one only."""
    if len(outlines) < 2:
        return ["unknown"] * len(outlines)
    areas = [_area(outline) for outline in outlines]
    largest, smallest = int(np.argmax(areas)), int(np.argmin(areas))
    return ["ED" if k == largest else "ES" if k == smallest else "unknown" for k in range(len(areas))]


def _area(outline: Outline) -> float:
    """Area in square pixels (shoelace)."""
    x, y = np.asarray(outline, np.float64).T
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)
