"""CAMUS, NIfTI release: database_nifti/patientNNNN/patientNNNN_<view>_<frame>.nii.gz, _gt masks, split lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from components.base import UserError
from components.example_gen.readers.base import BadRecordError, DeadLetter, Frame, Options, Reader, Reference
from components.example_gen.readers.nifti import read_nifti, to_gray, to_labels

SPLIT_LISTS = {"train": "subgroup_training.txt", "val": "subgroup_validation.txt", "test": "subgroup_testing.txt"}


class CamusNiftiOptions(Options):
    """Which views and frames are read; a patient need not have all of them."""

    views: tuple[Literal["2CH", "4CH"], ...] = ("2CH", "4CH")
    frames: tuple[Literal["ED", "ES"], ...] = ("ED", "ES")


@dataclass(frozen=True)
class CamusReference(Reference):
    """An image with its mask beside it."""

    patient: str
    view: str
    frame: str
    split: str | None


class CamusNiftiReader(Reader):
    """Source: Leclerc et al., IEEE TMI 2019. Masks reach outside the scan sector in many images; they are not cut."""

    name = "camus_nifti"
    options_type = CamusNiftiOptions
    options: CamusNiftiOptions

    def references(self) -> Iterator[Reference | DeadLetter]:
        """Every image of the wanted views and frames, by patient."""
        database = self.root / "database_nifti"
        patients = sorted(path for path in database.glob("*") if path.is_dir())
        if not patients:
            raise UserError(
                f"{self.root}: expected the CAMUS NIfTI release, with database_nifti/patient0001 and so on. Received: "
                "no patient folder. Next step: set data_root to the folder that holds database_nifti/."
            )
        splits = self._splits()
        for patient in patients:
            yield from self._of_patient(patient, splits.get(patient.name))

    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """The one picture and its mask."""
        assert isinstance(reference, CamusReference)
        image_path = self.root / reference.file
        mask_path = _mask_of(image_path)
        if not mask_path.is_file():
            raise BadRecordError(f"expected a mask {mask_path.name} beside the image. Received: no such file")
        picture, spacing = read_nifti(image_path)
        mask, _ = read_nifti(mask_path)
        if mask.shape != picture.shape:
            raise BadRecordError(f"expected a mask of the image's shape {picture.shape}. Received: {mask.shape}")
        yield Frame(
            reference.records[0], to_gray(picture), to_labels(mask), spacing, reference.patient, reference.view,
            reference.frame, reference.split,
        )  # fmt: skip

    def _of_patient(self, folder: Path, split: str | None) -> Iterator[Reference | DeadLetter]:
        for view in self.options.views:
            for frame in self.options.frames:
                record = f"{folder.name}_{view}_{frame}"
                image = folder / f"{record}.nii.gz"
                file = image.relative_to(self.root).as_posix()
                if image.is_file():
                    yield CamusReference(file, (record,), folder.name, view, frame, split)
                elif _mask_of(image).is_file():
                    reason = f"expected an image {image.name} beside its mask. Received: no such file"
                    yield self.dead_letter(file, record, reason)

    def _splits(self) -> dict[str, str]:
        """Split of each patient that a list names; no lists, no splits."""
        splits: dict[str, str] = {}
        for split, name in SPLIT_LISTS.items():
            file = self.root / "database_split" / name
            for patient in file.read_text(encoding="utf-8-sig").split() if file.is_file() else ():
                if splits.setdefault(patient, split) != split:
                    raise UserError(
                        f"{file}: expected each patient in one split list. Received: {patient} in {splits[patient]} "
                        f"and {split}"
                    )
        return splits


def _mask_of(image: Path) -> Path:
    return image.with_name(image.name.replace(".nii.gz", "_gt.nii.gz"))
