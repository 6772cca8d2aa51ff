"""EchoNet's quirks: repeated rows, odd frame numbers, videos that are not as the tables say."""

import numpy as np
import pytest

from components.base import UserError
from tests.components.example_gen.makers import picture, read_all, read_csv, write_avi, write_csv, write_echonet


def change(root, table, edit):
    header, rows = read_csv(root / table)
    write_csv(root / table, header, edit(rows))


@pytest.mark.parametrize("times", [2, 3, 4])
def test_repeated_rows_draw_the_same_mask(tmp_path, times):
    write_echonet(tmp_path, ["TRAIN"])
    once = read_all("echonet_dynamic", tmp_path)[0]
    change(tmp_path, "VolumeTracings.csv", lambda rows: rows[:21] * times + rows[21:] * times)
    again = read_all("echonet_dynamic", tmp_path)[0]
    assert len(again) == 2
    for before, after in zip(once, again, strict=True):
        np.testing.assert_array_equal(before.mask, after.mask)


def test_coordinates_outside_the_image_are_cut_at_its_border(tmp_path):
    write_echonet(tmp_path, ["TRAIN"])
    change(tmp_path, "VolumeTracings.csv", lambda rows: [[r[0], float(r[1]) - 50, r[2], *r[3:]] for r in rows])
    frames, letters = read_all("echonet_dynamic", tmp_path)
    assert (len(frames), letters) == (2, [])
    assert all(frame.mask[:, 0].any() and frame.mask.shape == (112, 112) for frame in frames)


def test_tracing_that_lies_wholly_outside_is_a_dead_letter(tmp_path):
    write_echonet(tmp_path, ["TRAIN"])
    change(tmp_path, "VolumeTracings.csv", lambda rows: [[r[0], *(float(v) + 500 for v in r[1:5]), r[5]] for r in rows])
    letters = read_all("echonet_dynamic", tmp_path)[1]
    assert ["an empty outline" in letter.reason for letter in letters] == [True, True]


def test_frame_past_the_end_is_named_whatever_the_header_claims(tmp_path):
    files = write_echonet(tmp_path, ["TRAIN", "TRAIN"])
    content = bytearray(files[0].read_bytes())
    for tag in (b"avih", b"strh"):  # the AVI's own headers claim a thousand frames
        place = content.index(tag) + 8 + (16 if tag == b"avih" else 32)
        content[place : place + 4] = (1000).to_bytes(4, "little")
    files[0].write_bytes(bytes(content))
    name = files[0].name
    change(
        tmp_path,
        "VolumeTracings.csv",
        lambda rows: [[*r[:5], "70" if r[0] == name and r[5] == "4" else r[5]] for r in rows],
    )
    frames, letters = read_all("echonet_dynamic", tmp_path)
    assert len(frames) == 3
    assert [(letter.record, "ends before it" in letter.reason) for letter in letters] == [(f"{files[0].stem}_70", True)]


def test_video_of_another_size_keeps_its_own_grid(tmp_path):
    files = write_echonet(tmp_path, ["TRAIN"])
    write_avi(files[0], [picture(80, 144, seed)[0] for seed in range(6)])
    frames, letters = read_all("echonet_dynamic", tmp_path)
    assert not letters
    assert {frame.mask.shape for frame in frames} == {(80, 144)}


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    write_echonet(tmp_path, ["TRAIN"])
    for name in ("FileList.csv", "VolumeTracings.csv"):
        text = (tmp_path / name).read_text()
        (tmp_path / name).write_bytes("\ufeff".encode() + "\r\n".join(text.splitlines()).encode())
    assert len(read_all("echonet_dynamic", tmp_path)[0]) == 2


@pytest.mark.parametrize("cell", ["nan", "", "inf", "left"])
def test_cell_that_is_no_number_spoils_its_own_frame_only(tmp_path, cell):
    write_echonet(tmp_path, ["TRAIN"])
    change(tmp_path, "VolumeTracings.csv", lambda rows: [[rows[0][0], cell, *rows[0][2:]], *rows[1:]])
    frames, letters = read_all("echonet_dynamic", tmp_path)
    assert (len(frames), len(letters)) == (1, 1)
    assert "expected finite X1, Y1, X2, Y2 in line 2" in letters[0].reason


class TestPediatric:
    def write(self, root, points, fold="0", frame="1"):
        (root / "A4C" / "Videos").mkdir(parents=True)
        write_avi(root / "A4C" / "Videos" / "a.avi", [picture(112, 112, seed)[0] for seed in range(3)])
        write_csv(root / "A4C" / "FileList.csv", ["FileName", "EF", "Split"], [["a.avi", 60, fold]])
        rows = [["a.avi", x, y, frame] for x, y in points]
        write_csv(root / "A4C" / "VolumeTracings.csv", ["FileName", "X", "Y", "Frame"], rows)

    SQUARE = ((20, 30), (60, 30), (60, 90), (20, 90))

    @pytest.mark.parametrize("times", [1, 2])
    def test_points_are_the_outline_also_where_they_are_repeated(self, tmp_path, times):
        self.write(tmp_path, self.SQUARE * times)
        frame = read_all("echonet_pediatric", tmp_path)[0][0]
        assert frame.mask[30:91, 20:61].all()
        assert frame.mask.sum() == 61 * 41
        assert (frame.view, frame.frame) == ("4CH", "unknown")

    @pytest.mark.parametrize(
        ("fold", "split"), [("0", "train"), ("7", "train"), ("8", "val"), ("9", "test"), ("x", "x")]
    )
    def test_folds_are_splits(self, tmp_path, fold, split):
        self.write(tmp_path, self.SQUARE, fold)
        assert read_all("echonet_pediatric", tmp_path)[0][0].split == split

    def test_first_frame_may_be_counted_as_one(self, tmp_path):
        self.write(tmp_path, self.SQUARE)
        zero, one = (read_all("echonet_pediatric", tmp_path, first_frame=first)[0][0] for first in (0, 1))
        assert (zero.record, one.record) == ("a_1", "a_0")
        assert not np.array_equal(zero.image, one.image)

    @pytest.mark.parametrize("frame", ["No Systolic", "-1", "1.5", ""])
    def test_frame_that_is_none_is_a_dead_letter(self, tmp_path, frame):
        self.write(tmp_path, self.SQUARE, frame=frame)
        frames, letters = read_all("echonet_pediatric", tmp_path)
        assert not frames
        assert "expected a frame number" in letters[0].reason

    def test_missing_view_is_a_user_error(self, tmp_path):
        self.write(tmp_path, self.SQUARE)
        with pytest.raises(UserError, match="PSAX: expected a view of EchoNet-Pediatric"):
            read_all("echonet_pediatric", tmp_path, folders=["A4C", "PSAX"])
