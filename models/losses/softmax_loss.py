"""The form that cce, acce and marginal share: the mean over pixels and the soft Dice that goes with it."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from models.losses.base import PartialLoss, annotated_images, checked_weight, num_pixels
from models.losses.reduction import Mean
from models.losses.soft_dice import soft_dice

MINUS_INFINITY = -1e30  # finite, so that 0 · it is 0 and no gradient is NaN; exp of it is 0


class SoftmaxLoss(PartialLoss):
    """Cross entropy over the pixels of the images with an annotated structure:

        L = Σ_b a_b Σ_hw -log q_{bhw,k(bhw)} / (H W Σ_b a_b),   a_b = max_c l_bc

    k(bhw) is the pixel's annotated structure, or 0 for background; what q is, each loss says. With dice_weight > 0 the
    soft Dice of q over the present structures is added.

    Args:
        dice_weight: Factor of the soft Dice.
    """

    def __init__(self, dice_weight: float = 0.0, name: str = "softmax_loss") -> None:
        super().__init__(name)
        self.dice_weight = checked_weight("dice_weight", dice_weight)

    def adapt(self, logits: tf.Tensor, presence: tf.Tensor) -> tf.Tensor:
        """Logits z (B,H,W,1+C) and presence l (B,C) → logits u (B,H,W,1+C); softmax(u)_c = q_c where present."""
        return logits

    def per_pixel(self, adapted: tf.Tensor, target: tf.Tensor, presence: tf.Tensor) -> tf.Tensor:
        """-log q_k, (B,H,W)."""
        return tf.nn.softmax_cross_entropy_with_logits(target, adapted)

    def means(self, logits: tf.Tensor, target: tf.Tensor, presence: tf.Tensor) -> Sequence[Mean]:
        """Cross entropy and, where wanted, soft Dice."""
        adapted = self.adapt(logits, presence)
        means = [mean_over_annotated_images(self.per_pixel(adapted, target, presence), presence)]
        if self.dice_weight:
            means.append(soft_dice(tf.nn.softmax(adapted), target, presence, self.dice_weight))
        return means

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {**super().get_config(), "dice_weight": self.dice_weight}


def mean_over_annotated_images(per_pixel: tf.Tensor, presence: tf.Tensor, weight: float = 1.0) -> Mean:
    """Mean of (B,H,W) over all pixels of the images with an annotated structure."""
    annotated = annotated_images(presence)
    total = tf.reduce_sum(tf.reduce_sum(per_pixel, axis=[1, 2]) * annotated)
    return Mean(total, tf.reduce_sum(annotated) * num_pixels(per_pixel), weight)


def restrict(logits: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
    """Logits (B,H,W,1+C) with -∞ where classes (B,1+C) is 0: those take no part in a softmax and get no gradient."""
    return logits + (MINUS_INFINITY * (1.0 - classes))[:, None, None, :]
