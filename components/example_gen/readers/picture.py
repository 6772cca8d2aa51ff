"""Reading one still picture in any of the formats people export: PNG, JPEG, TIFF, NIfTI, MetaImage."""

import warnings
from pathlib import Path

import numpy as np
import SimpleITK
from PIL import Image, UnidentifiedImageError

from components.example_gen.readers.base import UNKNOWN_SPACING, BadRecordError, check_size
from components.example_gen.readers.nifti import read_nifti, to_gray, to_labels

PILLOW = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
NIFTI = (".nii.gz", ".nii")
META_IMAGE = (".mha", ".mhd")
SUFFIXES = (*PILLOW, *NIFTI, *META_IMAGE)
MASK_SUFFIXES = tuple(suffix for suffix in SUFFIXES if suffix not in (".jpg", ".jpeg"))  # JPEG would blur the labels

Spacing = tuple[float, float]


def suffix_of(file_name: str) -> str | None:
    """The suffix that says the format, or none where it is not one of SUFFIXES."""
    return next((suffix for suffix in SUFFIXES if file_name.lower().endswith(suffix)), None)


def read_image(path: Path) -> tuple[np.ndarray, Spacing]:
    """Gray (H,W) uint8, and row and column spacing in mm where the format says.

    Raises:
        BadRecordError: The file is missing, damaged, too large, or not one picture of intensities 0 to 255.
    """
    if suffix_of(path.name) in PILLOW:
        return _read_pillow(path, "L"), UNKNOWN_SPACING
    picture, spacing = _read_volume(path)
    return to_gray(picture), spacing


def read_mask(path: Path) -> np.ndarray:
    """Labels (H,W) uint8.

    Raises:
        BadRecordError: As read_image, or the file holds anything but whole numbers 0 to 255 in one channel.
    """
    if suffix_of(path.name) in PILLOW:
        return _read_pillow(path, None)
    return to_labels(_read_volume(path)[0])


def _read_volume(path: Path) -> tuple[np.ndarray, Spacing]:
    if suffix_of(path.name) in NIFTI:
        return read_nifti(path)
    pictures, spacing = read_meta_image(path)
    if len(pictures) != 1:
        raise BadRecordError(f"expected one picture. Received: {len(pictures)} in {path.name}")
    return pictures[0], spacing


def read_meta_image(path: Path) -> tuple[np.ndarray, Spacing]:
    """Pictures (T,H,W) upright as stored, T = 1 for a still one, and row and column spacing in mm.

    Raises:
        BadRecordError: The file is missing, damaged, too large or of other dimensions.
    """
    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        check_size(tuple(reader.GetSize()))
        if reader.GetDimension() not in (2, 3) or reader.GetNumberOfComponents() != 1:
            raise BadRecordError(f"expected gray pictures of 2 or 3 dimensions. Received: {reader.GetSize()}")
        _check_raw_file(path)
        columns, rows = reader.GetSpacing()[:2]
        pictures = SimpleITK.GetArrayFromImage(reader.Execute())
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise BadRecordError(f"expected a readable MetaImage, {path.name}. Received: {reason}") from None
    return pictures.reshape((-1, *pictures.shape[-2:])), (rows, columns)


def _check_raw_file(path: Path) -> None:
    """The header of an .mhd names another file: it must be a plain name beside it.

    Raises:
        BadRecordError: It leads elsewhere.
    """
    if path.suffix.lower() != ".mhd":
        return
    for line in path.read_text(encoding="latin-1").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "ElementDataFile" and Path(value.strip()).name != value.strip():
            raise BadRecordError(f"expected a data file beside {path.name}. Received: {value.strip()!r}")


def _read_pillow(path: Path, mode: str | None) -> np.ndarray:
    """(H,W) uint8: gray for mode "L", labels or palette indices for none."""
    try:
        with warnings.catch_warnings(), Image.open(path) as picture:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # check_size decides
            check_size(picture.size)
            if mode is None and picture.mode not in ("L", "P", "1"):
                raise BadRecordError(
                    f"expected a mask of one 8-bit channel, {path.name}. Received: mode {picture.mode}"
                )
            return np.asarray(picture.convert(mode) if mode else picture).astype(np.uint8)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        kind = path.suffix.removeprefix(".").upper()
        raise BadRecordError(f"expected a readable {kind}, {path.name}. Received: {error}") from None
