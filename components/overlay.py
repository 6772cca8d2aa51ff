"""A mask drawn over its image, for people."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

OPACITY = 0.45
Color = tuple[int, int, int]


def overlay(image: np.ndarray, mask: np.ndarray, colors: Sequence[Color]) -> np.ndarray:
    """Tint each structure of an image with its colour.

    Args:
        image: (H,W) uint8 gray.
        mask: (H,W) uint8 structure ids, 0 = background.
        colors: Colour of each structure in order, length C.

    Returns:
        (H,W,3) uint8.
    """
    palette = np.asarray([(0, 0, 0), *colors], np.float32)
    gray = np.repeat(image[..., None].astype(np.float32), 3, axis=2)
    opacity = OPACITY * (mask > 0)[..., None]
    return np.rint((1 - opacity) * gray + opacity * palette[mask]).astype(np.uint8)


def side_by_side(image: np.ndarray, masks: Sequence[np.ndarray], colors: Sequence[Color], height: int) -> np.ndarray:
    """The bare image and one overlay per mask in a row, enlarged to `height` pixels: (height,W',3) uint8."""
    empty = np.zeros_like(masks[0])
    row = np.hstack([overlay(image, mask, colors) for mask in (empty, *masks)])
    width = round(row.shape[1] * height / row.shape[0])
    return np.asarray(Image.fromarray(row).resize((width, height), Image.Resampling.BICUBIC))
