"""What all partial losses share: the Keras side, the checks, and the exact reduction."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from models.losses.reduction import Mean, reduce_globally
from models.partial_labels import classes_from_labels, presence_from_labels


class PartialLoss(keras.losses.Loss):
    """A loss of logits under partial labels, usable in plain compile/fit.

    y_true: int8 (B,H,W,C), see models.partial_labels. y_pred: logits (B,H,W,1+C) of any float dtype, background first;
    the loss is computed and returned in float32. Its value is exact over the global batch, see models.losses.reduction.
    """

    def __init__(self, name: str) -> None:
        super().__init__(reduction=keras.losses.Reduction.SUM, name=name)

    def __call__(self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None) -> tf.Tensor:
        """The loss as a scalar.

        Raises:
            ValueError: Sample weights are given, or the shapes do not belong together.
            tf.errors.InvalidArgumentError: The logits hold NaN or infinity where they matter. XLA leaves it out:
                under jit_compile the loss itself is NaN.
        """
        if sample_weight is not None:
            raise ValueError(
                f"Invalid value for sample_weight. Expected None: {self.name} is a mean over the annotated terms. "
                f"Received: {sample_weight}"
            )
        return super().__call__(y_true, y_pred)

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """The loss without Keras' bookkeeping."""
        y_true, y_pred = tf.convert_to_tensor(y_true), tf.convert_to_tensor(y_pred)
        self._check_shapes(y_true, y_pred)
        presence = presence_from_labels(y_true)
        means = self.means(tf.cast(y_pred, tf.float32), classes_from_labels(y_true, presence), presence)
        message = f"The loss {self.name} is not finite. Expected finite logits. Received"
        return reduce_globally(
            [mean._replace(total=tf.debugging.check_numerics(mean.total, message)) for mean in means]
        )

    @abstractmethod
    def means(self, logits: tf.Tensor, target: tf.Tensor, presence: tf.Tensor) -> Sequence[Mean]:
        """This replica's shares of the means that make up the loss.

        Args:
            logits: float32 (B,H,W,1+C).
            target: float32 (B,H,W,1+C), one-hot: the annotated structure, or background where there is none.
            presence: float32 (B,C).
        """

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments; the reduction is not one of them."""
        return {"name": self.name}

    def _check_shapes(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> None:
        labels, logits = y_true.shape, y_pred.shape
        if labels.rank != 4 or logits.rank != 4:
            raise ValueError(
                f"Invalid shapes for {self.name}. Expected labels (B, H, W, C) and logits (B, H, W, 1 + C). "
                f"Received: {labels} and {logits}"
            )
        if None not in (labels[-1], logits[-1]) and labels[-1] + 1 != logits[-1]:
            raise ValueError(
                f"Invalid number of structures for {self.name}. Expected one logit for background and one for each of "
                f"the {labels[-1]} structures of the labels. Received: {logits[-1]} logits"
            )
        if not labels[:-1].is_compatible_with(logits[:-1]):
            raise ValueError(
                f"Invalid shapes for {self.name}. Expected labels and logits of the same images and size. "
                f"Received: {labels} and {logits}"
            )


def checked_weight(name: str, weight: float) -> float:
    """The weight as a float.

    Raises:
        ValueError: It is negative or not a number.
    """
    if not 0 <= float(weight) < float("inf"):
        raise ValueError(f"Invalid value for {name}. Expected a number of at least 0. Received: {weight}")
    return float(weight)


def with_background(presence: tf.Tensor, background: float) -> tf.Tensor:
    """Presence (B,C) → (B,1+C) with this value for background in front."""
    return tf.pad(presence, [[0, 0], [1, 0]], constant_values=background)


def annotated_images(presence: tf.Tensor) -> tf.Tensor:
    """Presence (B,C) → float32 (B,), 1 for an image with at least one annotated structure, else 0."""
    return tf.reduce_max(presence, axis=1)


def num_pixels(values: tf.Tensor) -> tf.Tensor:
    """(B,H,W,...) → H · W as a float32 scalar."""
    height, width = tf.unstack(tf.shape(values)[1:3])
    return tf.cast(height * width, tf.float32)
