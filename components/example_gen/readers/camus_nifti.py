"""CAMUS, NIfTI release: database_nifti/patientNNNN/patientNNNN_<view>_<frame>.nii.gz, _gt masks, split lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from upath import UPath

from components.base import UserError
from components.example_gen.readers.base import BadRecordError, DeadLetter, Frame, Options, Reader, Reference
from components.example_gen.readers.camus_info import read_camus_info
from components.example_gen.readers.camus_labels import check_camus_mask
from components.example_gen.readers.intensity import to_gray, to_labels
from components.example_gen.readers.nifti import read_nifti_sequence
from components.files import below

SPLIT_LISTS = {"train": "subgroup_training.txt", "val": "subgroup_validation.txt", "test": "subgroup_testing.txt"}
SEQUENCE = "sequence"


class CamusNiftiOptions(Options):
    """Which views and frames are read; a patient need not have all of them.

    Attributes:
        views: Views that are read.
        frames: ED and ES are expert-drawn. sequence reads the frames between them from the half sequences, whose masks
            are not expert-drawn; such frames are named sequence_<number>.
    """

    views: tuple[Literal["2CH", "4CH"], ...] = ("2CH", "4CH")
    frames: tuple[Literal["ED", "ES", "sequence"], ...] = ("ED", "ES")


@dataclass(frozen=True)
class CamusReference(Reference):
    """A file with its masks beside it.

    Attributes:
        numbers: Place in the file and frame name of each record.
        length: Frames that the file must have.
    """

    patient: str
    view: str
    numbers: tuple[tuple[int, str], ...]
    length: int
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
            names = {path.name for path in patient.iterdir()}
            if not any(name.endswith(".nii.gz") for name in names):
                yield self.dead_letter(below(patient, self.root), "*", "expected images of a patient. Received: none")
            for view in self.options.views:
                for frame in self.options.frames:
                    yield from self._of_view(patient, names, view, frame, splits.get(patient.name))

    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """Each wanted picture and its mask."""
        assert isinstance(reference, CamusReference)
        mask_file = _mask_of(reference.file)
        if not (self.root / mask_file).is_file():
            raise BadRecordError(f"expected a mask {UPath(mask_file).name} beside the image. Received: no such file")
        pictures, spacing = read_nifti_sequence(self.path(reference.file))
        masks, _ = read_nifti_sequence(self.path(mask_file))
        for stack in (pictures, masks):
            if len(stack) != reference.length:
                raise BadRecordError(f"expected {_count(reference.length)}. Received: {len(stack)}")
        for record, (place, frame) in zip(reference.records, reference.numbers, strict=True):
            try:
                check_camus_mask(masks[place], pictures[place])
                image, mask = to_gray(pictures[place]), to_labels(masks[place])
            except BadRecordError as error:
                yield self.dead_letter(reference.file, record, str(error))
                continue
            yield Frame(record, image, mask, spacing, reference.patient, reference.view, frame, reference.split)

    def _of_view(
        self, folder: UPath, names: set[str], view: str, frame: str, split: str | None
    ) -> Iterator[Reference | DeadLetter]:
        """The file of a view and frame, where the patient has it."""
        stem = f"{folder.name}_{view}_{'half_sequence' if frame == SEQUENCE else frame}"
        name = f"{stem}.nii.gz"
        file = f"{below(folder, self.root)}/{name}"
        if name not in names:
            if _mask_of(name) in names:
                reason = f"expected an image {name} beside its mask. Received: no such file"
                yield self.dead_letter(file, stem, reason)
            return
        if frame != SEQUENCE:
            yield CamusReference(file, (stem,), folder.name, view, ((0, frame),), 1, split)
            return
        try:
            info = read_camus_info(folder / f"Info_{view}.cfg")
        except BadRecordError as error:
            yield self.dead_letter(file, stem, str(error))
            return
        between = [number for number in range(1, info.frames + 1) if number not in (info.diastole, info.systole)]
        if between:
            records = tuple(f"{folder.name}_{view}_{SEQUENCE}_{number:02d}" for number in between)
            numbers = tuple((number - 1, f"{SEQUENCE}_{number:02d}") for number in between)
            yield CamusReference(file, records, folder.name, view, numbers, info.frames, split)

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


def _mask_of(image: str) -> str:
    return image.replace(".nii.gz", "_gt.nii.gz")


def _count(length: int) -> str:
    return "one picture of two dimensions" if length == 1 else f"{length} frames, as the Info file says,"
