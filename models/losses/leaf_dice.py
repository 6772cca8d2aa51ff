"""Leaf-Dice, for comparison: a Dice over classes where only pixels annotated with one class count as it."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from models.losses.base import PartialLoss, annotated_images
from models.losses.reduction import Mean

EPSILON = 1e-5  # as in the authors' code


@keras.saving.register_keras_serializable(package="labeldrop")
class LeafDice(PartialLoss):
    """Leaf-Dice, logits z (B,H,W,1+C), any float dtype, p = softmax(z), per image with label sets g:

        1 - 1/|L| Σ_{c ∈ L} 2 Σ_hw 1[g_hw = {c}] p_hwc / (Σ_hw 1[g_hw = {c}] + Σ_hw p_hwc^α + ε),   L = {0, ..., C}

    Inside a present structure c, g = {c}. Every other pixel has g = {0} ∪ absent structures, so it is a leaf only
    where no structure is absent: a class without leaf pixels has Dice 0, whatever is predicted, and no gradient. The
    mean is over images with an annotated structure.

    As a label-set loss it cannot tell two predictions apart that the partial label does not tell apart: in the
    authors' example both have 0.5 where marginal losses have 0. With background_is_leaf = True, background pixels are
    taken for annotated background, g = {0}, and the mean is over background and the present structures. Then
    background predicted as an absent structure costs Dice: 0.5 more where one structure is present. That is our
    variant, and no label-set loss.

    Source: Fidon et al. 2021, MICCAI (arXiv 2107.03846). Its text was not available to us; the equation, α = 2 and ε
    follow the authors' published implementation.

    Args:
        alpha: 1 or 2.
        background_is_leaf: Take background for annotated even where structures are absent.
    """

    def __init__(self, alpha: int = 2, background_is_leaf: bool = False, name: str = "leaf_dice") -> None:
        super().__init__(name)
        if alpha not in (1, 2):
            raise ValueError(f"Invalid value for alpha. Expected 1 or 2. Received: {alpha}")
        self.alpha = alpha
        self.background_is_leaf = background_is_leaf

    def means(self, logits: tf.Tensor, target: tf.Tensor, presence: tf.Tensor) -> Sequence[Mean]:
        """One leaf-Dice an image."""
        probabilities = tf.nn.softmax(logits)
        leaves = self._leaves(target, presence)
        predicted = probabilities**2 if self.alpha == 2 else probabilities
        overlap = tf.reduce_sum(probabilities * leaves, axis=[1, 2])
        size = tf.reduce_sum(leaves + predicted, axis=[1, 2])
        dice = 2.0 * overlap / (size + EPSILON)
        annotated = annotated_images(presence)
        loss = 1.0 - tf.reduce_sum(dice, axis=1) / self._num_classes(presence)
        return [Mean(tf.reduce_sum(loss * annotated), tf.reduce_sum(annotated))]

    def _leaves(self, target: tf.Tensor, presence: tf.Tensor) -> tf.Tensor:
        """1[g = {c}], (B,H,W,1+C)."""
        if self.background_is_leaf:
            return target
        complete = tf.reduce_min(presence, axis=1, keepdims=True)
        return target * tf.concat([complete, presence], axis=1)[:, None, None, :]

    def _num_classes(self, presence: tf.Tensor) -> tf.Tensor:
        """|L| of each image, (B,) or scalar."""
        if self.background_is_leaf:
            return 1.0 + tf.reduce_sum(presence, axis=1)
        return 1.0 + tf.cast(tf.shape(presence)[1], tf.float32)

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {**super().get_config(), "alpha": self.alpha, "background_is_leaf": self.background_is_leaf}
