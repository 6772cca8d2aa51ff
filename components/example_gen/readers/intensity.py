"""From stored numbers to gray levels and labels."""

import numpy as np

from components.example_gen.readers.base import BadRecordError


def to_gray(picture: np.ndarray, window: tuple[float, float] | None = None) -> np.ndarray:
    """Intensities 0 to 255 → uint8, rounded.

    Args:
        window: Intensities that become black and white, what lies outside them too; none takes 0 and 255 and refuses
            what lies outside.

    Raises:
        BadRecordError: A value is not finite or outside 0 to 255.
    """
    if not np.isfinite(picture).all():
        raise BadRecordError("expected finite intensities from 0 to 255. Received: NaN or infinity")
    if window is not None:
        picture = np.clip((picture - window[0]) * (255 / (window[1] - window[0])), 0, 255)
    if picture.min() < 0 or picture.max() > 255:
        raise BadRecordError(f"expected intensities from 0 to 255. Received: {picture.min()} to {picture.max()}")
    return np.rint(picture).astype(np.uint8)


def to_labels(picture: np.ndarray) -> np.ndarray:
    """Whole numbers 0 to 255 → uint8.

    Raises:
        BadRecordError: A value is anything else.
    """
    labels = to_gray(picture)
    if not np.array_equal(labels, picture):
        raise BadRecordError("expected whole numbers in the mask. Received: fractions between labels")
    return labels
