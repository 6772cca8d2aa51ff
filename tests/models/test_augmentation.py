import numpy as np
import pytest
import tensorflow as tf
from pydantic import ValidationError

from models.augmentation import Augmentation
from models.augmentation.mixing import amplitude_mix
from models.augmentation.ultrasound import edge_shadow, speckle

EVERYTHING = Augmentation(
    rotation_degrees=30, scale=0.3, translation=0.1, elastic_pixels=4, gamma=0.5, contrast=0.5, noise=0.1,
    blur_pixels=1.5, low_resolution=2, attenuation=0.5, edge_shadow=0.8, speckle=0.3, amplitude_mix=0.8,
)  # fmt: skip


def batch():
    """Images whose intensity is a known function of the id, so that image and mask can be compared after a warp."""
    masks = np.zeros((6, 40, 40), np.uint8)
    masks[:, 10:30, 8:20] = 1
    masks[:, 10:30, 20:32] = 3
    return tf.constant((masks / 4.0)[..., None], tf.float32), tf.constant(masks)


def seed(number):
    return tf.constant([7, number], tf.int64)


def test_nothing_configured_changes_nothing():
    images, masks = batch()
    new_images, new_masks = Augmentation()(images, masks, seed(0))
    np.testing.assert_allclose(new_images, images, atol=1e-6)
    np.testing.assert_array_equal(new_masks, masks)


@pytest.mark.parametrize(
    "settings", [{"rotation_degrees": 30, "scale": 0.3, "translation": 0.1}, {"elastic_pixels": 5}]
)
def test_image_and_mask_move_together_and_ids_stay_ids(settings):
    images, masks = batch()
    new_images, new_masks = Augmentation(**settings)(images, masks, seed(1))
    assert set(np.unique(new_masks)) <= {0, 1, 3}
    agree = np.abs(new_images[..., 0] - new_masks.numpy() / 4.0) < 0.1
    assert np.mean(agree) > 0.93  # the rest are borders, where the image is interpolated
    assert not np.array_equal(new_masks, masks)


def test_same_seed_same_draw_and_other_seed_other_draw():
    images, masks = batch()
    first, again, other = (EVERYTHING(images, masks, seed(number))[0].numpy() for number in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_images_of_a_batch_vary_on_their_own_and_stay_in_range():
    images, masks = batch()
    new_images, new_masks = EVERYTHING(images, masks, seed(5))
    assert len({mask.tobytes() for mask in new_masks.numpy()}) == len(masks)
    assert float(tf.reduce_min(new_images)) >= 0
    assert float(tf.reduce_max(new_images)) <= 1


@pytest.mark.parametrize("setting", [{"probability": 1.5}, {"noise": -0.1}, {"rotation": 3}])
def test_impossible_setting_is_refused(setting):
    with pytest.raises(ValidationError):
        Augmentation.model_validate(setting)


INTENSITY = ["gamma", "contrast", "attenuation", "edge_shadow", "speckle", "noise"]


@pytest.mark.parametrize("setting", [*({name: 0.5} for name in INTENSITY), {"blur_pixels": 2}, {"low_resolution": 3}])
def test_intensity_operation_changes_some_images_and_no_mask(setting):
    images, masks = batch()
    images = images * 0.6 + 0.2
    new_images, new_masks = Augmentation(**setting)(images, masks, seed(2))
    changed = np.abs(new_images - images).max(axis=(1, 2, 3)) > 1e-6
    assert 0 < changed.sum() < len(images)  # each with probability one half
    np.testing.assert_array_equal(new_masks, masks)
    untouched, _ = Augmentation(probability=0, **setting)(images, masks, seed(2))
    np.testing.assert_allclose(untouched, images, atol=1e-6)


def test_edge_shadow_darkens_one_side_and_leaves_the_middle():
    image = tf.ones((1, 60, 60, 1))
    right = edge_shadow(image, tf.ones((1, 1, 1, 1)), 0.9).numpy()[0, ..., 0]
    assert right[40, 55] < 0.3
    assert right[40, 4] > 0.95
    assert right[40, 30] > 0.9
    left = edge_shadow(image, -tf.ones((1, 1, 1, 1)), 0.9).numpy()[0, ..., 0]
    np.testing.assert_allclose(left, right[:, ::-1], atol=1e-4)


def test_speckle_has_the_deviation_that_was_asked_for():
    image = tf.fill((1, 128, 128, 1), 0.5)
    speckled = speckle(image, tf.ones((1, 1, 1, 1)), 0.2, tf.constant([1, 2])).numpy()
    assert np.std(speckled[0, 5:-5, 5:-5]) == pytest.approx(0.5 * 0.2, rel=0.15)


def test_amplitude_mix_lends_the_partners_amplitude_and_keeps_the_phase():
    pair = np.random.default_rng(0).uniform(0.3, 0.7, (2, 15, 24, 1)).astype(np.float32)
    pair[1] = 0.5 + 0.2 * (pair[1] - 0.5)  # another contrast
    seeds = (tf.constant([number, 0], tf.int64) for number in range(20))
    mixed = next(new for new in (amplitude_mix(pair, tf.ones((2, 1, 1, 1)), one).numpy() for one in seeds)
                 if not np.allclose(new, pair, atol=1e-3))  # fmt: skip
    before, after = np.fft.rfft2(pair[..., 0]), np.fft.rfft2(mixed[..., 0])
    inside = (mixed > 0) & (mixed < 1)
    assert inside.all()  # nothing was cut off, so the spectra can be compared
    np.testing.assert_allclose(np.abs(after), np.abs(before)[::-1], atol=1e-3)
    strong = np.abs(before) > 0.1
    np.testing.assert_allclose(np.angle(after / before)[strong & (np.abs(after) > 0.1)], 0, atol=1e-2)


@pytest.mark.parametrize("size", [(16, 16), (15, 21)])
def test_amplitude_mix_of_nothing_changes_nothing(size):
    images = tf.random.stateless_uniform((3, *size, 1), (1, 2))
    np.testing.assert_allclose(amplitude_mix(images, tf.zeros((3, 1, 1, 1)), seed(0)), images, atol=1e-5)


def test_amplitude_mix_of_black_images_is_finite():
    images = tf.concat([tf.zeros((1, 16, 16, 1)), tf.ones((1, 16, 16, 1))], 0)
    assert np.isfinite(amplitude_mix(images, tf.ones((2, 1, 1, 1)), seed(3)).numpy()).all()
