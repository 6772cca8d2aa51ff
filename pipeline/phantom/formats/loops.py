"""Whole loops: TED in MetaImage, CardiacUDA in NIfTI, HMC-QU as AVI with a .mat of masks and a spreadsheet."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import scipy.io
from openpyxl import Workbook

from pipeline.phantom.camus_writer import write_nifti
from pipeline.phantom.echonet_writer import write_gray_avi
from pipeline.phantom.formats.camus import info, write_meta_image
from pipeline.phantom.formats.loop import FRAMES, SPACING_MM, Loop

CARDIAC_UDA_LABELS = np.array([0, 1, 0, 2], np.uint8)  # 1 LV, 2 LA; the myocardium is not drawn there
CARDIAC_UDA_DRAWN = (0, 3, FRAMES - 1)
HMC_QU_SIDE = 224
HMC_QU_LEAD = 2  # frames of the video before the cycle that has masks


def write_ted(loops: Sequence[Loop], out: Path) -> None:
    """database/patientNNN with the whole cycle, 4CH only, LV and MYO only."""
    for loop in _four_chamber(loops):
        stem = out / "database" / f"patient{loop.number:03d}" / f"patient{loop.number:03d}_{loop.view}"
        write_meta_image(stem.with_name(f"{stem.name}_sequence.mhd"), loop.images)
        write_meta_image(stem.with_name(f"{stem.name}_sequence_gt.mhd"), np.where(loop.masks < 3, loop.masks, 0))
        stem.with_name(f"{stem.name}_info.cfg").write_text(info(False))


def write_cardiac_uda(loops: Sequence[Loop], out: Path) -> None:
    """Site_*/patient-N-4_{image,label}.nii.gz; frames that nobody labelled hold zeros."""
    for loop in _four_chamber(loops):
        folder = out / ("Site_G_20" if loop.number % 2 else "Site_R_52")
        folder.mkdir(parents=True, exist_ok=True)
        drawn = np.zeros_like(loop.masks)
        for frame in CARDIAC_UDA_DRAWN:
            drawn[frame] = CARDIAC_UDA_LABELS[loop.masks[frame]]
        write_nifti(folder / f"patient-{loop.number}-4_image.nii.gz", loop.images, SPACING_MM)
        write_nifti(folder / f"patient-{loop.number}-4_label.nii.gz", drawn, SPACING_MM)


def write_hmc_qu(loops: Sequence[Loop], out: Path) -> None:
    """HMC-QU/A4C/*.avi, masks of the wall at 224 by 224, A4C.xlsx with the cycle; the last video has no masks."""
    videos, masks = out / "HMC-QU" / "A4C", out / "LV Ground-truth Segmentation Masks"
    for folder in (videos, masks):
        folder.mkdir(parents=True)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ECHO", "SEG1", "SEG2", "Reference Frame", "End of Cycle"])
    chosen = _four_chamber(loops)
    for loop in chosen:
        name = f"ES{loop.number:04d}_4CH_1"
        write_gray_avi(videos / f"{name}.avi", [*loop.images[:HMC_QU_LEAD][::-1], *loop.images], 25)
        sheet.append([name, 1, 1, HMC_QU_LEAD + 1, HMC_QU_LEAD + FRAMES])
        if loop is not chosen[-1]:
            size = (HMC_QU_SIDE, HMC_QU_SIDE)
            wall = [
                cv2.resize((mask == 2).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) for mask in loop.masks
            ]
            scipy.io.savemat(masks / f"Mask_{name}.mat", {"predicted": np.stack(wall)}, do_compression=True)
    book.save(out / "A4C.xlsx")


def _four_chamber(loops: Sequence[Loop]) -> list[Loop]:
    return [loop for loop in loops if loop.view == "4CH"]
