"""Tiny datasets in the formats of the real ones, written file by file so that a test can spoil each."""

import csv
import math
from pathlib import Path

import cv2
import nibabel as nib
import numpy as np
from PIL import Image

from components.example_gen.readers import reader_type
from components.example_gen.readers.base import DeadLetter, Frame

LISTS = {"train": "subgroup_training.txt", "val": "subgroup_validation.txt", "test": "subgroup_testing.txt"}


def picture(height, width, seed=0):
    """Gray (H,W) uint8 and labels with 1 inside 2 and 3 below."""
    image = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    mask = np.zeros((height, width), np.uint8)
    mask[height // 8 : height // 2, width // 4 : 3 * width // 4] = 2
    mask[height // 6 : height // 2, width // 3 : 2 * width // 3] = 1
    mask[height // 2 : 3 * height // 4, width // 3 : 2 * width // 3] = 3
    return image, mask


def write_nifti(path: Path, array, spacing=(0.3, 0.3)):
    path.parent.mkdir(parents=True, exist_ok=True)
    affine = np.diag([spacing[1], spacing[0], 1, 1])
    nib.save(nib.Nifti1Image(array.T, affine), path)


def write_camus(root: Path, splits: dict[str, int], height=40, width=48):
    """`splits` gives patients per split; returns the image files."""
    files, number = [], 0
    (root / "database_split").mkdir(parents=True)
    for split, patients in splits.items():
        names = []
        for _ in range(patients):
            number += 1
            name = f"patient{number:04d}"
            names.append(name)
            for frame in ("ED", "ES"):
                image, mask = picture(height, width, seed=number)
                file = root / "database_nifti" / name / f"{name}_4CH_{frame}.nii.gz"
                write_nifti(file, image.astype(np.float32))
                write_nifti(mask_of(file), mask)
                files.append(file)
        (root / "database_split" / LISTS[split]).write_text("\n".join(names))
    return files


def mask_of(image: Path) -> Path:
    return image.with_name(image.name.replace(".nii.gz", "_gt.nii.gz"))


def write_avi(path: Path, frames):
    path.parent.mkdir(parents=True, exist_ok=True)
    height, width = frames[0].shape
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 50, (width, height))
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()


def tracing(center, radii, chords=20):
    """Rows X1, Y1, X2, Y2 of an ellipse: the long axis, then chords from apex to base."""
    (x, y), (a, b) = center, radii
    rows = [(x, y - b, x, y + b)]
    for k in range(chords):
        offset = -b + 2 * b * (k + 0.5) / chords
        half = a * math.sqrt(max(0.0, 1 - (offset / b) ** 2))
        rows.append((x - half, y + offset, x + half, y + offset))
    return rows


def write_echonet(root: Path, splits: list[str], size=112, frames=6, large_first=True):
    """One video a split entry, frames 1 and 4 traced; the larger first or second."""
    files, listed, traced = [], [], []
    for number, split in enumerate(splits):
        name = f"0X{number:06X}"
        pictures = [picture(size, size, seed=100 * number + k)[0] // 2 for k in range(frames)]
        file = root / "Videos" / f"{name}.avi"
        write_avi(file, pictures)
        files.append(file)
        listed.append([name, 55.0, 50.0, 110.0, size, size, 50, frames, split])
        for frame, radii in zip((1, 4), ((20, 30), (14, 22))[:: 1 if large_first else -1], strict=True):
            traced += [[f"{name}.avi", *row, frame] for row in tracing((56, 50), radii)]
    header = ["FileName", "EF", "ESV", "EDV", "FrameHeight", "FrameWidth", "FPS", "NumberOfFrames", "Split"]
    write_csv(root / "FileList.csv", header, listed)
    write_csv(root / "VolumeTracings.csv", ["FileName", "X1", "Y1", "X2", "Y2", "Frame"], traced)
    return files


def write_csv(path: Path, header, rows):
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def read_csv(path: Path):
    with path.open(newline="") as stream:
        header, *rows = csv.reader(stream)
    return header, rows


def write_folder(root: Path, names, height=30, width=50):
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(names):
        image, mask = picture(height, width, seed)
        Image.fromarray(image).save(root / "images" / f"{name}.png")
        Image.fromarray(mask).save(root / "masks" / f"{name}.png")


def read_all(name, root, **options):
    """Frames and dead letters of a dataset; each expected record is answered exactly once."""
    reader = reader_type(name)("mine", root, options)
    frames, letters = [], []
    for item in reader.references():
        if isinstance(item, DeadLetter):
            letters.append(item)
            continue
        for answer in reader.read(item):
            (frames if isinstance(answer, Frame) else letters).append(answer)
    return frames, letters
