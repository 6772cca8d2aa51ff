"""The only module that calls tensorflow-io: decoding the pixels of a DICOM file to gray.

tensorflow-io is at its end of life; its DCMTK decoder knows JPEG, RLE and palettes without further packages. What it
cannot decode is given to pydicom, which is kept up.
"""

import numpy as np
import pydicom
import tensorflow as tf
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pixel_array

from components.example_gen.readers.base import BadRecordError

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in JPEG


def decode_gray(content: bytes, header: pydicom.Dataset) -> np.ndarray:
    """All frames (T,H,W) uint8; colour becomes its luma.

    Raises:
        BadRecordError: Pixels of more than 8 bits, a transfer syntax that neither decoder knows, or damaged pixels.
    """
    if header.get("BitsAllocated") != 8:
        raise BadRecordError(f"expected ultrasound pixels of 8 bits. Received: {header.get('BitsAllocated')}")
    palette = header.PhotometricInterpretation == "PALETTE COLOR"
    try:
        pixels = _with_tensorflow_io(content, palette)
    except (tf.errors.OpError, ValueError) as first:
        pixels = _with_pydicom(header, palette, first)
    wanted = (int(header.get("NumberOfFrames") or 1), header.Rows, header.Columns)
    if pixels.shape != wanted:
        raise BadRecordError(f"expected pixels of frames, rows and columns {wanted}. Received: {pixels.shape}")
    return pixels


def _with_tensorflow_io(content: bytes, palette: bool) -> np.ndarray:
    import tensorflow_io as tfio  # loads its native library, which takes seconds and which only DICOM needs

    pixels = tfio.image.decode_dicom_image(
        content, color_dim=True, on_error="strict", scale="preserve", dtype=tf.uint16 if palette else tf.uint8
    )
    return _gray(pixels.numpy() / (257.0 if palette else 1.0))


def _with_pydicom(header: pydicom.Dataset, palette: bool, first: Exception) -> np.ndarray:
    try:
        pixels = pixel_array(header)
        if palette:
            pixels = apply_color_lut(pixels, header) / 257.0
    except Exception as error:  # pydicom's plug-ins raise whatever their libraries raise
        raise BadRecordError(
            f"expected a transfer syntax that tensorflow-io or pydicom decodes. Received: "
            f"{header.file_meta.TransferSyntaxUID.name} ({type(first).__name__}; {type(error).__name__})"
        ) from None
    channels = 3 if palette or header.SamplesPerPixel == 3 else 1
    gray = _gray(pixels.reshape((-1, header.Rows, header.Columns, channels)))
    return 255 - gray if header.PhotometricInterpretation == "MONOCHROME1" else gray


def _gray(pixels: np.ndarray) -> np.ndarray:
    """(T,H,W,1 or 3) from 0 to 255 → (T,H,W) uint8."""
    gray = pixels[..., 0] if pixels.shape[-1] == 1 else pixels.astype(np.float32) @ LUMA
    return np.clip(np.rint(gray), 0, 255).astype(np.uint8)
