"""Exact reduction: every mean is (sum over the global batch of the terms that count) / (their global number)."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf


class Mean(NamedTuple):
    """One replica's share of a mean.

    Attributes:
        total: Scalar float32, sum of the terms that count.
        count: Scalar float32, how many they are.
        weight: Factor of this mean in the loss.
    """

    total: tf.Tensor
    count: tf.Tensor
    weight: float = 1.0


def reduce_globally(means: Sequence[Mean]) -> tf.Tensor:
    """L = Σ_m weight_m · Σ_r total_mr / Σ_r count_mr over means m and replicas r; a mean of nothing is 0.

    Outside of a strategy, or with one replica, this is L. With R replicas each one gets the value L / R, so that their
    sum is L (what keras.losses.Reduction.SUM promises: Keras multiplies by R before it reports), and the gradient of
    its own totals over the global counts, so that the gradients' sum, which is what optimizers apply, is the gradient
    of L.
    """
    totals = tf.stack([mean.total for mean in means])
    counts = tf.stack([mean.count for mean in means])
    weights = tf.constant([mean.weight for mean in means])
    context = tf.distribute.get_replica_context()
    replicas = 1 if context is None else context.num_replicas_in_sync
    if replicas == 1:
        return tf.reduce_sum(weights * tf.math.divide_no_nan(totals, counts))
    shares = tf.stop_gradient(tf.stack([totals, counts]))
    global_totals, global_counts = tf.unstack(context.all_reduce(tf.distribute.ReduceOp.SUM, shares))
    value = tf.reduce_sum(weights * tf.math.divide_no_nan(global_totals, global_counts)) / replicas
    own = tf.reduce_sum(weights * tf.math.divide_no_nan(totals, global_counts))
    return own + tf.stop_gradient(value - own)
