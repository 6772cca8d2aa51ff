import numpy as np
import pytest

from components.base import UserError
from tests.components.example_gen.makers import picture, read_all, write_nifti

PATTERN = r"(?P<patient>patient\d+)_(?P<view>\w+CH)"


def write_loop(root, name="patient1_4CH", annotated=(1, 3), frames=5):
    images = np.stack([picture(20, 30, seed)[0] for seed in range(frames)])
    masks = np.stack([picture(20, 30)[1] * (number in annotated) for number in range(frames)])
    write_nifti(root / f"{name}.nii.gz", images)
    write_nifti(root / f"{name}_gt.nii.gz", masks)
    return images, masks


def test_only_annotated_frames_are_read_because_an_empty_mask_means_unknown(tmp_path):
    images, masks = write_loop(tmp_path)
    frames, letters = read_all("sequence", tmp_path, pattern=PATTERN)
    assert not letters
    assert [(frame.record, frame.frame) for frame in frames] == [
        ("patient1_4CH_1", "frame1"),
        ("patient1_4CH_3", "frame3"),
    ]
    assert (frames[0].patient, frames[0].view) == ("patient1", "4CH")
    np.testing.assert_array_equal(frames[1].image, images[3])
    np.testing.assert_array_equal(frames[1].mask, masks[3])


def test_empty_masks_may_be_annotations(tmp_path):
    write_loop(tmp_path)
    assert len(read_all("sequence", tmp_path, pattern=PATTERN, empty_mask="empty")[0]) == 5


def test_what_cannot_be_used_is_named(tmp_path):
    write_loop(tmp_path, "patient1_4CH", annotated=())
    write_loop(tmp_path, "patient2_4CH")
    (tmp_path / "patient2_4CH_gt.nii.gz").unlink()
    write_loop(tmp_path, "patient3_4CH")
    write_nifti(tmp_path / "patient3_4CH_gt.nii.gz", np.zeros((4, 20, 30), np.uint8))
    frames, letters = read_all("sequence", tmp_path, pattern=PATTERN)
    assert not frames
    reasons = {letter.record: letter.reason for letter in letters}
    assert "all frames empty" in reasons["patient1_4CH"]
    assert "expected a mask" in reasons["patient2_4CH"]
    assert "loop's shape (5, 20, 30)" in reasons["patient3_4CH"]


def test_pattern_that_fits_nothing_is_a_user_error(tmp_path):
    write_loop(tmp_path)
    with pytest.raises(UserError, match="option `pattern`"):
        read_all("sequence", tmp_path, pattern=r"(?P<patient>x)")
