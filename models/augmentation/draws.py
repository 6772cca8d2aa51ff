"""Random numbers for a batch, stateless: the same seed gives the same draws whatever the parallelism."""

import tensorflow as tf


def split_seed(seed: tf.Tensor, number: int) -> list[tf.Tensor]:
    """One seed, (2,), → `number` independent ones."""
    return tf.unstack(tf.random.experimental.stateless_split(seed, number))


def symmetric(shape: tuple, seed: tf.Tensor) -> tf.Tensor:
    """Uniform in -1 to 1."""
    return tf.random.stateless_uniform(shape, seed, -1.0, 1.0)


def chosen_strength(batch: tf.Tensor, probability: float, seed: tf.Tensor) -> tf.Tensor:
    """For each image 0, or with the probability a number in 0 to 1: float32 (B,1,1,1)."""
    return tf.abs(chosen_change(batch, probability, seed))


def chosen_change(batch: tf.Tensor, probability: float, seed: tf.Tensor) -> tf.Tensor:
    """For each image 0, or with the probability a number in -1 to 1: float32 (B,1,1,1)."""
    choice_seed, draw_seed = split_seed(seed, 2)
    shape = (batch, 1, 1, 1)
    chosen = tf.random.stateless_uniform(shape, choice_seed) < probability
    return tf.where(chosen, symmetric(shape, draw_seed), 0.0)
