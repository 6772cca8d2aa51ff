"""`labeldrop client` over real sockets, against a stand-in that serves a real export."""

import shutil

import cv2
import nibabel as nib
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from PIL import Image, ImageSequence

from components.base import UserError
from components.serving_client.server import Target
from components.trainer.model_artifact import SERVING, save_model
from data_schemas.vocabulary import load_vocabulary
from models.plan import make_plan
from models.unet import build_unet
from pipeline.cli import cli
from pipeline.commands.client import ask_server
from pipeline.commands.predict import predict_files
from tests.standin.running import free_port, running


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A base path with two versions that answer differently."""
    base = tmp_path_factory.mktemp("served")
    plan = make_plan((48, 48), 3, base_features=4, max_levels=3)
    for version in ("1", "2"):
        tf.keras.utils.set_random_seed(int(version))
        save_model(build_unet(plan), plan, "softmax", load_vocabulary(), base / f"model{version}")
        shutil.copytree(base / f"model{version}" / SERVING, base / version)
    return base


@pytest.fixture(scope="module")
def server(served):
    with running(served) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def images(phantom_formats, tmp_path_factory):
    """One file of each kind: PNG, NIfTI with a spacing that is not square, AVI, DICOM."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (60, 90), np.uint8)).save(folder / "picture.png")
    scan = nib.Nifti1Image(rng.integers(0, 255, (50, 70), np.uint8), np.diag([0.3, 0.9, 1, 1]))
    nib.save(scan, folder / "scan.nii.gz")
    video = cv2.VideoWriter(str(folder / "loop.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 25, (64, 48))
    for _ in range(3):
        video.write(rng.integers(0, 255, (48, 64, 3), np.uint8))
    video.release()
    shutil.copy(next(phantom_formats.rglob("*.dcm")), folder / "study.dcm")
    return tuple(str(file) for file in sorted(folder.iterdir()))


@pytest.fixture(scope="module")
def expected(served, images, tmp_path_factory):
    out = tmp_path_factory.mktemp("expected")
    predict_files(str(served), images, str(out))
    return out


def pixels(file):
    if file.name.endswith(".nii.gz"):
        return np.asarray(nib.load(file).dataobj)
    return np.stack([np.asarray(page.convert("RGB")) for page in ImageSequence.Iterator(Image.open(file))])


@pytest.mark.parametrize("protocol", [0, 1], ids=["grpc", "rest"])
def test_masks_and_overlays_are_those_of_predict(server, images, expected, tmp_path, protocol):
    ask_server(Target(server[protocol]), images, str(tmp_path), None)
    names = sorted(file.name for file in expected.iterdir())
    assert sorted(file.name for file in tmp_path.iterdir()) == names
    assert len(names) == 8
    for name in names:
        np.testing.assert_array_equal(pixels(tmp_path / name), pixels(expected / name))


@pytest.mark.parametrize("protocol", [0, 1], ids=["grpc", "rest"])
def test_version_and_label_choose_the_model(server, served, images, tmp_path, protocol):
    predict_files(str(served / "1"), images[:1], str(tmp_path / "one"))
    wanted = pixels(next((tmp_path / "one").glob("*_mask*")))
    for name, chosen in (("version", {"version": 1}), ("label", {"label": "stable"})):
        ask_server(Target(server[protocol], **chosen), images[:1], str(tmp_path / name), None)
        np.testing.assert_array_equal(pixels(next((tmp_path / name).glob("*_mask*"))), wanted)


@pytest.mark.parametrize("protocol", [0, 1], ids=["grpc", "rest"])
def test_unknown_model_names_the_server_and_the_next_step(server, images, tmp_path, protocol):
    with pytest.raises(UserError, match=rf"{server[protocol]}: expected masks of the model 'other'.*--model"):
        ask_server(Target(server[protocol], model="other"), images[:1], str(tmp_path), None)


@pytest.mark.parametrize("protocol", [0, 1], ids=["grpc", "rest"])
def test_unavailable_server_is_asked_again(served, images, tmp_path, protocol):
    with running(served, STANDIN_UNAVAILABLE="2") as addresses:
        ask_server(Target(addresses[protocol], retries=3), images[:1], str(tmp_path / "out"), None)
    assert len(list((tmp_path / "out").iterdir())) == 2
    with running(served, STANDIN_UNAVAILABLE="100") as addresses, pytest.raises(UserError, match="warming up"):
        ask_server(Target(addresses[protocol], retries=1), images[:1], str(tmp_path / "none"), None)


@pytest.mark.parametrize("protocol", [0, 1], ids=["grpc", "rest"])
def test_slow_server_meets_the_deadline(served, images, tmp_path, protocol):
    with running(served, STANDIN_SLEEP="5") as addresses, pytest.raises(UserError, match="--timeout"):
        ask_server(Target(addresses[protocol], timeout_s=0.5, retries=0), images[:1], str(tmp_path), None)


def test_what_a_batching_server_pads_is_cut_off(served, images, expected, tmp_path):
    with running(served, STANDIN_PAD="7") as (address, _):
        ask_server(Target(address), images, str(tmp_path), None)
    for file in expected.glob("*_mask*"):
        np.testing.assert_array_equal(pixels(tmp_path / file.name), pixels(file))


@pytest.mark.parametrize("scheme", ["", "http://"], ids=["grpc", "rest"])
def test_nobody_listens(images, tmp_path, scheme):
    address = f"{scheme}127.0.0.1:{free_port()}"
    with pytest.raises(UserError, match="check that the server runs"):
        ask_server(Target(address, retries=1), images[:1], str(tmp_path), None)


def test_bad_file_among_good_ones_is_named(server, images, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"hello")
    arguments = ["client", server[0], str(bad), images[1], "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(cli, arguments)
    assert isinstance(result.exception, UserError)
    assert "1 of 2 files could not be segmented" in str(result.exception)
    assert str(bad) in str(result.exception)
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_image_that_the_server_refuses_is_named(server, tmp_path):
    wide = tmp_path / "wide.png"
    Image.fromarray(np.zeros((2, 4100), np.uint8)).save(wide)
    for address in server:
        with pytest.raises(UserError, match=r"wide.png: the server refuses it: .*at most 4096 pixels"):
            ask_server(Target(address), (str(wide),), str(tmp_path / "out"), None)


def test_labels_decide_what_ids_mean(server, served, images, tmp_path):
    labels = served / "2" / "assets.extra" / "labels.json"
    ask_server(Target(server[0]), images[:1], str(tmp_path / "out"), str(labels))
    one = tmp_path / "one.json"
    one.write_text('{"structures": [{"name": "LV", "title": "t", "color": "#ff0000", "definition": "d"}]}')
    with pytest.raises(UserError, match="give --labels"):
        ask_server(Target(server[0]), images, str(tmp_path / "none"), str(one))
    one.write_text("[]")
    with pytest.raises(UserError, match=r"expected the labels\.json of a pushed model"):
        ask_server(Target(server[0]), images, str(tmp_path / "none"), str(one))


def test_version_and_label_exclude_each_other(images, tmp_path):
    with pytest.raises(UserError, match="--version or --label"):
        ask_server(Target("127.0.0.1:1", version=1, label="stable"), images, str(tmp_path), None)
