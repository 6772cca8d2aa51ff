"""Many small synthetic pictures in a folder that ExampleGen reads."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

SIDE = 64  # pixels


def write_pictures(root: Path, number: int) -> None:
    """Write pictures with masks, two of each patient."""
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True)
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    texture = random.integers(0, 64, (SIDE, SIDE))
    for place in range(number):
        radius = 8 + place % 16
        inside = (rows - SIDE // 2) ** 2 + (columns - SIDE // 2) ** 2 < radius**2
        image = (texture + 2 * ((rows + place) % 64) + 60 * inside).astype(np.uint8)
        name = f"p{place // 2:06d}_4CH_{('ED', 'ES')[place % 2]}.png"
        cv2.imwrite(str(root / "images" / name), image)
        cv2.imwrite(str(root / "masks" / name), inside.astype(np.uint8))


def pictures_dataset() -> dict[str, Any]:
    """How ExampleGen reads them."""
    return {
        "spec": "folder", "annotated": ["LV"], "spacing": {"rule": "fixed", "mm": [1.0, 1.0]},
        "split": {"rule": "hash", "train": 0.8, "val": 0.1, "test": 0.1},
    }  # fmt: skip
