"""The plain folder layout: images/<name>.png and masks/<name>.png of structure ids, for evaluation only."""

from pathlib import Path

import cv2
import numpy as np


def write_full_masks(out: Path, stem: str, video: Path, instants: dict[str, int], masks: dict[str, np.ndarray]) -> None:
    """Write frames of a stored video, as they decode, next to their full masks.

    Args:
        stem: "<patient>_<view>"; the instant follows it in the file name.
        instants: "ED", "ES" → frame number.
        masks: "ED", "ES" → structure ids (H,W) uint8.
    """
    frames = decode_gray(video)
    for folder in ("images", "masks"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for instant, number in instants.items():
        _write_png(out / "images" / f"{stem}_{instant}.png", frames[number])
        _write_png(out / "masks" / f"{stem}_{instant}.png", masks[instant])


def decode_gray(video: Path) -> list[np.ndarray]:
    """All frames of a gray video, each (H,W) uint8."""
    capture = cv2.VideoCapture(str(video))
    frames = []
    while True:
        decoded, frame = capture.read()
        if not decoded:
            break
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))
    capture.release()
    return frames


def _write_png(file: Path, picture: np.ndarray) -> None:
    encoded, data = cv2.imencode(".png", picture)
    if not encoded:
        raise OSError(f"Cannot encode a PNG. Expected a uint8 picture (H,W). Received: {picture.shape} for {file}")
    file.write_bytes(data.tobytes())
