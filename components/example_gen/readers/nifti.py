"""Reading a 2D NIfTI picture."""

import zlib
from pathlib import Path

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError

from components.example_gen.readers.base import BadRecordError, check_size


def read_nifti(path: Path) -> tuple[np.ndarray, tuple[float, float]]:
    """The upright picture, (H,W) as stored, and its row and column spacing in mm.

    Raises:
        BadRecordError: As read_nifti_sequence, or the file holds more than one picture.
    """
    pictures, spacing = read_nifti_sequence(path)
    if len(pictures) != 1:
        raise BadRecordError(f"expected one picture of two dimensions. Received: {len(pictures)} in {path.name}")
    return pictures[0], spacing


def read_nifti_sequence(path: Path) -> tuple[np.ndarray, tuple[float, float]]:
    """The upright pictures, (T,H,W) as stored with T = 1 for a still one, and row and column spacing in mm.

    Upright is the transpose of nibabel's array; turning it instead would mirror the heart.

    Raises:
        BadRecordError: The file is missing, damaged, too large, or of more than three dimensions.
    """
    try:
        image = nib.load(path)
        if len(image.shape) < 2 or any(side != 1 for side in image.shape[3:]):
            raise BadRecordError(f"expected pictures of two dimensions, or a sequence. Received shape: {image.shape}")
        check_size(image.shape[:3])
        columns, rows = (float(zoom) for zoom in image.header.get_zooms()[:2])
        values = np.asarray(image.dataobj).reshape((*image.shape[:2], -1))
        return values.transpose(2, 1, 0), (rows, columns)
    except BadRecordError:
        raise
    except (ImageFileError, OSError, EOFError, zlib.error, HeaderDataError, ValueError) as error:
        raise BadRecordError(f"expected a readable NIfTI file, {path.name}. Received: {error}") from None


def to_gray(picture: np.ndarray) -> np.ndarray:
    """Intensities 0 to 255 → uint8, rounded.

    Raises:
        BadRecordError: A value is not finite or outside 0 to 255.
    """
    if not np.isfinite(picture).all():
        raise BadRecordError("expected finite intensities from 0 to 255. Received: NaN or infinity")
    if picture.min() < 0 or picture.max() > 255:
        raise BadRecordError(f"expected intensities from 0 to 255. Received: {picture.min()} to {picture.max()}")
    return np.rint(picture).astype(np.uint8)


def to_labels(picture: np.ndarray) -> np.ndarray:
    """Whole numbers 0 to 255 → uint8.

    Raises:
        BadRecordError: A value is anything else.
    """
    labels = to_gray(picture)
    if not np.array_equal(labels, picture):
        raise BadRecordError("expected whole numbers in the mask. Received: fractions between labels")
    return labels
