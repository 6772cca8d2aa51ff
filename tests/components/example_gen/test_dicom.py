"""The DICOM reader on the ultrasound file of the pydicom wheel and on files written here."""

import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

from components.base import UserError
from tests.components.example_gen.makers import read_all

CINE = Path(str(get_testdata_file("examples_ybr_color.dcm")))
PALETTE = Path(str(get_testdata_file("examples_palette.dcm")))


def write_dicom(path: Path, pixels: np.ndarray, photometric="MONOCHROME2", region=None, rle=False):
    """Pixels (T,H,W) or (T,H,W,3) uint8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID = "1.2.840.10008.5.1.4.1.1.3.1"
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID = pydicom.uid.generate_uid(entropy_srcs=["x"])
    image.PatientName, image.PatientID = "Doe^Jane", "MRN-12345"
    image.NumberOfFrames, image.Rows, image.Columns = pixels.shape[:3]
    image.SamplesPerPixel = 3 if pixels.ndim == 4 else 1
    if pixels.ndim == 4:
        image.PlanarConfiguration = 0
    image.PhotometricInterpretation = photometric
    image.BitsAllocated = image.BitsStored = 8
    image.HighBit, image.PixelRepresentation = 7, 0
    image.PixelData = pixels.tobytes()
    if region:
        image.SequenceOfUltrasoundRegions = [_region(*region)]
    if rle:
        image.compress(RLELossless)
    image.save_as(path, enforce_file_format=True)


def _region(right, bottom, row_cm, column_cm):
    region = Dataset()
    region.RegionSpatialFormat = region.RegionDataType = 1
    region.RegionLocationMinX0 = region.RegionLocationMinY0 = 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = right, bottom
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX, region.PhysicalDeltaY = column_cm, row_cm
    return region


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def write_mask(root, name, shape):
    (root / "masks").mkdir(exist_ok=True)
    Image.fromarray(np.ones(shape, np.uint8)).save(root / "masks" / f"{name}.png")


@pytest.mark.parametrize("rle", [False, True])
def test_gray_frames_are_read_as_they_are_stored(tmp_path, rle):
    pixels = noise(3, 20, 30)
    write_dicom(tmp_path / "images" / "a.dcm", pixels, rle=rle)
    frames, letters = read_all("dicom", tmp_path, masks=None, view="4CH")
    assert not letters
    np.testing.assert_array_equal([frame.image for frame in frames], pixels)
    assert {(frame.view, frame.annotated) for frame in frames} == {("4CH", ())}


def test_colour_becomes_its_luma(tmp_path):
    pixels = noise(1, 20, 30, 3)
    write_dicom(tmp_path / "images" / "a.dcm", pixels, "RGB")
    frames, _ = read_all("dicom", tmp_path, masks=None)
    expected = pixels[0] @ np.array([0.299, 0.587, 0.114])
    assert np.abs(frames[0].image - expected).max() <= 1


def test_real_cine_in_ybr_is_not_read_as_rgb_and_its_stale_calibration_is_refused(tmp_path):
    (tmp_path / "images").mkdir()
    shutil.copy(CINE, tmp_path / "images")
    frames, letters = read_all("dicom", tmp_path, masks=None)
    assert (len(frames), letters) == (30, [])
    rgb = pydicom.pixels.pixel_array(pydicom.dcmread(CINE), index=0)
    assert np.abs(frames[0].image - rgb @ np.array([0.299, 0.587, 0.114])).max() <= 1.5
    assert frames[0].image[120, 160] == 7  # gray (7, 7, 7); its Y, Cb, Cr read as RGB would be far brighter
    assert np.isnan(frames[0].spacing_mm).all()


def test_palette_goes_through_its_table(tmp_path):
    (tmp_path / "images").mkdir()
    shutil.copy(PALETTE, tmp_path / "images")
    frames, letters = read_all("dicom", tmp_path, masks=None)
    assert not letters
    source = pydicom.dcmread(PALETTE)
    colors = pydicom.pixels.apply_color_lut(source.pixel_array, source) / 257
    assert np.abs(frames[0].image - colors @ np.array([0.299, 0.587, 0.114])).max() <= 1


@pytest.mark.parametrize(
    ("region", "spacing"),
    [
        ((30, 20, 0.02, 0.05), (0.2, 0.5)),
        ((31, 20, 0.02, 0.05), (np.nan, np.nan)),
        ((30, 20, 0.0, 0.05), (np.nan, np.nan)),
        (None, (np.nan, np.nan)),
    ],
)
def test_spacing_comes_from_a_calibration_that_fits_the_image(tmp_path, region, spacing):
    write_dicom(tmp_path / "images" / "a.dcm", noise(1, 20, 30), region=region)
    frames, _ = read_all("dicom", tmp_path, masks=None)
    np.testing.assert_allclose(frames[0].spacing_mm, spacing)


def test_masks_choose_the_frames(tmp_path):
    write_dicom(tmp_path / "images" / "deep" / "a.dcm", noise(3, 20, 30))
    write_mask(tmp_path, "a_2", (20, 30))
    frames, letters = read_all("dicom", tmp_path)
    assert not letters
    assert [(frame.record, frame.frame, frame.annotated) for frame in frames] == [("a_2", "frame2", None)]
    assert frames[0].mask.all()


def test_what_cannot_be_used_is_named_and_the_patient_is_not(tmp_path):
    write_dicom(tmp_path / "images" / "a.dcm", noise(2, 20, 30))
    for name, shape in (("a_0", (20, 31)), ("a_7", (20, 30)), ("c_0", (20, 30)), ("b_0", (20, 30))):
        write_mask(tmp_path, name, shape)
    write_dicom(tmp_path / "images" / "unmasked.dcm", noise(1, 20, 30))
    (tmp_path / "images" / "b.dcm").write_bytes(b"no dicom")
    frames, letters = read_all("dicom", tmp_path)
    assert not frames
    reasons = {letter.record: letter.reason for letter in letters}
    assert "image's shape (20, 30)" in reasons["a_0"]
    assert "expected frame 7" in reasons["a_7"]
    assert "expected a DICOM image" in reasons["b_0"]
    assert "expected a DICOM file c" in reasons["c_0"]
    assert "expected masks" in reasons["unmasked"]
    assert not any("Doe" in letter.reason or "MRN" in letter.reason for letter in letters)


def test_pixels_that_neither_decoder_knows_are_a_dead_letter_by_name(tmp_path):
    write_dicom(tmp_path / "images" / "a.dcm", noise(1, 20, 30))
    header = pydicom.dcmread(tmp_path / "images" / "a.dcm")
    header.file_meta.TransferSyntaxUID = pydicom.uid.MPEG2MPML
    header.PixelData = pydicom.encaps.encapsulate([b"\0" * 64])
    header["PixelData"].is_undefined_length = True
    header.save_as(tmp_path / "images" / "a.dcm")
    frames, letters = read_all("dicom", tmp_path, masks=None)
    assert not frames
    assert "MPEG2" in letters[0].reason


def test_header_that_claims_too_many_frames_is_refused(tmp_path):
    write_dicom(tmp_path / "images" / "a.dcm", noise(1, 20, 30))
    header = pydicom.dcmread(tmp_path / "images" / "a.dcm")
    header.NumberOfFrames = 100000
    header.save_as(tmp_path / "images" / "a.dcm")
    assert "expected 1 to 4096 frames" in read_all("dicom", tmp_path, masks=None)[1][0].reason


def test_header_that_claims_too_many_pixels_is_refused(tmp_path):
    write_dicom(tmp_path / "images" / "a.dcm", noise(1, 20, 30))
    header = pydicom.dcmread(tmp_path / "images" / "a.dcm")
    header.Rows = header.Columns = 65535
    header.save_as(tmp_path / "images" / "a.dcm")
    assert "expected sides of 1 to" in read_all("dicom", tmp_path, masks=None)[1][0].reason


def test_real_palette_loop_in_rle_goes_through_its_table(tmp_path):
    source = Path(__file__).parents[3].parent / "shared" / "data" / "dicom" / "US-PAL-8-10x-echo.dcm"
    if not source.is_file():
        pytest.skip(f"the real DICOM loop is not on this machine: {source}")
    (tmp_path / "images").mkdir()
    shutil.copy(source, tmp_path / "images")
    assert "expected a PatientID" in read_all("dicom", tmp_path, masks=None)[1][0].reason
    frames, letters = read_all("dicom", tmp_path, masks=None, patient="StudyInstanceUID")
    assert (len(frames), letters) == (10, [])
    image = pydicom.dcmread(source)
    colors = pydicom.pixels.apply_color_lut(image.pixel_array, image) / 257
    for frame, expected in zip(frames, colors @ np.array([0.299, 0.587, 0.114]), strict=True):
        assert np.abs(frame.image - expected).max() <= 1


def test_folder_may_tell_patients_apart(tmp_path):
    write_dicom(tmp_path / "images" / "case1" / "deep" / "a.dcm", noise(1, 20, 30))
    write_dicom(tmp_path / "images" / "b.dcm", noise(1, 20, 30))
    frames, letters = read_all("dicom", tmp_path, masks=None, patient="folder")
    assert [frame.patient for frame in frames] == ["case1"]
    assert "expected a folder" in letters[0].reason


def test_empty_folder_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match="expected DICOM files"):
        read_all("dicom", tmp_path)
