import numpy as np
import pytest
import tensorflow as tf
from pydantic import ValidationError

from models.augmentation import Augmentation

EVERYTHING = Augmentation(
    rotation_degrees=30, scale=0.3, translation=0.1, gamma=0.5, contrast=0.5, noise=0.1, blur_pixels=1.5
)


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


def test_image_and_mask_move_together_and_ids_stay_ids():
    images, masks = batch()
    new_images, new_masks = Augmentation(rotation_degrees=30, scale=0.3, translation=0.1)(images, masks, seed(1))
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
