"""Dice where there is a label: per image and structure, and as a streaming Keras metric, exact under replicas."""

from typing import Any

import keras
import tensorflow as tf

from models.decision import Decision, probabilities, structure_ids
from models.partial_labels import inside_from_labels, presence_from_labels


def dice_per_structure(truth: tf.Tensor, prediction: tf.Tensor, num_structures: int) -> tf.Tensor:
    """2 |T ∩ P| / (|T| + |P|) of each structure of each image; 1 where both are empty.

    Presence is not known here: what an absent structure gets means nothing.

    Args:
        truth, prediction: Integer ids (B,H,W), 0 = background; tensors or NumPy arrays.
        num_structures: C.

    Returns:
        float32 (B,C).
    """
    return _dice(
        _inside(tf.convert_to_tensor(truth), num_structures), _inside(tf.convert_to_tensor(prediction), num_structures)
    )


@keras.saving.register_keras_serializable(package="labeldrop")
class PresenceAwareDice(keras.metrics.Metric):
    """Mean Dice over the images in which a structure was annotated, then over the structures seen at least once.

        mean over {c: Σ_b l_bc > 0} of  Σ_b l_bc D_bc / Σ_b l_bc,   D_bc = hard Dice of image b, structure c

    Sums and counts are summed over replicas and batches, so the value does not depend on how images are spread over
    them. Before any annotated structure was seen the value is NaN.

    Args:
        num_structures: C.
        structure: 0-based index of the only structure to report; none reports the mean over structures.
        decision: How logits become a mask: "softmax" (argmax) or "sigmoid" (for abce), see models.decision.
    """

    def __init__(
        self,
        num_structures: int,
        structure: int | None = None,
        decision: Decision = "softmax",
        name: str = "dice",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype="float32" if dtype is None else dtype)
        if structure is not None and not 0 <= structure < num_structures:
            raise ValueError(
                f"Invalid value for structure. Expected an index from 0 to {num_structures - 1}. Received: {structure}"
            )
        if decision not in ("softmax", "sigmoid"):
            raise ValueError(f"Invalid value for decision. Expected softmax or sigmoid. Received: {decision!r}")
        self.num_structures = num_structures
        self.structure = structure
        self.decision: Decision = decision
        self.totals = self.add_weight("totals", shape=(num_structures,), initializer="zeros")
        self.counts = self.add_weight("counts", shape=(num_structures,), initializer="zeros")

    def update_state(self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None) -> None:
        """Count a batch.

        Args:
            y_true: Partial labels (B,H,W,C), see models.partial_labels.
            y_pred: Logits (B,H,W,1+C).
            sample_weight: Weight of each image, (B,).
        """
        presence = presence_from_labels(y_true)
        prediction = structure_ids(probabilities(y_pred, self.decision))
        dice = _dice(inside_from_labels(y_true, presence), _inside(prediction, self.num_structures))
        weights = presence
        if sample_weight is not None:
            weights *= tf.cast(tf.reshape(sample_weight, [-1, 1]), tf.float32)
        self.totals.assign_add(tf.reduce_sum(dice * weights, axis=0))
        self.counts.assign_add(tf.reduce_sum(weights, axis=0))

    def result(self) -> tf.Tensor:
        """The metric's value so far."""
        seen = tf.cast(self.counts > 0, tf.float32)
        if self.structure is not None:
            seen *= tf.one_hot(self.structure, self.num_structures)
        return tf.reduce_sum(seen * tf.math.divide_no_nan(self.totals, self.counts)) / tf.reduce_sum(seen)

    def reset_state(self) -> None:
        """Forget what was counted."""
        for variable in (self.totals, self.counts):
            variable.assign(tf.zeros_like(variable))

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        own = {"num_structures": self.num_structures, "structure": self.structure, "decision": self.decision}
        return {**super().get_config(), **own}


def _inside(ids: tf.Tensor, num_structures: int) -> tf.Tensor:
    """Ids (B,H,W) → float32 (B,H,W,C)."""
    return tf.cast(tf.cast(ids, tf.int32)[..., None] == tf.range(1, num_structures + 1), tf.float32)


def _dice(truth: tf.Tensor, prediction: tf.Tensor) -> tf.Tensor:
    """Indicators (B,H,W,C) → Dice (B,C), 1 where both are empty."""
    overlap = tf.reduce_sum(truth * prediction, axis=[1, 2])
    size = tf.reduce_sum(truth + prediction, axis=[1, 2])
    return tf.where(size > 0, 2.0 * overlap / tf.maximum(size, 1.0), 1.0)
