"""Plain folders of images and masks, in each picture format; presence by image in a CSV."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import SimpleITK
from PIL import Image

from pipeline.phantom.camus_writer import write_nifti
from pipeline.phantom.echonet_writer import write_csv
from pipeline.phantom.formats.camus import INSTANTS
from pipeline.phantom.formats.loop import SPACING_MM, Loop

FORMATS = {"png": ("png", "png"), "jpeg": ("jpg", "png"), "tiff": ("tif", "tif"), "nifti": ("nii.gz", "nii.gz"),
           "mha": ("mha", "mha")}  # fmt: skip


def write_folders(loops: Sequence[Loop], out: Path) -> None:
    """folder_<format>/ with images/, masks/ and presence.csv; nobody looked for the atrium in the 2CH view."""
    for name, suffixes in FORMATS.items():
        rows: list[Sequence[object]] = []
        for loop in loops:
            for instant, k in INSTANTS.items():
                stem = f"p{loop.number}_{loop.view}_{instant}"
                mask = np.where(loop.masks[k] == 3, 0, loop.masks[k]) if loop.view == "2CH" else loop.masks[k]
                for folder, suffix, picture in zip(
                    ("images", "masks"), suffixes, (loop.images[k], mask.astype(np.uint8)), strict=True
                ):
                    _write(out / f"folder_{name}" / folder / f"{stem}.{suffix}", picture)
                rows.append((stem, 1, 1, int(loop.view == "4CH")))
        write_csv(out / f"folder_{name}" / "presence.csv", ("name", "LV", "MYO", "LA"), rows)


def _write(file: Path, picture: np.ndarray) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".gz":
        write_nifti(file, picture, SPACING_MM)
    elif file.suffix == ".mha":
        image = SimpleITK.GetImageFromArray(picture)
        image.SetSpacing((SPACING_MM, SPACING_MM))
        SimpleITK.WriteImage(image, str(file))
    else:
        Image.fromarray(picture).save(file)
