"""Soft Dice of each present structure of each image."""

import tensorflow as tf

from models.losses.base import with_background
from models.losses.reduction import Mean

SMOOTH = 1.0  # pixels; an empty structure that is predicted empty has loss 0 and a bounded gradient


def soft_dice(probabilities: tf.Tensor, target: tf.Tensor, presence: tf.Tensor, weight: float) -> Mean:
    """Mean over the present image-structure pairs (b,c) of

        1 - (2 Σ_hw p_bhwc y_bhwc + s) / (Σ_hw p_bhwc + Σ_hw y_bhwc + s),   s = 1 pixel.

    What p means is the cross entropy's own: softmax over what is present (acce), full softmax (cce, marginal), sigmoid
    (abce).

    Args:
        probabilities: p, float32 (B,H,W,1+C); background, the first, is left out.
        target: y, float32 (B,H,W,1+C), one-hot.
        presence: float32 (B,C).

    Source: Milletari et al. 2016 (V-Net) without the squares, as in nnU-Net (Isensee et al. 2021). The papers on label
    dropout do not print their Dice; one term for each image and present structure is our reading.
    """
    overlap = tf.reduce_sum(probabilities * target, axis=[1, 2])
    size = tf.reduce_sum(probabilities + target, axis=[1, 2])
    loss = 1.0 - (2.0 * overlap + SMOOTH) / (size + SMOOTH)
    return Mean(tf.reduce_sum(loss * with_background(presence, 0.0)), tf.reduce_sum(presence), weight)
