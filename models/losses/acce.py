"""Adaptive categorical cross entropy: the softmax runs over background and the present structures only."""

import keras
import tensorflow as tf

from models.losses.base import with_background
from models.losses.softmax_loss import SoftmaxLoss, restrict


@keras.saving.register_keras_serializable(package="labeldrop")
class AdaptiveCategoricalCrossEntropy(SoftmaxLoss):
    """Adaptive categorical cross entropy, logits z (B,H,W,1+C), any float dtype, presence l (B,C):

        -log ( exp z_k / (exp z_0 + Σ_{c: l_c = 1} exp z_c) ),   k = annotated structure, or 0 for background

    Absent structures take no part and get no gradient.

    Source: the adaptive cross entropy of Islam et al. 2024 (arXiv 2403.07818) and of its follow-up, MELBA 2026:022,
    where it is one of three losses compared. Their exact formulas were not available to us: restricting the softmax to
    the present classes, and the mean over all pixels of annotated images, is our reading.
    """

    def __init__(self, dice_weight: float = 0.0, name: str = "acce") -> None:
        super().__init__(dice_weight, name)

    def adapt(self, logits: tf.Tensor, presence: tf.Tensor) -> tf.Tensor:
        """u_0 = z_0; u_c = z_c where present, else -∞."""
        return restrict(logits, with_background(presence, 1.0))
