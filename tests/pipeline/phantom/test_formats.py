"""The files read as those of CAMUS and EchoNet-Dynamic do."""

import csv
from itertools import groupby
from pathlib import Path

import cv2
import nibabel as nib
import numpy as np
import skimage.draw

from pipeline.phantom import PhantomSettings
from pipeline.phantom.patient import PatientKey, draw_patient
from pipeline.phantom.screen import tight_screen


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def _frames(video: Path) -> list[np.ndarray]:
    capture = cv2.VideoCapture(str(video))
    frames = []
    while (read := capture.read())[0]:
        frames.append(read[1])
    return frames


def test_camus_files(phantom: Path) -> None:
    folder = phantom / "alpha" / "database_nifti" / "patient0001"
    assert sorted(path.name for path in folder.iterdir()) == [
        "Info_4CH.cfg",
        *(f"patient0001_4CH_{name}.nii.gz" for name in ("ED", "ED_gt", "ES", "ES_gt")),
    ]
    image, mask = (nib.load(folder / f"patient0001_4CH_{name}.nii.gz") for name in ("ED", "ED_gt"))
    assert image.get_data_dtype() == np.float32
    assert mask.get_data_dtype() == np.uint8
    assert image.shape == mask.shape
    np.testing.assert_allclose(image.header.get_zooms(), (0.8, 0.8))
    pixels = np.asarray(image.dataobj)
    assert 0 <= pixels.min() < 10
    assert 180 < pixels.max() <= 255
    assert set(np.unique(mask.dataobj)) == {0, 1, 2, 3}


def test_nifti_is_the_transpose_of_the_upright_picture(phantom: Path, settings: PhantomSettings) -> None:
    patient = draw_patient(settings, settings.alpha.scanner, PatientKey(settings.seed, "alpha", "train", 0), "4CH")
    screen = tight_screen(patient.acquisition, settings.alpha.spacing_mm)
    stored = nib.load(phantom / "alpha/database_nifti/patient0001/patient0001_4CH_ED_gt.nii.gz")
    np.testing.assert_array_equal(np.asarray(stored.dataobj).T, patient.mask(0.0, screen))


def test_camus_info_and_split_lists(phantom: Path) -> None:
    text = (phantom / "alpha/database_nifti/patient0001/Info_4CH.cfg").read_text()
    info = dict(line.split(": ") for line in text.splitlines())
    assert list(info) == ["ED", "ES", "NbFrame", "Sex", "Age", "ImageQuality", "EF", "FrameRate"]
    assert info["ED"] == "1"
    assert info["ES"] == info["NbFrame"]
    lists = {path.name: path.read_text().split() for path in (phantom / "alpha/database_split").iterdir()}
    assert lists == {
        "subgroup_training.txt": ["patient0001"],
        "subgroup_validation.txt": [],
        "subgroup_testing.txt": ["patient0002"],
    }


def test_echonet_tables_and_videos(phantom: Path) -> None:
    beta = phantom / "beta"
    header = "FileName,EF,ESV,EDV,FrameHeight,FrameWidth,FPS,NumberOfFrames,Split"
    assert (beta / "FileList.csv").read_text().splitlines()[0] == header
    assert (beta / "VolumeTracings.csv").read_text().splitlines()[0] == "FileName,X1,Y1,X2,Y2,Frame"
    files = _rows(beta / "FileList.csv")
    assert [row["Split"] for row in files] == ["TRAIN", "TEST"]
    for row in files:
        frames = _frames(beta / "Videos" / f"{row['FileName']}.avi")
        assert len(frames) == int(row["NumberOfFrames"])
        assert all(frame.shape == (112, 112, 3) for frame in frames)
        assert all(np.ptp(frame.astype(int), axis=-1).max() <= 2 for frame in frames)  # gray in three channels
        ef = 100 * (1 - float(row["ESV"]) / float(row["EDV"]))
        assert abs(ef - float(row["EF"])) < 0.01


def test_official_polygon_agrees_with_the_true_mask(phantom: Path) -> None:
    beta, full = phantom / "beta", phantom / "beta_test_full"
    tests = {row["FileName"] for row in _rows(beta / "FileList.csv") if row["Split"] == "TEST"}
    tracings = _rows(beta / "VolumeTracings.csv")
    compared = 0
    for name, rows in groupby(tracings, key=lambda row: row["FileName"]):
        traces = {
            frame: np.array([[float(row[key]) for key in ("X1", "Y1", "X2", "Y2")] for row in lines])
            for frame, lines in groupby(list(rows), key=lambda row: row["Frame"])
        }
        assert all(trace.shape == (21, 4) for trace in traces.values())
        if name.removesuffix(".avi") not in tests:
            continue
        for instant, trace in zip(("ES", "ED"), traces.values(), strict=True):  # the smaller outline stands first
            truth = cv2.imread(str(full / "masks" / f"{name.removesuffix('.avi')}_4CH_{instant}.png"), 0) == 1
            drawn = _official_mask(trace)
            assert 2 * (drawn & truth).sum() / (drawn.sum() + truth.sum()) > 0.93
            compared += 1
    assert compared == 2


def _official_mask(trace: np.ndarray) -> np.ndarray:
    """The mask that EchoNet-Dynamic's own loader draws."""
    x1, y1, x2, y2 = trace.T
    x, y = (np.concatenate((a[1:], np.flip(b[1:]))) for a, b in ((x1, x2), (y1, y2)))
    mask = np.zeros((112, 112), bool)
    mask[skimage.draw.polygon(np.rint(y).astype(int), np.rint(x).astype(int), mask.shape)] = True
    return mask


def test_first_row_is_the_long_axis_and_chords_are_perpendicular(phantom: Path) -> None:
    rows = _rows(phantom / "beta" / "VolumeTracings.csv")[:21]
    lines = np.array([[float(row[key]) for key in ("X1", "Y1", "X2", "Y2")] for row in rows])
    vectors = lines[:, 2:] - lines[:, :2]
    axis = vectors[0] / np.linalg.norm(vectors[0])
    assert vectors[0][1] > 0  # from the apex at the top to the base
    np.testing.assert_allclose(vectors[1:] @ axis, 0, atol=1e-3)
    assert np.all(np.diff(lines[1:, :2] @ axis) > 0)


def test_full_masks_go_with_the_frames_of_the_stored_video(phantom: Path) -> None:
    full = phantom / "beta_test_full"
    images, masks = ({path.name for path in (full / part).iterdir()} for part in ("images", "masks"))
    assert images == masks
    assert {name.rsplit("_", 2)[1:][0] + "_" + name.rsplit("_", 1)[1] for name in images} == {
        "4CH_ED.png",
        "4CH_ES.png",
    }
    for name in images:
        image = cv2.imread(str(full / "images" / name), cv2.IMREAD_UNCHANGED)
        mask = cv2.imread(str(full / "masks" / name), cv2.IMREAD_UNCHANGED)
        assert set(np.unique(mask)) == {0, 1, 2, 3}
        decoded = _frames(phantom / "beta" / "Videos" / f"{name.split('_')[0]}.avi")
        assert any(np.array_equal(image, cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)) for frame in decoded)
