import shutil

import numpy as np
import pytest
import scipy.io
from openpyxl import Workbook

from components.base import UserError
from tests.components.example_gen.makers import read_all

MASKS = "LV Ground-truth Segmentation Masks"


@pytest.fixture
def root(phantom_formats, tmp_path):
    shutil.copytree(phantom_formats / "hmc_qu", tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_masks_are_brought_to_the_videos_grid(root):
    frames, letters = read_all("hmc_qu", root)
    assert (len(frames), letters) == (5 * 7, [])
    assert all(frame.mask.shape == frame.image.shape != (224, 224) for frame in frames)
    assert all(set(np.unique(frame.mask)) == {0, 1} for frame in frames)
    assert {frame.patient for frame in frames} == {f"ES{number:04d}" for number in range(1, 6)}
    assert [frame.frame for frame in frames[:7]] == [f"frame{number}" for number in range(2, 9)]  # counted from 1 there


def test_what_does_not_belong_together_is_named(root):
    masks = sorted((root / MASKS).iterdir())
    scipy.io.savemat(masks[0], {"predicted": np.zeros((3, 224, 224), np.uint8)})
    masks[1].write_bytes(b"no MATLAB file, and long enough to have a header" * 10)
    masks[2].rename(root / MASKS / "Mask_ES0999_4CH_1.mat")
    (root / "HMC-QU" / "A4C" / "ES0004_4CH_1.avi").unlink()
    scipy.io.savemat(masks[4], {"a": np.zeros((7, 2, 2)), "b": np.zeros((7, 2, 2))})
    frames, letters = read_all("hmc_qu", root)
    assert not frames
    reasons = {letter.file: letter.reason for letter in letters}
    videos = [f"HMC-QU/A4C/ES{number:04d}_4CH_1.avi" for number in range(1, 6)]
    assert "expected 7 masks, as A4C.xlsx says. Received: 3" in reasons[videos[0]]
    assert "expected a MATLAB file" in reasons[videos[1]]
    assert "expected a row with Reference Frame" in reasons[f"{MASKS}/Mask_ES0999_4CH_1.mat"]
    assert "expected the video of this mask" in reasons[videos[3]]
    assert "expected one variable" in reasons[videos[4]]


def test_table_of_another_shape_is_a_user_error(root):
    book = Workbook()
    book.active.append(["ECHO", "SEG1"])
    book.save(root / "A4C.xlsx")
    with pytest.raises(UserError, match=r"A4C\.xlsx: expected the columns Reference Frame and End of Cycle"):
        read_all("hmc_qu", root)
    (root / "A4C.xlsx").write_bytes(b"no spreadsheet")
    with pytest.raises(UserError, match="expected the spreadsheet"):
        read_all("hmc_qu", root)
