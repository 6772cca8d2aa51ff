"""Marginal cross entropy: the background of a partial label is background or any of the absent structures."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from models.losses.base import checked_weight, with_background
from models.losses.reduction import Mean
from models.losses.softmax_loss import SoftmaxLoss, mean_over_annotated_images, restrict


@keras.saving.register_keras_serializable(package="labeldrop")
class MarginalCrossEntropy(SoftmaxLoss):
    """Marginal cross entropy, logits z (B,H,W,1+C), any float dtype, presence l (B,C):

        -log q_k,   p = softmax(z),   q_0 = p_0 + Σ_{c: l_c = 0} p_c,   q_c = p_c where present

    k is the annotated structure, or 0 for background. Computed stably as q_0 = p_0 / r_0 with r = softmax of z over
    {0} ∪ absent, that is -log q_0 = -log p_0 + log r_0. With exclusion_weight > 0 the exclusion term is added, see
    `exclusion`.

    Source: Shi et al. 2021, Medical Image Analysis 70:101979 (arXiv 2007.03868), the marginal probability put into the
    cross entropy. The full text was not available to us; that a soft Dice leaves the merged background out is our
    reading.

    Args:
        exclusion_weight: Factor of the exclusion term.
    """

    def __init__(self, dice_weight: float = 0.0, exclusion_weight: float = 0.0, name: str = "marginal") -> None:
        super().__init__(dice_weight, name)
        self.exclusion_weight = checked_weight("exclusion_weight", exclusion_weight)

    def per_pixel(self, adapted: tf.Tensor, target: tf.Tensor, presence: tf.Tensor) -> tf.Tensor:
        """-log p_k inside a structure, -log p_0 + log r_0 outside of all."""
        merged = restrict(adapted, 1.0 - with_background(presence, 0.0))
        background = tf.zeros(tf.shape(adapted)[:-1], tf.int32)
        minus_log_r0 = tf.nn.sparse_softmax_cross_entropy_with_logits(background, merged)
        return super().per_pixel(adapted, target, presence) - target[..., 0] * minus_log_r0

    def means(self, logits: tf.Tensor, target: tf.Tensor, presence: tf.Tensor) -> Sequence[Mean]:
        """Cross entropy and, where wanted, soft Dice and exclusion."""
        means = list(super().means(logits, target, presence))
        if self.exclusion_weight:
            means.append(exclusion(logits, target, presence, self.exclusion_weight))
        return means

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {**super().get_config(), "exclusion_weight": self.exclusion_weight}


def exclusion(logits: tf.Tensor, target: tf.Tensor, presence: tf.Tensor, weight: float) -> Mean:
    """Structures do not overlap, so an absent one must not be predicted inside an annotated one:

        Σ_hw e_bhw Σ_{c: l_bc = 0} log(p_bhwc + 1),   e = Σ_{c: l_bc = 1} y_bhwc,   p = softmax(z)

    over the pixels of the annotated images, as in the cross entropy.

    Source: exclusion cross entropy of Shi et al. 2021, Medical Image Analysis 70:101979. The full text was not
    available to us: the 1 in the logarithm, which keeps it finite and at least 0, and the division by all pixels are
    our reading. Their exclusion Dice is left out.
    """
    annotated_structure = 1.0 - target[..., 0]
    absent = 1.0 - with_background(presence, 1.0)
    absent_probabilities = tf.nn.softmax(logits) * absent[:, None, None, :]
    per_pixel = annotated_structure * tf.reduce_sum(tf.math.log1p(absent_probabilities), axis=-1)
    return mean_over_annotated_images(per_pixel, presence, weight)
