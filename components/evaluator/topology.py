"""Whether a predicted mask has the shape that anatomy has."""

import numpy as np
from scipy.ndimage import binary_dilation, label


def pieces(mask: np.ndarray) -> int:
    """How many pieces, joined by their sides, a (H,W) bool mask has."""
    return int(label(mask)[1])


def enclosed_share(inner: np.ndarray, outer: np.ndarray) -> float:
    """Share of the pixels around `inner` that belong to `outer`; NaN where inner is empty. Both (H,W) bool.

    A left ventricle is open at its valve plane, so that its share in the myocardium stays below 1.
    """
    around = binary_dilation(inner) & ~inner
    return float(outer[around].mean()) if around.any() else float("nan")
