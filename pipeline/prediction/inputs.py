"""The files a person may want segmented: each becomes upright gray frames and knows how its mask is written back."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from PIL import Image

from components.example_gen.readers.base import LARGEST_SIDE, UNKNOWN_SPACING, BadRecordError
from components.example_gen.readers.dicom import load_dicom
from components.example_gen.readers.dicom_decoder import decode_gray
from components.example_gen.readers.dicom_spacing import region_spacing
from components.example_gen.readers.picture import read_image


class InputError(ValueError):
    """A file that cannot be segmented, with the reason."""


class InputFile(ABC):
    """One file to segment.

    Attributes:
        path: The file.
        stem: Its name without suffixes; outputs are named after it.
        spacing_mm: Row and column spacing, NaN where the file does not say.
    """

    suffixes: tuple[str, ...]

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stem = path.name[: -len("".join(suffix for suffix in self.suffixes if path.name.lower().endswith(suffix)))]
        self.spacing_mm = UNKNOWN_SPACING

    @abstractmethod
    def frames(self) -> Iterator[np.ndarray]:
        """Each frame, (H,W) uint8, upright.

        Raises:
            InputError: The file is damaged, too large or of another kind.
        """

    @abstractmethod
    def write_masks(self, masks: Sequence[np.ndarray], out: Path) -> Path:
        """Write the masks, (H,W) uint8 ids each, on the file's own grid; returns the file written."""


class PictureFile(InputFile):
    """PNG, JPEG or TIFF; its mask is a PNG of ids."""

    suffixes = (".png", ".jpg", ".jpeg", ".tif", ".tiff")

    def frames(self) -> Iterator[np.ndarray]:
        """The one picture as 8-bit gray."""
        try:
            yield read_image(self.path)[0]
        except BadRecordError as error:
            raise InputError(f"{self.path}: {error}") from None

    def write_masks(self, masks: Sequence[np.ndarray], out: Path) -> Path:
        """`<stem>_mask.png`."""
        target = out / f"{self.stem}_mask.png"
        Image.fromarray(masks[0]).save(target)
        return target


class NiftiFile(InputFile):
    """NIfTI, one frame or frames along the third axis, intensities 0 to 255; its mask keeps header and grid."""

    suffixes = (".nii.gz", ".nii")

    def frames(self) -> Iterator[np.ndarray]:
        """Upright frames: the transpose of nibabel's array."""
        try:
            self._image = nib.load(self.path)
            self._shape = self._image.shape
            _check_size(self._shape[:2], self.path)
            if len(self._shape) < 2 or any(side != 1 for side in self._shape[3:]):
                raise InputError(f"{self.path}: expected (W,H) or (W,H,frames). Received shape: {self._shape}")
            zooms = self._image.header.get_zooms()
            self.spacing_mm = (float(zooms[1]), float(zooms[0]))
            volume = self._image.dataobj
            for index in range(self._shape[2] if len(self._shape) > 2 else 1):
                frame = np.asarray(volume[:, :, index] if len(self._shape) > 2 else volume)
                yield np.clip(np.rint(frame.reshape(self._shape[:2]).T), 0, 255).astype(np.uint8)
        except (ImageFileError, OSError, EOFError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{self.path}: expected a readable NIfTI image. Received: {error}") from None

    def write_masks(self, masks: Sequence[np.ndarray], out: Path) -> Path:
        """`<stem>_mask.nii.gz` with the input's header, uint8."""
        target = out / f"{self.stem}_mask.nii.gz"
        values = np.stack([mask.T for mask in masks], axis=-1).reshape(self._shape)
        header = self._image.header.copy()
        header.set_data_dtype(np.uint8)
        header.set_slope_inter(1, 0)
        nib.save(type(self._image)(values, self._image.affine, header), target)
        return target


class VideoFile(InputFile):
    """AVI; its masks are the pages of one lossless TIFF."""

    suffixes = (".avi",)

    def frames(self) -> Iterator[np.ndarray]:
        """Every frame that decodes, as gray."""
        video = cv2.VideoCapture(str(self.path))
        try:
            _check_size((video.get(cv2.CAP_PROP_FRAME_WIDTH), video.get(cv2.CAP_PROP_FRAME_HEIGHT)), self.path)
            decoded, frame = video.read()
            if not decoded:
                raise InputError(f"{self.path}: expected an AVI whose frames decode. Received: none that does")
            while decoded:
                yield cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
                decoded, frame = video.read()
        finally:
            video.release()

    def write_masks(self, masks: Sequence[np.ndarray], out: Path) -> Path:
        """`<stem>_mask.tiff`, one page a frame."""
        return _write_pages(masks, out / f"{self.stem}_mask.tiff")


class DicomFile(InputFile):
    """DICOM ultrasound, one frame or many; its masks are the pages of one lossless TIFF, and no name goes with them."""

    suffixes = (".dcm", ".dicom")

    def frames(self) -> Iterator[np.ndarray]:
        """Every frame as gray; spacing from the region calibration where it fits the image."""
        try:
            header, content = load_dicom(self.path)
            self.spacing_mm = region_spacing(header)
            yield from decode_gray(content, header)
        except BadRecordError as error:
            raise InputError(f"{self.path}: {error}") from None

    def write_masks(self, masks: Sequence[np.ndarray], out: Path) -> Path:
        """`<stem>_mask.tiff`, one page a frame."""
        return _write_pages(masks, out / f"{self.stem}_mask.tiff")


KINDS: tuple[type[InputFile], ...] = (PictureFile, NiftiFile, VideoFile, DicomFile)


def open_input(path: Path) -> InputFile:
    """The file as the kind its name says it is.

    Raises:
        InputError: The name has no known suffix.
    """
    for kind in KINDS:
        if path.name.lower().endswith(kind.suffixes):
            return kind(path)
    known = [suffix for kind in KINDS for suffix in kind.suffixes]
    raise InputError(f"{path}: expected a file name ending in one of {known}")


def _write_pages(masks: Sequence[np.ndarray], target: Path) -> Path:
    pages = [Image.fromarray(mask) for mask in masks]
    pages[0].save(target, save_all=True, append_images=pages[1:], compression="tiff_deflate")
    return target


def _check_size(sides: Sequence[float], path: Path) -> None:
    if max(sides) > LARGEST_SIDE:
        raise InputError(f"{path}: expected at most {LARGEST_SIDE} pixels a side. Received: {tuple(sides)}")
