"""Reading one still picture in any of the formats people export: PNG, JPEG, TIFF, NIfTI, MetaImage."""

import warnings
from pathlib import PurePath

import numpy as np
import SimpleITK
from PIL import Image, UnidentifiedImageError

from components.example_gen.readers.base import UNKNOWN_SPACING, BadRecordError, check_size
from components.example_gen.readers.intensity import to_gray, to_labels
from components.example_gen.readers.nifti import read_nifti_sequence
from components.files import Location, local_copy

PILLOW = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
NIFTI = (".nii.gz", ".nii")
META_IMAGE = (".mha", ".mhd")
SUFFIXES = (*PILLOW, *NIFTI, *META_IMAGE)
MASK_SUFFIXES = tuple(suffix for suffix in SUFFIXES if suffix not in (".jpg", ".jpeg"))  # JPEG would blur the labels

Spacing = tuple[float, float]


def suffix_of(file_name: str) -> str | None:
    """The suffix that says the format, or none where it is not one of SUFFIXES."""
    return next((suffix for suffix in SUFFIXES if file_name.lower().endswith(suffix)), None)


def read_image(path: Location, window: tuple[float, float] | None = None) -> tuple[np.ndarray, Spacing]:
    """Gray (H,W) uint8, and row and column spacing in mm where the format says.

    Args:
        window: See to_gray; pictures of 8 bits are not windowed.

    Raises:
        BadRecordError: The file is missing, damaged, too large, or not one picture of intensities 0 to 255.
    """
    if suffix_of(path.name) in PILLOW:
        return _read_pillow(path, "L"), UNKNOWN_SPACING
    picture, spacing = _read_volume(path)
    return to_gray(picture, window), spacing


def read_mask(path: Location) -> np.ndarray:
    """Labels (H,W) uint8.

    Raises:
        BadRecordError: As read_image, or the file holds anything but whole numbers 0 to 255 in one channel.
    """
    if suffix_of(path.name) in PILLOW:
        return _read_pillow(path, None)
    return to_labels(_read_volume(path)[0])


def read_sequence(path: Location) -> tuple[np.ndarray, Spacing]:
    """Pictures (T,H,W) upright as stored in NIfTI or MetaImage, and row and column spacing in mm.

    Raises:
        BadRecordError: As read_nifti_sequence and read_meta_image.
    """
    return read_nifti_sequence(path) if suffix_of(path.name) in NIFTI else read_meta_image(path)


def _read_volume(path: Location) -> tuple[np.ndarray, Spacing]:
    pictures, spacing = read_sequence(path)
    if len(pictures) != 1:
        raise BadRecordError(f"expected one picture of two dimensions. Received: {len(pictures)} in {path.name}")
    return pictures[0], spacing


def read_meta_image(path: Location) -> tuple[np.ndarray, Spacing]:
    """Pictures (T,H,W) upright as stored, T = 1 for a still one, and row and column spacing in mm.

    Raises:
        BadRecordError: The file is missing, damaged, too large or of other dimensions.
    """
    try:
        with local_copy(path, *_raw_file(path)) as file:
            pictures, spacing = _read_meta_image(str(file))
    except (RuntimeError, OSError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise BadRecordError(f"expected a readable MetaImage, {path.name}. Received: {reason}") from None
    return pictures.reshape((-1, *pictures.shape[-2:])), spacing


def _read_meta_image(file: str) -> tuple[np.ndarray, Spacing]:
    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(file)
    reader.ReadImageInformation()
    check_size(tuple(reader.GetSize()))
    if reader.GetDimension() not in (2, 3) or reader.GetNumberOfComponents() != 1:
        raise BadRecordError(f"expected gray pictures of 2 or 3 dimensions. Received: {reader.GetSize()}")
    columns, rows = reader.GetSpacing()[:2]
    return SimpleITK.GetArrayFromImage(reader.Execute()), (rows, columns)


def _raw_file(path: Location) -> tuple[str, ...]:
    """The file of pixels that an .mhd names; it must be a plain name beside it.

    Raises:
        BadRecordError: It leads elsewhere.
    """
    if path.suffix.lower() != ".mhd":
        return ()
    for line in path.read_text(encoding="latin-1").splitlines():
        key, _, value = (part.strip() for part in line.partition("="))
        if key == "ElementDataFile" and value != "LOCAL":
            if PurePath(value).name != value:
                raise BadRecordError(f"expected a data file beside {path.name}. Received: {value!r}")
            return (value,)
    return ()


def _read_pillow(path: Location, mode: str | None) -> np.ndarray:
    """(H,W) uint8: gray for mode "L", labels or palette indices for none."""
    try:
        with warnings.catch_warnings(), local_copy(path) as file, Image.open(file) as picture:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # check_size decides
            check_size(picture.size)
            if mode is not None and picture.mode.startswith(("I", "F")):
                raise BadRecordError(f"expected 8 bits a channel, {path.name}. Received: mode {picture.mode}")
            if mode is None and picture.mode not in ("L", "P", "1"):
                raise BadRecordError(
                    f"expected a mask of one 8-bit channel, {path.name}. Received: mode {picture.mode}"
                )
            return np.asarray(picture.convert(mode) if mode else picture).astype(np.uint8)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        kind = path.suffix.removeprefix(".").upper()
        raise BadRecordError(f"expected a readable {kind}, {path.name}. Received: {error}") from None
