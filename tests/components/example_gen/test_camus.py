"""CAMUS: half sequences, the older release, masks that are turned, and twelve ways to damage a file."""

import gzip
import shutil

import numpy as np
import pytest

from components.base import UserError
from tests.components.example_gen.makers import mask_of, picture, read_all, write_camus, write_nifti


def write_half_sequence(root, info, frames=6):
    """A half sequence of the first patient; its frames, brighter from one to the next."""
    write_camus(root, {"train": 1})
    folder = root / "database_nifti" / "patient0001"
    images = np.stack([np.full((40, 48), 10 * k, np.uint8) for k in range(frames)])
    masks = np.stack([picture(40, 48)[1]] * frames)
    write_nifti(folder / "patient0001_4CH_half_sequence.nii.gz", images)
    write_nifti(folder / "patient0001_4CH_half_sequence_gt.nii.gz", masks)
    if info is not None:
        (folder / "Info_4CH.cfg").write_text(info)
    return read_all("camus_nifti", root, frames=["sequence"])


@pytest.mark.parametrize("info", ["ED: 1\nES: 6\nNbFrame: 6\n", "ED: 6\nES: 1\nNbFrame: 6\n"])
def test_half_sequence_is_what_lies_between_and_says_so(tmp_path, info):
    frames, letters = write_half_sequence(tmp_path, info)
    assert not letters
    assert [frame.frame for frame in frames] == [f"sequence_{number:02d}" for number in (2, 3, 4, 5)]
    assert [int(frame.image[0, 0]) for frame in frames] == [10, 20, 30, 40]  # frames are counted from 1


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (None, "expected Info_4CH.cfg"),
        ("ED: 1\nES: 6\n", "whole numbers ED, ES and NbFrame"),
        ("ED: 0\nES: 6\nNbFrame: 6\n", "from 1 to NbFrame"),
        ("ED: 1\nES: 5\nNbFrame: 5\n", "expected 5 frames, as the Info file says. Received: 6"),
    ],
)
def test_half_sequence_that_its_info_does_not_fit_is_named(tmp_path, info, reason):
    frames, letters = write_half_sequence(tmp_path, info)
    assert not frames
    assert all(reason in letter.reason.replace("says,", "says") for letter in letters)


def test_mask_outside_the_sector_is_kept(tmp_path):
    files = write_camus(tmp_path, {"train": 1})
    image = np.zeros((40, 48), np.float32)
    image[:20] = 90  # the sector ends above the atrium, whose mask goes on
    write_nifti(files[0], image)
    frame = read_all("camus_nifti", tmp_path, frames=["ED"])[0][0]
    assert (frame.mask[20:] == 3).any()


@pytest.mark.parametrize(("side", "reason"), [((40, 48), "its transpose"), ((44, 44), "looks transposed")])
def test_transposed_mask_is_detected_also_on_a_square_image(tmp_path, side, reason):
    files = write_camus(tmp_path, {"train": 1}, *side)
    mask = picture(*side)[1]
    write_nifti(mask_of(files[0]), np.ascontiguousarray(mask.T))
    assert reason in read_all("camus_nifti", tmp_path)[1][0].reason


def test_patient_without_any_image_is_named(tmp_path):
    write_camus(tmp_path, {"train": 1})
    (tmp_path / "database_nifti" / "patient0777").mkdir()
    letters = read_all("camus_nifti", tmp_path)[1]
    assert [(letter.file, letter.record) for letter in letters] == [("database_nifti/patient0777", "*")]


def test_symlink_that_loops_or_leads_out_is_named(tmp_path):
    files = write_camus(tmp_path / "data", {"train": 1})
    outside = tmp_path / "outside.nii.gz"
    files[0].rename(outside)
    files[0].symlink_to(outside)
    files[1].unlink()
    files[1].symlink_to(files[1])
    letters = read_all("camus_nifti", tmp_path / "data")[1]
    assert len(letters) == 2
    assert all("a link out of it" in letter.reason or "no such file" in letter.reason for letter in letters)


def test_loop_of_folders_is_walked_once(tmp_path):
    write_camus(tmp_path, {"train": 1})
    (tmp_path / "database_nifti" / "patient0001" / "again").symlink_to(tmp_path / "database_nifti")
    frames, letters = read_all("camus_nifti", tmp_path)
    assert (len(frames), letters) == (2, [])


class TestOlderRelease:
    def test_other_root_is_a_user_error(self, tmp_path):
        with pytest.raises(UserError, match=r"training/patient0001.*Next step"):
            read_all("camus_mhd", tmp_path)

    def test_missing_mask_is_a_dead_letter_in_training_and_not_annotated_in_testing(self, tmp_path, camus_mhd):
        shutil.copytree(camus_mhd, tmp_path, dirs_exist_ok=True)
        for part in ("training", "testing"):
            (tmp_path / part / "patient0002" / "patient0002_4CH_ED_gt.mhd").unlink()
        frames, letters = read_all("camus_mhd", tmp_path)
        assert [letter.file for letter in letters] == ["training/patient0002/patient0002_4CH_ED.mhd"]
        empty = sorted(frame.record for frame in frames if frame.annotated == ())
        assert empty == [
            *(f"test/patient0001_{view}_{frame}" for view in ("2CH", "4CH") for frame in ("ED", "ES")),
            "test/patient0002_4CH_ED",
        ]
        assert len(frames) + len(letters) == 24
        assert len({frame.patient for frame in frames}) == 6  # both folders count from 1

    def test_training_patients_are_held_out_for_validation(self, camus_mhd):
        frames, _ = read_all("camus_mhd", camus_mhd, val_every=2)
        split_of = {frame.patient: frame.split for frame in frames}
        assert [split_of[f"training/patient{number:04d}"] for number in (1, 2, 3, 4)] == [
            "train",
            "val",
            "train",
            "val",
        ]

    def test_raw_file_that_is_too_short_or_missing_is_named(self, tmp_path, camus_mhd):
        shutil.copytree(camus_mhd, tmp_path, dirs_exist_ok=True)
        folder = tmp_path / "training" / "patient0001"
        (folder / "patient0001_4CH_ED.raw").write_bytes(b"short")
        (folder / "patient0001_4CH_ES_gt.raw").unlink()
        letters = read_all("camus_mhd", tmp_path)[1]
        assert [letter.record for letter in letters] == ["train/patient0001_4CH_ED", "train/patient0001_4CH_ES"]


def damages(files, masks):
    """Twelve image files and what is done to each."""

    def truncate(k):
        files[k].write_bytes(files[k].read_bytes()[:2000])

    def claim(k, side):
        content = bytearray(gzip.decompress(files[k].read_bytes()))
        content[42:46] = np.array([side, side], "<i2").tobytes()
        files[k].write_bytes(gzip.compress(bytes(content)))

    def swap_bytes(k):
        content = bytearray(files[k].read_bytes())
        content[len(content) // 2] ^= 0xFF
        files[k].write_bytes(bytes(content))

    truncate(0)
    files[1].write_bytes(b"")
    files[2].write_bytes(b"\x89PNG not a scan")
    masks[3].unlink()
    files[4].unlink()
    write_nifti(masks[5], np.zeros((7, 9), np.uint8))
    write_nifti(files[6], np.full((20, 30), np.nan, np.float32))
    write_nifti(files[7], np.full((20, 30), 4000, np.float32))
    claim(8, 30000)
    masks[9].write_bytes(masks[9].read_bytes()[:50])
    swap_bytes(10)
    write_nifti(masks[11], np.full((20, 30), 0.5, np.float32))
    return files[:12]


def test_on_real_patients_exactly_the_damaged_files_are_dead_letters(camus_root, tmp_path):
    root = tmp_path / "damaged"
    shutil.copytree(camus_root, root)
    files = sorted(root.glob("database_nifti/*/*_E?.nii.gz"))[::15][:12]
    spoilt = damages(files, [mask_of(file) for file in files])
    frames, letters = read_all("camus_nifti", root)
    assert sorted(letter.file for letter in letters) == sorted(file.relative_to(root).as_posix() for file in spoilt)
    assert all(letter.dataset and letter.record and letter.reason for letter in letters)
    assert len(frames) == 200 - 12
