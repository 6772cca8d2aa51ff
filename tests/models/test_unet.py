import numpy as np
import pytest

from models.unet import build_unet, make_plan


@pytest.mark.parametrize(
    ("size", "features"),
    [
        ((128, 128), (8, 16, 32, 64, 128, 256)),
        ((112, 112), (8, 16, 32, 64, 128)),
        ((64, 96), (8, 16, 32, 64, 128)),
        ((256, 256), (8, 16, 32, 64, 128, 256)),
    ],
)
def test_depth_follows_from_the_image_size(size, features):
    assert make_plan(size, 3, base_features=8).features == features


def test_odd_size_is_refused():
    with pytest.raises(ValueError, match=r"Invalid value for image_size.*Received: \[111, 112\]"):
        make_plan((111, 112), 3, base_features=8)


def test_logits_have_the_grid_of_the_image_and_ignore_its_brightness():
    network = build_unet(make_plan((32, 48), 2, base_features=4))
    images = np.random.default_rng(0).random((2, 32, 48, 1), np.float32)
    logits = network(images).numpy()
    assert logits.shape == (2, 32, 48, 3)
    np.testing.assert_allclose(network(images * 0.5 + 0.25), logits, atol=1e-3)


def test_constant_image_gives_finite_logits():
    network = build_unet(make_plan((16, 16), 1, base_features=4))
    assert np.isfinite(network(np.zeros((1, 16, 16, 1), np.float32))).all()
