"""The layout of CAMUS' NIfTI release: transposed images, full masks, Info files, split lists."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import nibabel as nib
import numpy as np

from pipeline.phantom.patient import DIASTOLE, SPLITS, SYSTOLE, Patient, PatientKey, draw_patient
from pipeline.phantom.screen import Screen, tight_screen
from pipeline.phantom.settings import PatientCounts, PhantomSettings

SPLIT_LISTS = {"train": "training", "val": "validation", "test": "testing"}
INSTANTS = (("ED", DIASTOLE), ("ES", SYSTOLE))


def write_camus(
    settings: PhantomSettings, out: Path, report: Callable[[str], None], domain: Literal["alpha", "beta"] = "alpha"
) -> None:
    """Write a domain with every structure labelled to `out`: database_nifti/ and database_split/."""
    lists: dict[str, list[str]] = {split: [] for split in SPLITS}
    scanner, patients = (
        (settings.alpha.scanner, settings.alpha.patients)
        if domain == "alpha"
        else (settings.beta_scanner(), settings.beta.patients)
    )
    keys = list(patient_keys(settings.seed, domain, patients))
    for number, key in enumerate(keys, start=1):
        name = f"patient{number:04d}"
        lists[key.split].append(name)
        for view in settings.alpha.views:
            patient = draw_patient(settings, scanner, key, view)
            _write_view(patient, out / "database_nifti" / name, name, settings.alpha.spacing_mm)
        report(f"{domain}: patient {number} of {len(keys)}")
    folder = out / "database_split"
    folder.mkdir(parents=True)
    for split, names in lists.items():
        (folder / f"subgroup_{SPLIT_LISTS[split]}.txt").write_text("".join(f"{name}\n" for name in names))


def patient_keys(seed: int, domain: str, counts: PatientCounts) -> Iterator[PatientKey]:
    """The patients of a domain, split by split."""
    for split in SPLITS:
        for index in range(getattr(counts, split)):
            yield PatientKey(seed, domain, split, index)


def _write_view(patient: Patient, folder: Path, name: str, spacing_mm: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    screen: Screen = tight_screen(patient.acquisition, spacing_mm)
    for frame, (instant, phase) in enumerate(INSTANTS):
        stem = f"{name}_{patient.view}_{instant}"
        image = patient.image(phase, screen, frame).astype(np.float32)
        write_nifti(folder / f"{stem}.nii.gz", image, spacing_mm)
        write_nifti(folder / f"{stem}_gt.nii.gz", patient.mask(phase, screen), spacing_mm)
    (folder / f"Info_{patient.view}.cfg").write_text(_info(patient))


def write_nifti(file: Path, picture: np.ndarray, spacing_mm: float) -> None:
    """Store an upright picture (H,W) or loop (T,H,W) transposed, as CAMUS does; the same one gives the same bytes."""
    affine = np.diag([-spacing_mm, -spacing_mm, 1.0, 1.0])
    image = nib.Nifti1Image(np.ascontiguousarray(picture.T), affine)
    image.header.set_xyzt_units("mm")
    file.write_bytes(gzip.compress(image.to_bytes(), compresslevel=4, mtime=0))


def _info(patient: Patient) -> str:
    """Info_<view>.cfg. Age, sex and frame rate belong to the patient, not to the view."""
    rng = patient.key.rng(len(SPLITS), 0)
    frames = int(rng.integers(14, 30))
    quality = ("Poor", "Medium", "Good")[min(2, int(3 * patient.acquisition.quality))]
    rows = {
        "ED": 1,
        "ES": frames,
        "NbFrame": frames,
        "Sex": "FM"[int(rng.integers(2))],
        "Age": int(rng.integers(25, 88)),
        "ImageQuality": quality,
        "EF": round(patient.ejection_fraction()),
        "FrameRate": round(float(rng.uniform(42, 76)), 1),
    }
    return "".join(f"{key}: {value}\n" for key, value in rows.items())
