"""A hospital's DICOM: gray, RLE, RGB and palette loops with region calibration, masks in a folder."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, UltrasoundMultiFrameImageStorage, generate_uid

from pipeline.phantom.formats.loop import FRAMES, SPACING_MM, Loop

CENTIMETRES, TISSUE, TWO_DIMENSIONAL = 3, 1, 1
KINDS = ("gray", "rle", "rgb", "palette")


def write_dicom_folder(loops: Sequence[Loop], out: Path) -> None:
    """images/<study>/<name>.dcm of each kind in turn, masks/<name>_<frame>.png of the first and the last frame."""
    (out / "masks").mkdir(parents=True)
    four_chamber = [loop for loop in loops if loop.view == "4CH"]
    for place, loop in enumerate(four_chamber):
        name = f"echo{loop.number:03d}"
        file = out / "images" / f"study{loop.number:03d}" / f"{name}.dcm"
        file.parent.mkdir(parents=True)
        to_dicom(loop, KINDS[place % len(KINDS)]).save_as(file, enforce_file_format=True)
        for frame in (0, FRAMES - 1):
            Image.fromarray(loop.masks[frame]).save(out / "masks" / f"{name}_{frame}.png")


def to_dicom(loop: Loop, kind: str) -> Dataset:
    """A multi-frame ultrasound image of a loop."""
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    image.SOPInstanceUID = generate_uid(entropy_srcs=["labeldrop phantom", str(loop.number), kind])
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    image.PatientName, image.PatientID = f"Phantom^Patient{loop.number}", f"PHANTOM-{loop.number:04d}"
    image.PatientBirthDate, image.StudyDate = "19600101", "20240101"
    image.Modality = "US"
    image.NumberOfFrames, image.Rows, image.Columns = loop.images.shape
    image.SamplesPerPixel = 3 if kind == "rgb" else 1
    image.PhotometricInterpretation = {"rgb": "RGB", "palette": "PALETTE COLOR"}.get(kind, "MONOCHROME2")
    image.BitsAllocated = image.BitsStored = 8
    image.HighBit, image.PixelRepresentation = 7, 0
    image.SequenceOfUltrasoundRegions = [_region(*loop.images.shape[1:])]
    pixels = loop.images
    if kind == "rgb":
        image.PlanarConfiguration = 0
        pixels = np.repeat(loop.images[..., None], 3, axis=-1)
    elif kind == "palette":
        pixels = 255 - loop.images
        _inverted_palette(image)
    image.PixelData = pixels.tobytes() + b"\0" * (pixels.size % 2)
    if kind == "rle":
        image.compress(RLELossless)
    return image


def _region(rows: int, columns: int) -> Dataset:
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType = TWO_DIMENSIONAL, TISSUE
    region.RegionLocationMinX0 = region.RegionLocationMinY0 = 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = columns - 1, rows - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = CENTIMETRES
    region.PhysicalDeltaX = region.PhysicalDeltaY = SPACING_MM / 10
    return region


def _inverted_palette(image: Dataset) -> None:
    """A table that turns 255 - gray into gray, so that pixels taken as they are would be seen at once."""
    table = (np.arange(255, -1, -1, dtype=np.uint16) * 257).tobytes()
    for color in ("Red", "Green", "Blue"):
        setattr(image, f"{color}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(image, f"{color}PaletteColorLookupTableData", table)
