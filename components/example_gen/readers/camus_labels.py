"""What must hold for a mask of CAMUS: upright, on its image's grid."""

import numpy as np

from components.example_gen.readers.base import BadRecordError, check_same_shape

VENTRICLE, ATRIUM = 1, 3


def check_camus_mask(mask: np.ndarray, image: np.ndarray) -> None:
    """Refuse a mask that is transposed, also where the image is square and its shape does not tell.

    In an apical view the atrium lies below the ventricle; in a transposed one, beside it.

    Raises:
        BadRecordError: The shapes differ, or the atrium's centre lies more beside the ventricle's than below.
    """
    check_same_shape(mask, image)
    ventricle, atrium = (np.argwhere(mask == label) for label in (VENTRICLE, ATRIUM))
    if not len(ventricle) or not len(atrium):
        return
    down, aside = atrium.mean(0) - ventricle.mean(0)
    if abs(aside) > down:
        raise BadRecordError(
            f"expected the atrium below the ventricle. Received: a mask that looks transposed or turned, the atrium "
            f"{down:.0f} rows below and {aside:.0f} columns beside"
        )
