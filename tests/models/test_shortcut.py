"""The paper's finding in small: a network that can tell the domain learns which labels to leave out.

Two domains of drawn hearts: a bright disk (LV) above a square (LA) of the same brightness on noise; beta's scanner
leaves lines across the picture. LA is labelled in alpha only. The falsification arm has the same number of LA labels,
drawn independently of the domain.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.losses import make_loss
from models.metrics import dice_per_structure
from models.partial_labels import encode_partial_labels
from models.plan import make_plan
from models.unet import build_unet

SIDE, IMAGES, EPOCHS = 32, 256, 16


def hearts(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images (B,32,32,1), masks (B,32,32), and whether each is of domain beta."""
    random = np.random.default_rng(seed)
    beta = np.arange(IMAGES) % 2 == 1
    rows, columns = np.mgrid[:SIDE, :SIDE]
    images, masks = [], []
    for is_beta in beta:
        x, y = random.integers(10, 22), random.integers(8, 12)
        disk = (rows - y) ** 2 + (columns - x) ** 2 < random.integers(16, 30)
        square = (abs(rows - y - 11) < 4) & (abs(columns - x) < 4)
        image = random.normal(0.3, 0.2, (SIDE, SIDE)) + 0.4 * (disk | square)
        if is_beta:
            image[::4] += 1.0
        images.append(image)
        masks.append(disk + 2 * square)
    return np.array(images, np.float32)[..., None], np.array(masks, np.uint8), beta


def la_dice_in_beta(la_present: np.ndarray, truth_seed: int = 1) -> float:
    """Train with `acce` on these LA labels (LV is always labelled); Dice of LA on beta images never seen."""
    keras.utils.set_random_seed(3)
    images, masks, _ = hearts(0)
    presence = np.stack([np.ones(IMAGES), la_present], axis=1).astype(np.int64)
    network = build_unet(make_plan((SIDE, SIDE), 2, base_features=8, max_levels=4))
    network.compile(keras.optimizers.Adam(2e-3), make_loss("acce", dice_weight=1.0))
    network.fit(images, encode_partial_labels(masks, presence), batch_size=16, epochs=EPOCHS, verbose=0)
    images, masks, beta = hearts(truth_seed)
    prediction = tf.argmax(network.predict(images[beta], verbose=0), axis=-1)
    return float(tf.reduce_mean(dice_per_structure(masks[beta], prediction, 2)[:, 1]))


@pytest.fixture(scope="module")
def confounded() -> np.ndarray:
    return np.arange(IMAGES) % 2 == 0


def test_presence_that_tells_the_domain_is_learned_as_a_shortcut(confounded):
    assert la_dice_in_beta(confounded) < 0.4


def test_as_many_labels_independent_of_the_domain_leave_no_shortcut(confounded):
    shuffled = np.random.default_rng(5).permutation(confounded)
    assert shuffled.sum() == confounded.sum()
    assert la_dice_in_beta(shuffled) > 0.7
