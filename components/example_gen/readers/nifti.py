"""Reading 2D NIfTI pictures and loops of them."""

import gzip
import io
import zlib
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError

from components.example_gen.readers.base import BadRecordError, check_size
from components.files import Location

KINDS = (nib.Nifti1Image, nib.Nifti2Image)
HEADER_BYTES = 540  # of the larger kind
LARGEST_LOOP = 2**31  # bytes
MOST_BEHIND = 2**20  # bytes


def read_nifti_sequence(path: Location) -> tuple[np.ndarray, tuple[float, float]]:
    """The upright pictures, (T,H,W) as stored with T = 1 for a still one, and row and column spacing in mm.

    Upright is the transpose of nibabel's array; turning it instead would mirror the heart. A compressed file is read to
    its end, so that its checksum is compared, which nibabel by itself does not do.

    Raises:
        BadRecordError: The file is missing, damaged, too large, or of more than three dimensions.
    """
    try:
        with path.open("rb") as stored:
            image = _load(gzip.GzipFile(fileobj=stored) if path.name.lower().endswith(".gz") else stored)
        columns, rows = (float(zoom) for zoom in image.header.get_zooms()[:2])
        values = np.asarray(image.dataobj).reshape((*image.shape[:2], -1))
        return values.transpose(2, 1, 0), (rows, columns)
    except BadRecordError:
        raise
    except (ImageFileError, OSError, EOFError, zlib.error, HeaderDataError, ValueError) as error:
        raise BadRecordError(f"expected a readable NIfTI file, {path.name}. Received: {error}") from None


def _load(stream: Any) -> Any:
    """The image, its size checked before its pixels are read.

    Raises:
        BadRecordError: It is no NIfTI image, of more than three dimensions, or too large.
    """
    head = stream.read(HEADER_BYTES)
    kind = next((kind for kind in KINDS if kind.header_class.may_contain_header(head)), None)
    if kind is None:
        raise BadRecordError("expected a readable NIfTI file. Received: one without its header")
    header = kind.header_class.from_fileobj(io.BytesIO(head))
    shape = header.get_data_shape()
    if len(shape) < 2 or any(side != 1 for side in shape[3:]):
        raise BadRecordError(f"expected pictures of two dimensions, or a loop. Received shape: {shape}")
    check_size(shape[:3])
    size = int(np.prod(shape, dtype=np.int64)) * header.get_data_dtype().itemsize
    if size > LARGEST_LOOP:
        raise BadRecordError(f"expected at most {LARGEST_LOOP} bytes of pixels. Received: {size}")
    content = head + stream.read(size + int(header.get_data_offset()) - len(head))
    if len(stream.read(MOST_BEHIND)) == MOST_BEHIND:  # reading to the end compares the checksum
        raise BadRecordError(f"expected nothing behind the pixels. Received: {MOST_BEHIND} bytes or more")
    return kind.from_bytes(content)
