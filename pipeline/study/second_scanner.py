"""Real CAMUS patients as if a second scanner had seen them: what differs is the picture, never the anatomy.

In this order, on gray levels 0 to 255 of the stored picture:
1. resolution: Gaussian blur, sigma 0.55 mm along and 1.0 mm across the beam;
2. speckle smoothing: median over 3 x 3 pixels, as vendors' filters do;
3. attenuation: gray falls by 4 levels per cm of depth, from a near field raised by 12 levels;
4. dynamic range and gain curve: levels below 22 become black, then gamma 1.25, then a gain of 1.12;
5. sector crop: 4 degrees less on either side;
6. marks: depth ticks on the right, a line of text on the top left, an ECG trace at the bottom.

The population stays the same, the tissue too: a change of scanner in the sense of an image-based domain shift, not a
second hospital.
"""

import shutil
from pathlib import Path

import cv2
import nibabel as nib
import numpy as np

from components.base import UserError
from pipeline.phantom.camus_writer import SPLIT_LISTS

AXIAL_MM, LATERAL_MM = 0.55, 1.0
FALL_PER_CM, NEAR_FIELD = 4.0, 12.0
BLACK, GAMMA, GAIN = 22.0, 1.25, 1.12
CROP_DEGREES = 4.0
TICK, TEXT, ECG = 190, 200, 150


def write_second_scanner(root: Path, out: Path) -> None:
    """Write alpha/ (patients as they are) and beta/ (re-rendered) in CAMUS' NIfTI layout.

    Patients of training and validation go to one of the two by turns, test patients to both.

    Raises:
        UserError: `root` is not CAMUS' NIfTI release.
    """
    if not (root / "database_nifti").is_dir() or not (root / "database_split").is_dir():
        raise UserError(
            f"{root}: expected CAMUS' NIfTI release, the folders database_nifti and database_split. Received: no such "
            "folders. Next step: set data.root of the study."
        )
    lists: dict[str, dict[str, list[str]]] = {
        domain: {split: [] for split in SPLIT_LISTS} for domain in ("alpha", "beta")
    }
    for split, name in SPLIT_LISTS.items():
        listed = (root / "database_split" / f"subgroup_{name}.txt").read_text(encoding="utf-8").split()
        there = [patient for patient in sorted(listed) if (root / "database_nifti" / patient).is_dir()]
        for place, patient in enumerate(there):
            for domain in ("alpha", "beta") if split == "test" else (("alpha", "beta")[place % 2],):
                _write_patient(root / "database_nifti" / patient, out / domain / "database_nifti" / patient, domain)
                lists[domain][split].append(patient)
    for domain, splits in lists.items():
        (out / domain / "database_split").mkdir(parents=True, exist_ok=True)
        for split, patients in splits.items():
            file = out / domain / "database_split" / f"subgroup_{SPLIT_LISTS[split]}.txt"
            file.write_text("".join(f"{patient}\n" for patient in patients), encoding="utf-8")


def _write_patient(source: Path, target: Path, domain: str) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.glob("*_4CH_E[DS]*.nii.gz")):
        if domain == "alpha" or file.name.endswith("_gt.nii.gz"):
            shutil.copyfile(file, target / file.name)
            continue
        image = nib.load(file)
        columns, rows = image.header.get_zooms()[:2]
        stored = np.asarray(image.dataobj)
        upright = stored.reshape(stored.shape[:2]).T.astype(np.float32)
        gray = rerender(upright, (float(rows), float(columns)))
        nib.save(nib.Nifti1Image(gray.T.reshape(stored.shape).astype(np.float32), image.affine), target / file.name)


def rerender(image: np.ndarray, spacing_mm: tuple[float, float]) -> np.ndarray:
    """(H,W) gray levels → (H,W) float32 whole gray levels of the second scanner.

    Args:
        spacing_mm: Of rows and columns.
    """
    inside = _sector(image)
    gray = cv2.GaussianBlur(
        image.astype(np.float32), (0, 0), sigmaX=LATERAL_MM / spacing_mm[1], sigmaY=AXIAL_MM / spacing_mm[0]
    )
    smooth = cv2.medianBlur(np.clip(np.rint(gray), 0, 255).astype(np.uint8), 3)
    depth_cm = np.arange(len(gray), dtype=np.float32)[:, None] * spacing_mm[0] / 10
    level = smooth + NEAR_FIELD - FALL_PER_CM * depth_cm
    gray = 255 * GAIN * np.clip((level - BLACK) / (255 - BLACK), 0, 1) ** GAMMA
    gray = np.where(inside, np.clip(gray, 0, 255), 0)
    return np.rint(_marked(gray.astype(np.float32), spacing_mm)).astype(np.float32)


def _sector(image: np.ndarray) -> np.ndarray:
    """(H,W) bool: the sector, less a few degrees on either side, seen from the middle of its topmost row."""
    filled = cv2.morphologyEx((image > 0).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)) > 0
    rows = np.flatnonzero(filled.any(1))
    if not len(rows):
        return filled
    top = int(rows[0])
    middle = float(np.flatnonzero(filled[top]).mean())
    down, across = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32)
    angle = np.degrees(np.arctan2(across - middle, down - top + 1))
    half = np.where(filled, np.abs(angle), 0)[top + image.shape[0] // 4 :].max()
    return np.asarray(filled & (np.abs(angle) <= half - CROP_DEGREES))


def _marked(gray: np.ndarray, spacing_mm: tuple[float, float]) -> np.ndarray:
    height, width = gray.shape
    for depth in np.arange(0, height * spacing_mm[0], 10):  # every cm
        row = int(depth / spacing_mm[0])
        gray[row : row + 2, width - max(4, width // 60) :] = TICK
    size = height / 700
    place, font = (int(10 * size), int(30 * size)), cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(gray, "SCANNER B  3.2 MHz", place, font, 0.8 * size, (TEXT,), 1)
    columns = np.arange(width)
    beat = np.exp(-(((columns % (width / 3)) - width / 9) ** 2) / (2 * (width / 200) ** 2))
    trace = np.column_stack([columns, height * (0.97 - 0.05 * beat)]).astype(np.int32)
    cv2.polylines(gray, [trace.reshape(-1, 1, 2)], False, (ECG,), 1)
    return gray
