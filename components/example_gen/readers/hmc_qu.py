"""HMC-QU: apical four-chamber AVIs, and .mat files with the left-ventricular wall over one cardiac cycle of each."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import scipy.io
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from components.base import UserError
from components.example_gen.readers.base import (
    UNKNOWN_SPACING,
    BadRecordError,
    DeadLetter,
    Frame,
    Options,
    Reader,
    Reference,
)
from components.example_gen.readers.intensity import to_labels
from components.example_gen.readers.options import Below
from components.example_gen.readers.video import read_video
from components.files import Location

MASK_PREFIX = "Mask_"
FIRST, LAST = "reference frame", "end of cycle"
LARGEST_LOOP = 2000  # frames
LARGEST_FILE = 2**29  # bytes


class HmcQuOptions(Options):
    """Where things are.

    Attributes:
        table: Spreadsheet with the columns ECHO, Reference Frame and End of Cycle.
    """

    videos: Below = "HMC-QU/A4C"
    masks: Below = "LV Ground-truth Segmentation Masks"
    table: Below = "A4C.xlsx"


@dataclass(frozen=True)
class HmcQuReference(Reference):
    """A video and its masks.

    Attributes:
        first: Number of the first masked frame, counted from 0; the others follow it.
    """

    mask: str
    patient: str
    first: int


class HmcQuReader(Reader):
    """Source: Degerli et al., IEEE Access 2021. Masks are 224 by 224 and are brought to the video's own size."""

    name = "hmc_qu"
    options_type = HmcQuOptions
    options: HmcQuOptions

    def references(self) -> Iterator[Reference | DeadLetter]:
        """Every recording that has masks; most of the dataset's videos have none and are no part of it here."""
        masks = sorted((self.root / self.options.masks).glob(f"{MASK_PREFIX}*.mat"))
        if not masks:
            raise UserError(
                f"{self.root}: expected HMC-QU, with {self.options.masks}/{MASK_PREFIX}*.mat. Received: no mask. Next "
                "step: check the dataset's root and its option `masks`."
            )
        cycles = self._cycles()
        for mask in masks:
            stem = mask.name.removeprefix(MASK_PREFIX).removesuffix(".mat")
            file, mask_file = f"{self.options.videos}/{stem}.avi", f"{self.options.masks}/{mask.name}"
            if stem not in cycles:
                reason = f"expected a row with Reference Frame and End of Cycle in {self.options.table}. Received: none"
                yield self.dead_letter(mask_file, stem, reason)
            elif not (self.root / file).is_file():
                yield self.dead_letter(file, stem, "expected the video of this mask. Received: no such file")
            else:
                first, last = cycles[stem]
                records = tuple(f"{stem}_{number}" for number in range(first, last + 1))
                yield HmcQuReference(file, records, mask_file, stem.split("_")[0].split(" ")[0], first)

    def frames(self, reference: Reference) -> Iterator[Frame | DeadLetter]:
        """The frames of the cycle."""
        assert isinstance(reference, HmcQuReference)
        masks = _read_mat(self.path(reference.mask))
        if len(masks) != len(reference.records):
            raise BadRecordError(
                f"expected {len(reference.records)} masks, as {self.options.table} says. Received: {len(masks)}"
            )
        numbers = range(reference.first, reference.first + len(masks))
        pictures = read_video(self.path(reference.file), set(numbers))
        for record, number, mask in zip(reference.records, numbers, masks, strict=True):
            if number not in pictures:
                reason = f"expected frame {number} in the video. Received: a video that ends before it"
                yield self.dead_letter(reference.file, record, reason)
                continue
            image = pictures[number]
            labels = cv2.resize(to_labels(mask), image.shape[::-1], interpolation=cv2.INTER_NEAREST_EXACT)
            yield Frame(record, image, labels, UNKNOWN_SPACING, reference.patient, "4CH", f"frame{number}", None)

    def _cycles(self) -> dict[str, tuple[int, int]]:
        """First and last frame of each recording's cycle, counted from 0; the table counts from 1.

        Raises:
            UserError: The table is missing or has other columns.
        """
        file = self.root / self.options.table
        try:
            sheet = load_workbook(io.BytesIO(file.read_bytes()), read_only=True, data_only=True).active
            rows: list[tuple[Any, ...]] = list(sheet.iter_rows(values_only=True)) if sheet is not None else []
        except (OSError, ValueError, KeyError, InvalidFileException, zipfile.BadZipFile) as error:
            raise UserError(f"{file}: expected the spreadsheet of HMC-QU. Received: {error}") from None
        for place, row in enumerate(rows):
            header = [str(cell or "").strip().lower() for cell in row]
            if FIRST in header and LAST in header:
                first, last = header.index(FIRST), header.index(LAST)
                return {
                    str(cells[0]).strip(): (int(cells[first]) - 1, int(cells[last]) - 1)
                    for cells in rows[place + 1 :]
                    if _is_cycle(cells[first], cells[last])
                }
        raise UserError(f"{file}: expected the columns Reference Frame and End of Cycle. Received: no such header")


def _is_cycle(first: object, last: object) -> bool:
    if not isinstance(first, int | float) or not isinstance(last, int | float):
        return False
    return 1 <= first <= last < first + LARGEST_LOOP


def _read_mat(path: Location) -> np.ndarray:
    """Masks (T,H,W) of the file's one variable.

    Raises:
        BadRecordError: No MATLAB file up to version 7.2, too large, or not one variable of three dimensions.
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise BadRecordError(f"expected a file of at most {LARGEST_FILE} bytes. Received: {size}")
    content = path.read_bytes()
    try:
        shapes = [shape for _, shape, _ in scipy.io.whosmat(io.BytesIO(content))]
        if len(shapes) != 1 or len(shapes[0]) != 3 or np.prod(shapes[0], dtype=float) > LARGEST_FILE:
            raise BadRecordError(f"expected one variable of frames, rows and columns. Received: {shapes}")
        variables = scipy.io.loadmat(io.BytesIO(content))
    except BadRecordError:
        raise
    except (ValueError, TypeError, NotImplementedError, EOFError, OSError, KeyError) as error:  # SciPy, by the damage
        raise BadRecordError(f"expected a MATLAB file, {path.name}. Received: {type(error).__name__}") from None
    return np.asarray(next(value for name, value in variables.items() if not name.startswith("__")))
