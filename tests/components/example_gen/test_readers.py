"""Each reader on its own: what it reads, and that every bad file becomes a dead letter that says why."""

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from components.base import UserError
from components.example_gen.readers import reader_type
from components.example_gen.readers.outline import draw_outline
from tests.components.example_gen.makers import (
    mask_of,
    picture,
    read_all,
    read_csv,
    tracing,
    write_avi,
    write_camus,
    write_csv,
    write_echonet,
    write_folder,
    write_nifti,
)


def test_unknown_reader_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"Expected one of \['camus_mhd', .*Received: 'dicom2'"):
        reader_type("dicom2")


class TestCamus:
    def test_pictures_are_upright_with_spacing_of_rows_and_columns(self, tmp_path):
        write_camus(tmp_path, {"train": 1})
        image, mask = picture(33, 57, seed=9)
        file = tmp_path / "database_nifti/patient0001/patient0001_4CH_ED.nii.gz"
        write_nifti(file, image.astype(np.float32), spacing=(0.2, 0.5))
        write_nifti(mask_of(file), mask, spacing=(0.2, 0.5))
        frames, letters = read_all("camus_nifti", tmp_path)
        assert not letters
        frame = frames[0]
        np.testing.assert_array_equal(frame.image, image)
        np.testing.assert_array_equal(frame.mask, mask)
        assert frame.spacing_mm == pytest.approx((0.2, 0.5))
        assert (frame.patient, frame.view, frame.frame, frame.split) == ("patient0001", "4CH", "ED", "train")

    def test_views_and_frames_can_be_chosen(self, tmp_path):
        write_camus(tmp_path, {"train": 2})
        assert [frame.frame for frame in read_all("camus_nifti", tmp_path, frames=["ES"])[0]] == ["ES", "ES"]
        assert read_all("camus_nifti", tmp_path, views=["2CH"]) == ([], [])

    @pytest.mark.parametrize(
        ("spoil", "reason"),
        [
            (lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]), "readable NIfTI file"),
            (lambda file: file.write_bytes(b""), "readable NIfTI file"),
            (lambda file: file.write_bytes(b"no nifti at all" * 50), "readable NIfTI file"),
            (lambda file: mask_of(file).unlink(), "expected a mask"),
            (lambda file: file.unlink(), "expected an image"),
            (
                lambda file: write_nifti(mask_of(file), np.zeros((40, 47), np.uint8)),
                "mask of the image's shape (40, 48)",
            ),
            (lambda file: write_nifti(file, np.full((40, 48), 300, np.float32)), "intensities from 0 to 255"),
            (lambda file: write_nifti(file, np.full((40, 48), np.nan, np.float32)), "finite intensities"),
            (lambda file: write_nifti(mask_of(file), np.full((40, 48), 0.5, np.float32)), "whole numbers"),
            (lambda file: nib.save(nib.Nifti1Image(np.zeros((48, 40, 5)), np.eye(4)), file), "one picture"),
            (lambda file: claim_size(file, 30_000), "sides of 1 to 8192 pixels"),
        ],
    )
    def test_bad_file_is_a_dead_letter_with_its_reason(self, tmp_path, spoil, reason):
        files = write_camus(tmp_path, {"train": 3})
        spoil(files[2])
        frames, letters = read_all("camus_nifti", tmp_path)
        assert len(frames) == 5
        assert [letter.file for letter in letters] == [files[2].relative_to(tmp_path).as_posix()]
        assert reason in letters[0].reason

    def test_empty_root_says_what_was_expected(self, tmp_path):
        with pytest.raises(UserError, match=r"database_nifti/patient0001.*Next step") as caught:
            read_all("camus_nifti", tmp_path)
        assert str(tmp_path) in str(caught.value)

    def test_patient_in_two_lists_stops_the_run(self, tmp_path):
        write_camus(tmp_path, {"train": 1, "test": 1})
        (tmp_path / "database_split/subgroup_testing.txt").write_text("patient0001")
        with pytest.raises(UserError, match="patient0001 in train and test"):
            read_all("camus_nifti", tmp_path)


def claim_size(file, side):
    """A header that claims a huge picture; the data behind it is small."""
    header = nib.Nifti1Header()
    header.set_data_shape((side, side))
    header.set_data_dtype(np.float32)
    file.write_bytes(b"")
    plain = file.with_suffix("")
    plain.write_bytes(header.binaryblock + b"\0" * 64)
    import gzip

    file.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()


class TestEchoNet:
    @pytest.mark.parametrize("large_first", [True, False])
    def test_larger_tracing_is_end_diastole_wherever_it_stands(self, tmp_path, large_first):
        write_echonet(tmp_path, ["TRAIN"], large_first=large_first)
        frames, letters = read_all("echonet_dynamic", tmp_path)
        assert not letters
        area = {frame.frame: int(frame.mask.sum()) for frame in frames}
        assert area["ED"] > area["ES"] > 0
        assert {frame.split for frame in frames} == {"train"}
        assert np.isnan(frames[0].spacing_mm).all()

    def test_names_with_and_without_suffix_and_lower_case_splits(self, tmp_path):
        write_echonet(tmp_path, ["val"])
        header, rows = read_csv(tmp_path / "FileList.csv")
        write_csv(tmp_path / "FileList.csv", header, [[f"{row[0]}.avi", *row[1:]] for row in rows])
        frames, letters = read_all("echonet_dynamic", tmp_path)
        assert (len(frames), len(letters)) == (2, 0)

    def test_repeated_rows_draw_the_same_mask(self, tmp_path):
        write_echonet(tmp_path, ["TRAIN"])
        once = read_all("echonet_dynamic", tmp_path)[0]
        header, rows = read_csv(tmp_path / "VolumeTracings.csv")
        write_csv(tmp_path / "VolumeTracings.csv", header, rows[:21] * 3 + rows[21:])
        for before, after in zip(once, read_all("echonet_dynamic", tmp_path)[0], strict=True):
            np.testing.assert_array_equal(before.mask, after.mask)

    def test_mask_is_the_ellipse_that_was_traced(self, tmp_path):
        mask = draw_outline(
            reader_type("echonet_dynamic")("mine", tmp_path, {}).outline(tracing((56, 50), (20, 30))), (112, 112)
        )
        rows, columns = np.mgrid[:112, :112]
        ellipse = ((columns - 56) / 20) ** 2 + ((rows - 50) / 30) ** 2 <= 1
        assert 2 * (mask & ellipse).sum() / (mask.sum() + ellipse.sum()) > 0.95

    def test_tables_and_videos_that_do_not_match_are_named(self, tmp_path):
        files = write_echonet(tmp_path, ["TRAIN"] * 5)
        files[0].unlink()
        files[1].write_bytes(b"RIFF but no video")
        write_avi(files[2], [picture(112, 112)[0]] * 3)  # ends before frame 4
        header, rows = read_csv(tmp_path / "VolumeTracings.csv")
        rows = [row for row in rows if row[0] != files[3].name]
        rows[-1][1] = "nan"
        write_csv(tmp_path / "VolumeTracings.csv", header, rows)
        frames, letters = read_all("echonet_dynamic", tmp_path)
        assert [frame.record for frame in frames] == [f"{files[2].stem}_1", f"{files[4].stem}_1"]
        reasons = sorted((letter.file, letter.reason) for letter in letters)
        expected = ["no such file", "AVI that decodes", "AVI that decodes", "ends before it", "Received: none", "line"]
        assert [file for file, _ in reasons] == [f"Videos/{files[k].name}" for k in (0, 1, 1, 2, 3, 4)]
        for (_, reason), part in zip(reasons, expected, strict=True):
            assert part in reason

    def test_table_with_another_header_is_one_dead_letter(self, tmp_path):
        write_echonet(tmp_path, ["TRAIN"])
        header, rows = read_csv(tmp_path / "VolumeTracings.csv")
        write_csv(tmp_path / "VolumeTracings.csv", [name.lower() for name in header], rows)
        frames, letters = read_all("echonet_dynamic", tmp_path)
        assert not frames
        assert letters[0].file == "VolumeTracings.csv"
        assert "expected a header with the columns" in letters[0].reason

    def test_name_that_climbs_out_of_the_root_is_refused(self, tmp_path):
        write_echonet(tmp_path, ["TRAIN"])
        header, rows = read_csv(tmp_path / "FileList.csv")
        write_csv(tmp_path / "FileList.csv", header, [*rows, ["../../secret", *rows[0][1:]]])
        letters = read_all("echonet_dynamic", tmp_path)[1]
        assert "plain file name" in letters[0].reason

    def test_missing_tables_say_what_was_expected(self, tmp_path):
        with pytest.raises(UserError, match=r"FileList\.csv, VolumeTracings\.csv and Videos"):
            read_all("echonet_dynamic", tmp_path)


class TestFolder:
    def test_names_tell_patient_view_and_frame(self, tmp_path):
        write_folder(tmp_path, ["p_1_4CH_ED"])
        frames, letters = read_all("folder", tmp_path)
        assert not letters
        frame = frames[0]
        assert (frame.patient, frame.view, frame.frame) == ("p_1", "4CH", "ED")
        np.testing.assert_array_equal(frame.mask, picture(30, 50, 0)[1])

    def test_what_cannot_be_used_is_named(self, tmp_path):
        write_folder(tmp_path, ["a_4CH_ED", "b_4CH_ED", "c_4CH_ED", "d_4CH_ED", "nonsense"])
        (tmp_path / "masks/a_4CH_ED.png").unlink()
        (tmp_path / "images/b_4CH_ED.png").unlink()
        Image.fromarray(np.zeros((5, 5), np.uint8)).save(tmp_path / "masks/c_4CH_ED.png")
        image = tmp_path / "images/d_4CH_ED.png"
        image.write_bytes(image.read_bytes()[:60])
        frames, letters = read_all("folder", tmp_path)
        assert not frames
        reasons = {letter.record: letter.reason for letter in letters}
        assert "expected a mask" in reasons["a_4CH_ED"]
        assert "expected an image" in reasons["b_4CH_ED"]
        assert "image's shape (30, 50)" in reasons["c_4CH_ED"]
        assert "readable PNG" in reasons["d_4CH_ED"]
        assert "expected a name that matches" in reasons["nonsense"]

    def test_colour_mask_is_refused(self, tmp_path):
        write_folder(tmp_path, ["a_4CH_ED"])
        Image.new("RGB", (50, 30)).save(tmp_path / "masks/a_4CH_ED.png")
        assert "one 8-bit channel" in read_all("folder", tmp_path)[1][0].reason

    @pytest.mark.parametrize(
        "options", [{"pattern": "("}, {"pattern": "(?P<view>.*)"}, {"images": "../x"}, {"colour": 1}]
    )
    def test_impossible_options_are_refused(self, tmp_path, options):
        with pytest.raises(ValueError, match=next(iter(options))):
            reader_type("folder")("mine", tmp_path, options)
