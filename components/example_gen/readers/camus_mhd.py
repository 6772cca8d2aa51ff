"""CAMUS, older release: training/ and testing/patientNNNN/patientNNNN_<view>_<frame>.mhd with .raw, _gt masks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from upath import UPath

from components.base import UserError
from components.example_gen.readers.base import DeadLetter, Frame, Options, Reader, Reference
from components.example_gen.readers.camus_labels import check_camus_mask
from components.example_gen.readers.picture import read_image, read_mask
from components.files import below

TRAINING, TESTING = "training", "testing"


class CamusMhdOptions(Options):
    """Which views and frames are read, and which training patients are held out.

    Attributes:
        val_every: The release has no validation list: every so many-th training patient, in order, is for validation.
    """

    views: tuple[Literal["2CH", "4CH"], ...] = ("2CH", "4CH")
    frames: tuple[Literal["ED", "ES"], ...] = ("ED", "ES")
    val_every: Annotated[int, Field(ge=2)] = 9


@dataclass(frozen=True)
class CamusMhdReference(Reference):
    """An image and its mask, or none: the masks of the test patients are not part of every copy."""

    mask: str | None
    patient: str
    view: str
    frame: str
    split: str


class CamusMhdReader(Reader):
    """Source: Leclerc et al., IEEE TMI 2019. Pictures lie upright behind a leading axis of length one."""

    name = "camus_mhd"
    options_type = CamusMhdOptions
    options: CamusMhdOptions

    def references(self) -> Iterator[Reference | DeadLetter]:
        """Every image of the wanted views and frames; both folders count their patients from 1."""
        training, testing = (_patients(self.root / folder) for folder in (TRAINING, TESTING))
        if not training and not testing:
            raise UserError(
                f"{self.root}: expected the older CAMUS release, with training/patient0001 and so on. Received: no "
                "patient folder. Next step: set data_root to the folder that holds training/ and testing/."
            )
        for number, patient in enumerate(training, 1):
            yield from self._of_patient(patient, "train" if number % self.options.val_every else "val")
        for patient in testing:
            yield from self._of_patient(patient, "test")

    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """The one picture and its mask."""
        assert isinstance(reference, CamusMhdReference)
        image, spacing = read_image(self.path(reference.file))
        mask = np.zeros(image.shape, np.uint8)
        if reference.mask is not None:
            mask = read_mask(self.path(reference.mask))
            check_camus_mask(mask, image)
        annotated = () if reference.mask is None else None
        yield Frame(
            reference.records[0], image, mask, spacing, reference.patient, reference.view, reference.frame,
            reference.split, annotated,
        )  # fmt: skip

    def _of_patient(self, folder: UPath, split: str) -> Iterator[Reference | DeadLetter]:
        patient = below(folder, self.root)
        names = {path.name for path in folder.iterdir()}
        if not any(name.endswith(".mhd") for name in names):
            yield self.dead_letter(patient, "*", "expected images of a patient. Received: none")
        for view in self.options.views:
            for frame in self.options.frames:
                stem = f"{folder.name}_{view}_{frame}"
                image, mask = f"{stem}.mhd", f"{stem}_gt.mhd"
                record, file = f"{split}/{stem}", f"{patient}/{image}"
                if image in names and (mask in names or split == "test"):
                    mask_file = f"{patient}/{mask}" if mask in names else None
                    yield CamusMhdReference(file, (record,), mask_file, patient, view, frame, split)
                elif image in names or mask in names:
                    missing = mask if image in names else image
                    yield self.dead_letter(file, record, f"expected {missing} beside it. Received: no such file")


def _patients(folder: UPath) -> list[UPath]:
    return sorted(path for path in folder.glob("*") if path.is_dir())
