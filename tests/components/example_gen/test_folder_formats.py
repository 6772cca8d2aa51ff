"""The folder reader on what annotation tools export."""

import struct
import zlib

import numpy as np
import pytest
import SimpleITK
from PIL import Image

from components.base import UserError
from tests.components.example_gen.makers import picture, read_all, write_folder, write_nifti

NAME = "p1_4CH_ED"


def write_meta_image(path, array, spacing=(0.3, 0.3)):
    image = SimpleITK.GetImageFromArray(array)
    image.SetSpacing((spacing[1], spacing[0]))
    SimpleITK.WriteImage(image, str(path))


def png_header(side):
    """A PNG that claims to be side by side pixels."""
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0), b"IDAT" + zlib.compress(b"\0"), b"IEND")
    parts = (struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".nii.gz", ".nii", ".mha"])
def test_every_format_gives_the_same_picture_and_mask(tmp_path, suffix):
    image, mask = picture(30, 50)
    for folder, array in (("images", image), ("masks", mask)):
        (tmp_path / folder).mkdir()
        file = tmp_path / folder / f"{NAME}{suffix}"
        if "nii" in suffix:
            write_nifti(file, array, spacing=(0.2, 0.5))
        elif suffix == ".mha":
            write_meta_image(file, array, spacing=(0.2, 0.5))
        else:
            Image.fromarray(array).save(file)
    frames, letters = read_all("folder", tmp_path)
    assert not letters
    np.testing.assert_array_equal(frames[0].image, image)
    np.testing.assert_array_equal(frames[0].mask, mask)
    if suffix in (".nii.gz", ".nii", ".mha"):
        assert frames[0].spacing_mm == pytest.approx((0.2, 0.5))
    else:
        assert np.isnan(frames[0].spacing_mm).all()


def test_jpeg_images_may_have_png_masks_and_jpeg_is_no_mask(tmp_path):
    write_folder(tmp_path, [NAME, "p2_4CH_ED"])
    for name in (NAME, "p2_4CH_ED"):
        file = tmp_path / "images" / f"{name}.png"
        Image.open(file).save(file.with_suffix(".jpg"))
        file.unlink()
    (tmp_path / "masks" / "p2_4CH_ED.png").rename(tmp_path / "masks" / "p2_4CH_ED.jpg")
    frames, letters = read_all("folder", tmp_path)
    assert [frame.record for frame in frames] == [NAME]
    assert "expected a mask" in letters[0].reason


def test_transposed_mask_is_named_as_such(tmp_path):
    write_folder(tmp_path, [NAME])
    Image.fromarray(picture(30, 50)[1].T.copy()).save(tmp_path / "masks" / f"{NAME}.png")
    assert "its transpose" in read_all("folder", tmp_path)[1][0].reason


def test_presence_table_says_what_was_annotated_in_each_image(tmp_path):
    write_folder(tmp_path, [f"p{k}_4CH_ED" for k in range(4)])
    rows = "name,LV,MYO\r\np0_4CH_ED,1,0\r\np1_4CH_ED,0,0\r\np2_4CH_ED,1,NaN\r\np9_4CH_ED,1,1\r\n"
    (tmp_path / "presence.csv").write_bytes("\ufeff".encode() + rows.encode())
    frames, letters = read_all("folder", tmp_path, presence="presence.csv")
    assert [(frame.record, frame.annotated) for frame in frames] == [("p0_4CH_ED", ("LV",)), ("p1_4CH_ED", ())]
    reasons = {letter.record: letter.reason for letter in letters}
    assert (
        "expected 1 or 0 for each structure in presence.csv, line 4. Received: {'MYO': 'NaN'}" in reasons["p2_4CH_ED"]
    )
    assert "expected a row of this image" in reasons["p3_4CH_ED"]
    assert "expected an image for this row" in reasons["p9_4CH_ED"]


def test_presence_table_that_is_none_is_a_user_error(tmp_path):
    write_folder(tmp_path, [NAME])
    (tmp_path / "presence.csv").write_text("file,LV\nx,1\n")
    with pytest.raises(UserError, match=r"presence\.csv: expected the columns name"):
        read_all("folder", tmp_path, presence="presence.csv")


def test_two_files_of_one_name_are_a_user_error(tmp_path):
    write_folder(tmp_path, [NAME])
    Image.fromarray(picture(30, 50)[0]).save(tmp_path / "images" / f"{NAME}.tif")
    with pytest.raises(UserError, match="expected one file of each name"):
        read_all("folder", tmp_path)


@pytest.mark.parametrize(
    ("suffix", "content", "reason"),
    [
        (".png", b"", "readable PNG"),
        (".mha", b"", "readable MetaImage"),
        (".nii", b"", "readable NIfTI"),
        (".png", png_header(100_000), "exceeds limit"),
        (".mha", b"ObjectType = Image\nNDims = 2\nDimSize = 100000 100000\nElementType = MET_UCHAR\n"
                 b"ElementDataFile = LOCAL\n", "expected sides of 1 to"),
        (".mhd", b"ObjectType = Image\nNDims = 2\nDimSize = 5 5\nElementType = MET_UCHAR\n"
                 b"ElementDataFile = ../../secret.raw\n", "expected a data file beside"),
    ],
    ids=["empty png", "empty mha", "empty nii", "huge png", "huge mha", "mhd that climbs"],
)  # fmt: skip
def test_damaged_or_hostile_file_is_a_dead_letter(tmp_path, suffix, content, reason):
    write_folder(tmp_path, [NAME])
    (tmp_path / "images" / f"{NAME}.png").unlink()
    (tmp_path / "images" / f"{NAME}{suffix}").write_bytes(content)
    frames, letters = read_all("folder", tmp_path)
    assert not frames
    assert reason in letters[0].reason
