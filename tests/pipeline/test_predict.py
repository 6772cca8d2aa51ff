"""`labeldrop predict` through the console script's own function, on each kind of file."""

import cv2
import nibabel as nib
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from PIL import Image

from components.base import UserError
from components.files import upload
from components.trainer.model_artifact import save_model
from data_schemas.vocabulary import load_vocabulary
from models.plan import make_plan
from models.unet import build_unet
from pipeline.cli import cli


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A pushed model, version 2 of its base directory."""
    tf.keras.utils.set_random_seed(1)
    directory = tmp_path_factory.mktemp("served")
    plan = make_plan((32, 32), 3, base_features=4)
    save_model(build_unet(plan), plan, "softmax", load_vocabulary(), directory / "model")
    (directory / "model" / "serving").rename(directory / "2")
    return directory


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def predict(base, out, *files):
    return CliRunner().invoke(cli, ["predict", str(base), *map(str, files), "--out", str(out)])


def write_avi(path, frames):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 50, frames.shape[2:0:-1])
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    writer.release()


def test_each_kind_of_file_gets_a_mask_on_its_own_grid_and_an_overlay(base, tmp_path):
    Image.fromarray(noise(50, 70)).save(tmp_path / "picture.png")
    affine = np.diag([0.3, 0.5, 1.0, 1.0])
    nib.save(nib.Nifti1Image(noise(70, 50).astype(np.float32), affine), tmp_path / "scan.nii.gz")
    write_avi(tmp_path / "loop.avi", noise(5, 48, 64))
    out = tmp_path / "out"
    result = predict(base, out, tmp_path / "picture.png", tmp_path / "scan.nii.gz", tmp_path / "loop.avi")
    assert result.exit_code == 0, result.output

    assert np.asarray(Image.open(out / "picture_mask.png")).shape == (50, 70)
    assert Image.open(out / "picture_overlay.png").size == (70, 50)
    mask = nib.load(out / "scan_mask.nii.gz")
    assert mask.shape == (70, 50)
    assert mask.get_data_dtype() == np.uint8
    np.testing.assert_allclose(mask.affine, affine, rtol=1e-6)
    with Image.open(out / "loop_mask.tiff") as pages:
        assert pages.n_frames == 5
        assert pages.size == (64, 48)
    assert (out / "loop_overlay.gif").is_file()


def test_dicom_loop_gets_a_mask_a_frame_and_no_name_goes_with_it(base, phantom_formats, tmp_path):
    study = next((phantom_formats / "dicom" / "images").rglob("*.dcm"))
    result = predict(base, tmp_path / "out", study)
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "out" / f"{study.stem}_mask.tiff") as pages:
        assert pages.n_frames == 7
    content = b"".join(file.read_bytes() for file in (tmp_path / "out").iterdir())
    assert b"PHANTOM" not in content.upper()
    assert "PHANTOM" not in result.output.replace(str(study), "").upper()


def test_model_images_and_masks_may_be_in_an_object_store(base, store, tmp_path):
    Image.fromarray(noise(50, 70)).save(tmp_path / "picture.png")
    upload(tmp_path, store / "incoming", last="")
    upload(base, store / "models", last="saved_model.pb")
    result = predict(store / "models", store / "masks", store / "incoming" / "picture.png")
    assert result.exit_code == 0, result.output
    assert predict(base, tmp_path / "out", tmp_path / "picture.png").exit_code == 0
    for name in ("picture_mask.png", "picture_overlay.png"):
        assert (store / "masks" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()


def test_nifti_is_read_upright(base, tmp_path):
    picture = noise(60, 40)
    Image.fromarray(picture).save(tmp_path / "a.png")
    nib.save(nib.Nifti1Image(picture.T.astype(np.float32), np.diag([0.3, 0.3, 1, 1])), tmp_path / "b.nii.gz")
    assert predict(base, tmp_path / "out", tmp_path / "a.png", tmp_path / "b.nii.gz").exit_code == 0
    of_picture = np.asarray(Image.open(tmp_path / "out" / "a_mask.png"))
    of_nifti = np.asarray(nib.load(tmp_path / "out" / "b_mask.nii.gz").dataobj)
    np.testing.assert_array_equal(of_nifti.T, of_picture)
    assert len(np.unique(of_picture)) > 1


def test_bad_files_are_named_and_the_good_one_is_still_done(base, tmp_path):
    good = tmp_path / "good.png"
    Image.fromarray(noise(20, 20)).save(good)
    text, half, empty, deep = (tmp_path / name for name in ("notes.txt", "half.nii.gz", "empty.avi", "deep.png"))
    text.write_text("hello")
    nib.save(nib.Nifti1Image(noise(40, 40), np.eye(4)), half)
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    empty.write_bytes(b"")
    Image.fromarray(np.zeros((8, 8), np.uint16)).save(deep)
    result = predict(base, tmp_path / "out", good, text, half, empty, deep)
    assert isinstance(result.exception, UserError)
    message = str(result.exception)
    assert message.startswith("4 of 5 files could not be segmented")
    for file, reason in [
        (text, "ending in one of"),
        (half, "readable NIfTI"),
        (empty, "frames decode"),
        (deep, "8 bits"),
    ]:
        assert any(str(file) in line and reason in line for line in message.splitlines()), message
    assert (tmp_path / "out" / "good_mask.png").is_file()


def test_files_whose_outputs_would_collide_are_refused_before_any_work(base, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        Image.fromarray(noise(8, 8)).save(tmp_path / folder / "same.png")
    result = predict(base, tmp_path / "out", tmp_path / "a/same.png", tmp_path / "b/same.png")
    assert "different names" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_directory_without_a_model_is_a_clear_error(tmp_path):
    Image.fromarray(noise(8, 8)).save(tmp_path / "a.png")
    assert "numbered versions" in str(predict(tmp_path, tmp_path / "out", tmp_path / "a.png").exception)
    nowhere = predict(tmp_path / "nowhere", tmp_path / "out", tmp_path / "a.png").exception
    assert "no such directory" in str(nowhere)
