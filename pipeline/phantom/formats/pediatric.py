"""EchoNet-Pediatric: A4C/ and PSAX/ with polygon tracings and ten folds."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from pipeline.phantom.echonet_writer import write_csv, write_gray_avi
from pipeline.phantom.formats.loop import FRAMES, Loop

FOLDS = {"train": 0, "val": 8, "test": 9}
FOLDERS = {"4CH": "A4C", "2CH": "PSAX"}  # the phantom has no short axis; its two-chamber view stands in for the layout
SIZE = 112


def write_pediatric(loops: Sequence[Loop], out: Path) -> None:
    """FileList.csv, VolumeTracings.csv and Videos/ a folder; one video says that it has no systolic tracing."""
    files: dict[str, list[Sequence[object]]] = {folder: [] for folder in FOLDERS.values()}
    tracings: dict[str, list[Sequence[object]]] = {folder: [] for folder in FOLDERS.values()}
    for loop in loops:
        folder, name = FOLDERS[loop.view], f"CR{loop.number:06d}-{loop.view}"
        (out / folder / "Videos").mkdir(parents=True, exist_ok=True)
        side = max(loop.images.shape[1:])
        write_gray_avi(out / folder / "Videos" / f"{name}.avi", [_square(image, side) for image in loop.images], 50)
        files[folder].append(
            (f"{name}.avi", "60.0", "F", 5, 20, 110, FOLDS[loop.split] + loop.number % 2 * (loop.split == "train"))
        )
        for frame in (0, FRAMES - 1):
            if loop.number == 1 and frame:
                tracings[folder].append((f"{name}.avi", "", "", "No Systolic"))
                continue
            outline = _outline(_square((loop.masks[frame] == 1).astype(np.uint8), side, cv2.INTER_NEAREST))
            tracings[folder] += [(f"{name}.avi", x, y, frame) for x, y in outline]
    for folder in FOLDERS.values():
        header = ("FileName", "EF", "Sex", "Age", "Weight", "Height", "Split")
        write_csv(out / folder / "FileList.csv", header, files[folder])
        write_csv(out / folder / "VolumeTracings.csv", ("FileName", "X", "Y", "Frame"), tracings[folder])


def _square(picture: np.ndarray, side: int, interpolation: int = cv2.INTER_AREA) -> np.ndarray:
    """Padded to a square and brought to the videos' size."""
    rows, columns = side - picture.shape[0], side - picture.shape[1]
    padded = np.pad(picture, ((rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)))
    return cv2.resize(padded, (SIZE, SIZE), interpolation=interpolation)


def _outline(mask: np.ndarray) -> list[tuple[int, int]]:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(contours, key=cv2.contourArea)[:, 0]
    return [(int(x), int(y)) for x, y in points[:: max(1, len(points) // 30)]]
