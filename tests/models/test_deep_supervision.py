import keras
import numpy as np
import pytest

from models.deep_supervision import DeeplySupervised
from models.losses import make_loss
from models.metrics import PresenceAwareDice
from models.partial_labels import encode_partial_labels
from models.plan import make_plan
from models.unet import build_unet

PLAN = make_plan((20, 32), 2, base_features=4)


@pytest.fixture
def batch():
    random = np.random.default_rng(0)
    images = random.random((3, 20, 32, 1), np.float32)
    return images, encode_partial_labels(random.integers(0, 3, (3, 20, 32)), np.array([[1, 1], [1, 0], [0, 0]]))


def compiled(model):
    model.compile(keras.optimizers.SGD(0.0), make_loss("marginal", 1.0), metrics=[PresenceAwareDice(2)])
    return model


def test_reported_loss_and_dice_are_those_of_the_plain_network(batch):
    deep, plain = compiled(DeeplySupervised(PLAN)), compiled(build_unet(PLAN))
    for layer in plain.layers:
        layer.set_weights(deep.network.get_layer(layer.name).get_weights())
    assert deep.evaluate(*batch, verbose=0) == pytest.approx(plain.evaluate(*batch, verbose=0), rel=1e-5)


def test_loss_is_the_weighted_sum_over_heads(batch):
    deep = compiled(DeeplySupervised(PLAN))
    images, labels = batch
    heads = deep(images)
    assert [head.shape[1:3] for head in heads] == [(20, 32), (10, 16)]
    loss = make_loss("marginal", 1.0)
    expected = 2 / 3 * loss(labels, heads[0]) + 1 / 3 * loss(labels[:, ::2, ::2], heads[1])
    assert float(deep.compute_loss(images, labels, heads)) == pytest.approx(float(expected), rel=1e-5)


def head_kernels(deep):
    names = [layer.name for layer in deep.network.layers if layer.name.startswith("logits") and layer.weights]
    return [deep.network.get_layer(name).get_weights()[0] for name in names]


def test_every_head_learns(batch):
    deep = DeeplySupervised(PLAN)
    deep.compile(keras.optimizers.SGD(0.1), make_loss("marginal", 1.0))
    before = head_kernels(deep)
    deep.train_on_batch(*batch)
    changes = [np.abs(one - other).max() for one, other in zip(before, head_kernels(deep), strict=True)]
    assert len(changes) == 2
    assert min(changes) > 0
