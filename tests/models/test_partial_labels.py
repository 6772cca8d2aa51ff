"""Partial labels: encoding, and errors for masks and presence that do not belong together."""

import numpy as np
import pytest
import tensorflow as tf

from models.partial_labels import classes_from_labels, encode_partial_labels, inside_from_labels, presence_from_labels

MASK = np.array([[[0, 1], [2, 3]], [[1, 1], [2, 0]]], np.uint8)
PRESENCE = np.array([[1, 1, 0], [0, 1, 1]])


def test_encoding():
    labels = encode_partial_labels(MASK, PRESENCE)
    assert labels.dtype == tf.int8
    expected = [
        [[[0, 0, -1], [1, 0, -1]], [[0, 1, -1], [0, 0, -1]]],
        [[[-1, 0, 0], [-1, 0, 0]], [[-1, 1, 0], [-1, 0, 0]]],
    ]
    np.testing.assert_array_equal(labels, expected)


def test_decoding():
    labels = encode_partial_labels(MASK, PRESENCE)
    presence = presence_from_labels(labels)
    np.testing.assert_array_equal(presence, PRESENCE)
    np.testing.assert_array_equal(inside_from_labels(labels, presence), labels.numpy() == 1)
    np.testing.assert_array_equal(
        tf.argmax(classes_from_labels(labels, presence), axis=-1), [[[0, 1], [2, 0]], [[0, 0], [2, 0]]]
    )


def test_annotated_but_empty_is_not_absent():
    empty = encode_partial_labels(np.zeros((1, 2, 2), np.uint8), np.array([[1, 0]]))
    np.testing.assert_array_equal(presence_from_labels(empty), [[1, 0]])


def test_id_outside_the_vocabulary():
    message = r"Invalid value in mask. Expected ids from 0 to 3"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        encode_partial_labels(MASK + 1, PRESENCE)
    data = tf.data.Dataset.from_tensors((MASK + 1, PRESENCE)).map(encode_partial_labels)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        next(iter(data))


@pytest.mark.parametrize(
    ("mask", "presence", "message"),
    [
        (MASK.astype(float), PRESENCE, "Invalid value for mask. Expected integer ids"),
        (MASK[0], PRESENCE, "Invalid value for mask"),
        (MASK, PRESENCE[0], "Invalid value for presence"),
        (MASK, PRESENCE[:1], "Invalid value for presence"),
    ],
)
def test_bad_shapes(mask, presence, message):
    with pytest.raises(ValueError, match=message):
        encode_partial_labels(mask, presence)
