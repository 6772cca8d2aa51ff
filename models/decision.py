"""From logits to probabilities to structure ids, the same way in metrics, evaluation and serving."""

from typing import Literal, get_args

import tensorflow as tf

Decision = Literal["softmax", "sigmoid"]


def probabilities(logits: tf.Tensor, decision: Decision) -> tf.Tensor:
    """Logits (B,H,W,1+C) → probabilities (B,H,W,1+C) float32, background first.

    softmax: one distribution over background and structures. sigmoid: each structure on its own; background has the
    probability that is left by the likeliest structure, so it wins where no structure reaches one half.

    Raises:
        ValueError: The decision is not known.
    """
    logits = tf.cast(logits, tf.float32)
    if decision == "softmax":
        return tf.nn.softmax(logits, axis=-1)
    if decision == "sigmoid":
        structures = tf.sigmoid(logits[..., 1:])
        return tf.concat([1.0 - tf.reduce_max(structures, axis=-1, keepdims=True), structures], axis=-1)
    raise ValueError(f"Invalid value for decision. Expected one of {get_args(Decision)}. Received: {decision!r}")


def structure_ids(probabilities: tf.Tensor) -> tf.Tensor:
    """Probabilities (B,H,W,1+C) → the likeliest id of each pixel, (B,H,W) uint8."""
    return tf.cast(tf.argmax(probabilities, axis=-1, output_type=tf.int32), tf.uint8)
