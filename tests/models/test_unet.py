import numpy as np

from models.plan import make_plan
from models.unet import build_unet


def test_logits_have_the_grid_of_the_image_and_ignore_its_brightness():
    network = build_unet(make_plan((32, 48), 2, base_features=4))
    images = np.random.default_rng(0).random((2, 32, 48, 1), np.float32)
    logits = network(images).numpy()
    assert logits.shape == (2, 32, 48, 3)
    np.testing.assert_allclose(network(images * 0.5 + 0.25), logits, atol=1e-3)


def test_constant_image_gives_finite_logits():
    network = build_unet(make_plan((16, 16), 1, base_features=4))
    assert np.isfinite(network(np.zeros((1, 16, 16, 1), np.float32))).all()


def test_image_that_does_not_divide_evenly_keeps_its_grid():
    network = build_unet(make_plan((37, 50), 2, base_features=4))
    assert network(np.zeros((1, 37, 50, 1), np.float32)).shape == (1, 37, 50, 3)
    assert network.get_layer("enlarge").output_shape[1:3] == (40, 56)


def test_coarse_axis_is_neither_halved_nor_mixed_at_first():
    network = build_unet(make_plan((16, 64), 1, base_features=4, spacing_mm=(2.0, 0.5)))
    assert network.get_layer("down0a").kernel_size == (1, 3)
    assert network.get_layer("down1a").strides == (1, 2)
