"""DICOM ultrasound from a hospital: single and multi-frame files, masks from a matching folder or none."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

import numpy as np
import pydicom
from pydicom.errors import InvalidDicomError

from components.base import UserError
from components.example_gen.readers.base import (
    BadRecordError,
    DeadLetter,
    Frame,
    Options,
    Reader,
    Reference,
    check_same_shape,
    check_size,
)
from components.example_gen.readers.dicom_decoder import decode_gray
from components.example_gen.readers.dicom_spacing import region_spacing
from components.example_gen.readers.options import Below
from components.example_gen.readers.picture import MASK_SUFFIXES, read_mask, suffix_of
from components.files import Location, below, stays_inside

LARGEST_FILE = 2**31  # bytes
LARGEST_FRAMES = 4096
HEADER_TAGS = ["Rows", "Columns", "NumberOfFrames"]


class DicomOptions(Options):
    """Where things are.

    Attributes:
        images: Sub-folder of DICOM files, at any depth and with any suffix.
        masks: Sub-folder of masks named <file without suffix>_<frame counted from 0>; only frames with a mask are read.
            None reads every frame as one that nobody annotated.
        view: View of every file, for example 4CH.
        patient: What tells patients apart: PatientID, StudyInstanceUID where it was removed and each patient has one
            study, or folder, the first one below `images`.
    """

    images: Below = "images"
    masks: Below | None = "masks"
    view: str = "unknown"
    patient: Literal["PatientID", "StudyInstanceUID", "folder"] = "PatientID"


@dataclass(frozen=True)
class DicomReference(Reference):
    """A DICOM file; frame number and mask (none: not annotated) of each record."""

    wanted: tuple[tuple[int, str | None], ...]


class DicomReader(Reader):
    """Pixels, spacing and the patient's id are all that is taken from a file; the id is hashed by the conversion."""

    name = "dicom"
    options_type = DicomOptions
    options: DicomOptions

    def references(self) -> Iterator[Reference | DeadLetter]:
        """Every file, with the frames that have a mask."""
        folder = self.root / self.options.images
        files = sorted(path for path in folder.rglob("*") if not path.is_dir() and not path.name.startswith("."))
        if not files:
            raise UserError(
                f"{folder}: expected DICOM files. Received: none. Next step: check the dataset's root and its option "
                "`images`."
            )
        masks = self._masks()
        for path in files:
            file = below(path, self.root)
            stem = path.stem if path.suffix.lower() in (".dcm", ".dicom") else path.name
            if not stays_inside(path, self.root):
                yield self.dead_letter(
                    file, stem, "expected a file inside the dataset's root. Received: a link out of it"
                )
            elif self.options.masks is None:
                yield self._whole(path, file, stem)
            elif own := masks.pop(stem, None):
                records = tuple(f"{stem}_{number}" for number, _ in own)
                yield DicomReference(file, records, tuple(own))
            else:
                yield self.dead_letter(
                    file, stem, f"expected masks {self.options.masks}/{stem}_0 and so on. Received: none"
                )
        for stem, left in sorted(masks.items()):
            for number, mask in left:
                yield self.dead_letter(
                    str(mask), f"{stem}_{number}", f"expected a DICOM file {stem}. Received: no such file"
                )

    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """The wanted frames."""
        assert isinstance(reference, DicomReference)
        header, content = load_dicom(self.path(reference.file))
        pictures, spacing = decode_gray(content, header), region_spacing(header)
        patient = self._patient(header, reference.file)
        for record, (number, mask_file) in zip(reference.records, reference.wanted, strict=True):
            try:
                yield self._frame(record, pictures, number, mask_file, spacing, patient)
            except BadRecordError as error:
                yield self.dead_letter(reference.file, record, str(error))

    def _patient(self, header: pydicom.Dataset, file: str) -> str:
        wanted = self.options.patient
        below_images = PurePosixPath(file).relative_to(self.options.images).parts
        folder = below_images[0] if len(below_images) > 1 else ""
        patient = folder if wanted == "folder" else str(header.get(wanted) or "")
        if not patient:
            raise BadRecordError(
                f"expected a {wanted}, so that splits can be made by patient. Received: none. See the option `patient`"
            )
        return patient

    def _frame(
        self, record: str, pictures: np.ndarray, number: int, mask_file: str | None, spacing: tuple[float, float],
        patient: str,
    ) -> Frame:  # fmt: skip
        if number >= len(pictures):
            raise BadRecordError(f"expected frame {number} in the file. Received: {len(pictures)} frames")
        image = pictures[number]
        mask = np.zeros(image.shape, np.uint8) if mask_file is None else read_mask(self.path(mask_file))
        check_same_shape(mask, image)
        annotated = () if mask_file is None else None
        return Frame(record, image, mask, spacing, patient, self.options.view, f"frame{number}", None, annotated)

    def _whole(self, path: Location, file: str, stem: str) -> Reference | DeadLetter:
        """Every frame of the file, without a mask."""
        try:
            with path.open("rb") as stream:
                header = pydicom.dcmread(stream, stop_before_pixels=True, specific_tags=HEADER_TAGS)
            count = int(header.get("NumberOfFrames") or 1)
        except (InvalidDicomError, OSError, EOFError, ValueError) as error:
            return self.dead_letter(file, stem, f"expected a readable DICOM file. Received: {type(error).__name__}")
        if not 1 <= count <= LARGEST_FRAMES:
            return self.dead_letter(file, stem, f"expected 1 to {LARGEST_FRAMES} frames. Received: {count}")
        return DicomReference(
            file, tuple(f"{stem}_{number}" for number in range(count)), tuple((number, None) for number in range(count))
        )

    def _masks(self) -> dict[str, list[tuple[int, str | None]]]:
        """Stem of a DICOM file → frame number and mask file, in order."""
        masks: dict[str, list[tuple[int, str | None]]] = {}
        if self.options.masks is None:
            return masks
        for path in sorted((self.root / self.options.masks).glob("*")):
            suffix = suffix_of(path.name)
            match = suffix in MASK_SUFFIXES and re.fullmatch(r"(.+)_(\d+)", path.name[: -len(suffix or "")])
            if match:
                found = masks.setdefault(match[1], [])
                found.append((int(match[2]), f"{self.options.masks}/{path.name}"))
        return {stem: sorted(found) for stem, found in masks.items()}


def load_dicom(path: Location) -> tuple[Any, bytes]:
    """Header and bytes of a file, opened once.

    Raises:
        BadRecordError: It is no DICOM file with pixels, or larger than it may be.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise BadRecordError(f"expected a file of at most {LARGEST_FILE} bytes. Received: {path.stat().st_size}")
    content = path.read_bytes()
    try:
        header = pydicom.dcmread(io.BytesIO(content))
        check_size((header.Rows, header.Columns))
        if not 1 <= int(header.get("NumberOfFrames") or 1) <= LARGEST_FRAMES or "PixelData" not in header:
            raise BadRecordError(f"expected pixels of 1 to {LARGEST_FRAMES} frames. Received: none, or more")
        return header, content
    except (InvalidDicomError, EOFError, AttributeError, OSError) as error:
        raise BadRecordError(f"expected a DICOM image. Received: {type(error).__name__}") from None
