"""Both releases of CAMUS: NIfTI with half sequences, and the older MetaImage."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import SimpleITK

from pipeline.phantom.camus_writer import SPLIT_LISTS, write_nifti
from pipeline.phantom.formats.loop import FRAMES, SPACING_MM, Loop

INSTANTS = {"ED": 0, "ES": FRAMES - 1}


def write_camus_nifti(loops: Sequence[Loop], out: Path) -> None:
    """database_nifti/ with ED, ES and half sequences, database_split/. Every other loop starts with end-systole."""
    lists: dict[str, set[str]] = {split: set() for split in SPLIT_LISTS}
    for loop in loops:
        name = f"patient{loop.number:04d}"
        lists[loop.split].add(name)
        folder = out / "database_nifti" / name
        folder.mkdir(parents=True, exist_ok=True)
        backwards = loop.number % 2 == 0
        order = slice(None, None, -1 if backwards else 1)
        pictures = {instant: (loop.images[k], loop.masks[k]) for instant, k in INSTANTS.items()}
        pictures["half_sequence"] = (loop.images[order], loop.masks[order])
        for instant, (image, mask) in pictures.items():
            stem = f"{name}_{loop.view}_{instant}"
            write_nifti(folder / f"{stem}.nii.gz", image.astype(np.float32), SPACING_MM)
            write_nifti(folder / f"{stem}_gt.nii.gz", mask, SPACING_MM)
        (folder / f"Info_{loop.view}.cfg").write_text(info(backwards))
    (out / "database_split").mkdir()
    for split, names in lists.items():
        (out / "database_split" / f"subgroup_{SPLIT_LISTS[split]}.txt").write_text("\n".join(sorted(names)))


def write_camus_mhd(loops: Sequence[Loop], out: Path) -> None:
    """training/ and testing/, each counted from 1; the masks of the first test patient are missing."""
    counted: dict[str, dict[int, int]] = {"training": {}, "testing": {}}
    for loop in loops:
        part = "testing" if loop.split == "test" else "training"
        number = counted[part].setdefault(loop.number, len(counted[part]) + 1)
        folder = out / part / f"patient{number:04d}"
        for instant, k in INSTANTS.items():
            stem = f"{folder.name}_{loop.view}_{instant}"
            write_meta_image(folder / f"{stem}.mhd", loop.images[k : k + 1])
            if (part, number) != ("testing", 1):
                write_meta_image(folder / f"{stem}_gt.mhd", loop.masks[k : k + 1])
        (folder / f"Info_{loop.view}.cfg").write_text(f"{info(False)}LVef: 55.0\n")


def write_meta_image(file: Path, pictures: np.ndarray) -> None:
    """Pictures (T,H,W) as .mhd and .raw."""
    file.parent.mkdir(parents=True, exist_ok=True)
    image = SimpleITK.GetImageFromArray(pictures)
    image.SetSpacing((SPACING_MM, SPACING_MM, 1.0))
    SimpleITK.WriteImage(image, str(file))


def info(backwards: bool) -> str:
    """Info_<view>.cfg, its frames counted from 1."""
    diastole, systole = (FRAMES, 1) if backwards else (1, FRAMES)
    return f"ED: {diastole}\nES: {systole}\nNbFrame: {FRAMES}\nSex: F\nAge: 50\nImageQuality: Good\nFrameRate: 50\n"
