"""Reading a 2D NIfTI picture."""

import zlib

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError

from components.example_gen.readers.base import BadRecordError, check_size
from components.files import Location, local_copy


def read_nifti(path: Location) -> tuple[np.ndarray, tuple[float, float]]:
    """The upright picture, (H,W) as stored, and its row and column spacing in mm.

    Raises:
        BadRecordError: As read_nifti_sequence, or the file holds more than one picture.
    """
    pictures, spacing = read_nifti_sequence(path)
    if len(pictures) != 1:
        raise BadRecordError(f"expected one picture of two dimensions. Received: {len(pictures)} in {path.name}")
    return pictures[0], spacing


def read_nifti_sequence(path: Location) -> tuple[np.ndarray, tuple[float, float]]:
    """The upright pictures, (T,H,W) as stored with T = 1 for a still one, and row and column spacing in mm.

    Upright is the transpose of nibabel's array; turning it instead would mirror the heart.

    Raises:
        BadRecordError: The file is missing, damaged, too large, or of more than three dimensions.
    """
    try:
        with local_copy(path) as file:
            image = nib.load(file)
            if len(image.shape) < 2 or any(side != 1 for side in image.shape[3:]):
                raise BadRecordError(f"expected pictures of two dimensions, or a loop. Received shape: {image.shape}")
            check_size(image.shape[:3])
            columns, rows = (float(zoom) for zoom in image.header.get_zooms()[:2])
            values = np.asarray(image.dataobj).reshape((*image.shape[:2], -1))
        return values.transpose(2, 1, 0), (rows, columns)
    except BadRecordError:
        raise
    except (ImageFileError, OSError, EOFError, zlib.error, HeaderDataError, ValueError) as error:
        raise BadRecordError(f"expected a readable NIfTI file, {path.name}. Received: {error}") from None
