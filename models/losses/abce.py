"""Adaptive binary cross entropy: one sigmoid per structure, absent structures masked out."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from models.losses.base import PartialLoss, checked_weight, num_pixels, with_background
from models.losses.reduction import Mean
from models.losses.soft_dice import soft_dice


@keras.saving.register_keras_serializable(package="labeldrop")
class AdaptiveBinaryCrossEntropy(PartialLoss):
    """Adaptive binary cross entropy, logits z (B,H,W,1+C), any float dtype, presence l (B,C), y = 1 inside:

        Σ_bhwc l_bc (-y_bhwc log s_bhwc - (1 - y_bhwc) log(1 - s_bhwc)) / (H W Σ_bc l_bc),   s = sigmoid(z_c)

    The background channel z_0 is ignored. With dice_weight > 0 its soft Dice over the present structures is added,
    with p = s.

    Source: the adaptive binary cross entropy of MELBA 2026:022, the follow-up of arXiv 2403.07818. Its exact formula
    was not available to us: the mean over all pixels of all present image-structure pairs is our reading.

    Args:
        dice_weight: Factor of the soft Dice.
    """

    def __init__(self, dice_weight: float = 0.0, name: str = "abce") -> None:
        super().__init__(name)
        self.dice_weight = checked_weight("dice_weight", dice_weight)

    def means(self, logits: tf.Tensor, target: tf.Tensor, presence: tf.Tensor) -> Sequence[Mean]:
        """Binary cross entropies and, where wanted, soft Dice."""
        per_pixel = tf.nn.sigmoid_cross_entropy_with_logits(target, logits)
        total = tf.reduce_sum(tf.reduce_sum(per_pixel, axis=[1, 2]) * with_background(presence, 0.0))
        means = [Mean(total, tf.reduce_sum(presence) * num_pixels(logits))]
        if self.dice_weight:
            means.append(soft_dice(tf.sigmoid(logits), target, presence, self.dice_weight))
        return means

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {**super().get_config(), "dice_weight": self.dice_weight}
