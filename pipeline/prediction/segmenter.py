"""What segments a frame: a SavedModel in this process, or a server."""

from typing import Protocol

import numpy as np

from data_schemas.vocabulary import Vocabulary


class Segmenter(Protocol):
    """Masks for frames.

    Attributes:
        vocabulary: What the ids mean.
    """

    vocabulary: Vocabulary

    def segment(self, frame: np.ndarray, spacing_mm: tuple[float, float]) -> np.ndarray:
        """(H,W) uint8 gray → (H,W) uint8 structure ids, on the frame's own grid.

        Raises:
            InputError: This frame cannot be segmented; others can.
        """
