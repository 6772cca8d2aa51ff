"""Dice where there is a label."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.metrics import PresenceAwareDice, dice_per_structure
from models.partial_labels import encode_partial_labels


def reference(truth, prediction, presence):
    """Mean Dice of each structure over the images where it is present; NaN where none is."""
    scores = np.full(presence.shape, np.nan)
    for b, c in zip(*np.nonzero(presence), strict=True):
        t, p = truth[b] == c + 1, prediction[b] == c + 1
        scores[b, c] = 2 * (t & p).sum() / (t.sum() + p.sum()) if t.any() or p.any() else 1.0
    return [column[~np.isnan(column)].mean() if presence[:, c].any() else np.nan for c, column in enumerate(scores.T)]


def case(seed=0, batch=9):
    random = np.random.default_rng(seed)
    truth = random.integers(0, 4, (batch, 3, 4)).astype(np.uint8)
    truth[truth == 3] = random.integers(0, 2) * 3
    presence = random.integers(0, 2, (batch, 4))
    presence[:, 1] = 0
    return truth, presence, random.normal(size=(batch, 3, 4, 5)).astype(np.float32)


@pytest.mark.parametrize("batch", [1, 4, 9])
def test_streaming_value_does_not_depend_on_batches(batch):
    truth, presence, logits = case()
    labels = encode_partial_labels(truth, presence)
    metrics = [PresenceAwareDice(4), *(PresenceAwareDice(4, structure) for structure in range(4))]
    for start in range(0, 9, batch):
        for metric in metrics:
            metric.update_state(labels[start : start + batch], logits[start : start + batch])
    expected = reference(truth, logits.argmax(-1), presence)
    values = [float(metric.result()) for metric in metrics]
    np.testing.assert_allclose(values, [np.nanmean(expected), *expected], rtol=1e-6)
    metrics[0].reset_state()
    assert np.isnan(metrics[0].result())


def test_sigmoid_decision():
    truth, presence, logits = case()
    metric = PresenceAwareDice(4, decision="sigmoid")
    metric.update_state(encode_partial_labels(truth, presence), logits)
    structures = logits[..., 1:]
    prediction = np.where(structures.max(-1) > 0, structures.argmax(-1) + 1, 0)
    np.testing.assert_allclose(metric.result(), np.nanmean(reference(truth, prediction, presence)), rtol=1e-6)


def test_sample_weight_leaves_images_out():
    truth, presence, logits = case()
    labels, weight = encode_partial_labels(truth, presence), np.arange(9) % 2
    weighted, part = PresenceAwareDice(4), PresenceAwareDice(4)
    weighted.update_state(labels, logits, sample_weight=weight)
    part.update_state(labels[1::2], logits[1::2])
    np.testing.assert_allclose(weighted.result(), part.result(), rtol=1e-6)


def test_dice_per_structure():
    truth = np.array([[[1, 1, 0, 2]], [[0, 0, 0, 0]]], np.uint8)
    prediction = np.array([[[1, 0, 0, 0]], [[0, 3, 0, 0]]], np.uint8)
    np.testing.assert_allclose(dice_per_structure(truth, prediction, 3), [[2 / 3, 0, 1], [1, 1, 0]], rtol=1e-6)


def test_serialization_round_trip():
    metric = PresenceAwareDice(3, structure=1, decision="sigmoid", name="la")
    assert keras.metrics.deserialize(keras.metrics.serialize(metric)).get_config() == metric.get_config()


def test_works_in_fit_and_compiled():
    truth, presence, _ = case()
    image = keras.Input((3, 4, 1))
    model = keras.Model(image, keras.layers.Conv2D(5, 3, padding="same")(image))
    model.compile("sgd", "mse", metrics=[PresenceAwareDice(4)], run_eagerly=False)
    images, labels = tf.ones((9, 3, 4, 1)), encode_partial_labels(truth, presence)
    metric = tf.function(PresenceAwareDice(4).__call__)
    dice = metric(labels, model(images))
    assert 0 <= dice <= 1


@pytest.mark.parametrize(
    ("options", "message"),
    [({"structure": 3}, "Invalid value for structure"), ({"decision": "max"}, "Invalid value for decision")],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        PresenceAwareDice(3, **options)
