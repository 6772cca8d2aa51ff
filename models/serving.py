"""The served graph: bytes in, masks and probabilities on each image's own grid out.

Fitting and normalization are the very functions that training used. Nothing of this project is needed to load it.
"""

from pathlib import Path

import keras
import tensorflow as tf

from models.decision import Decision, probabilities, structure_ids
from models.geometry import fit_image, plan_fit, unfit

UNKNOWN_SPACING = (float("nan"), float("nan"))
LARGEST_SIDE = 4096  # pixels; the answer to a larger image would need gigabytes


class ServedModel(tf.Module):
    """The two signatures around a network.

    Outputs of both, for B images whose largest sides are H and W:
        mask: (B,H,W) uint8 structure ids, 0 = background.
        probabilities: (B,H,W,1+C) float32, background first.
        size: (B,2) int32, rows and columns of each image; in a batch of mixed sizes, what lies beyond is 0.
    """

    def __init__(self, network: keras.Model, decision: Decision, keep_aspect: bool = True) -> None:
        super().__init__()
        self.network = network
        self.target = (int(network.input_shape[1]), int(network.input_shape[2]))
        self.decision: Decision = decision
        self.keep_aspect = keep_aspect

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
    def examples(self, examples: tf.Tensor) -> dict[str, tf.Tensor]:
        """Serialized tf.train.Example with image/encoded and, where known, image/spacing_mm."""
        parsed = tf.io.parse_example(
            examples,
            {
                "image/encoded": tf.io.FixedLenFeature([], tf.string),
                "image/spacing_mm": tf.io.FixedLenFeature([2], tf.float32, default_value=UNKNOWN_SPACING),
            },
        )
        return self._answer(parsed["image/encoded"], parsed["image/spacing_mm"])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")])
    def segment(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """PNG or JPEG files; their pixels are taken as square."""
        spacing = tf.tile(tf.constant([UNKNOWN_SPACING]), [tf.shape(image_bytes)[0], 1])
        return self._answer(image_bytes, spacing)

    def _answer(self, image_bytes: tf.Tensor, spacing: tf.Tensor) -> dict[str, tf.Tensor]:
        return tf.cond(tf.size(image_bytes) > 0, lambda: self._segment(image_bytes, spacing), lambda: self._nothing())

    def _segment(self, image_bytes: tf.Tensor, spacing: tf.Tensor) -> dict[str, tf.Tensor]:
        fitted, shapes = tf.map_fn(
            lambda item: self._decode_and_fit(*item),
            (image_bytes, spacing),
            fn_output_signature=(
                tf.TensorSpec((*self.target, 1), tf.float32),
                tf.TensorSpec((2,), tf.int32),
            ),
        )
        answers = probabilities(self.network(fitted / 255.0, training=False), self.decision)
        largest = tf.reduce_max(shapes, axis=0)
        on_own_grid = tf.map_fn(
            lambda item: self._own_grid(item[0], item[1], item[2], largest),
            (answers, shapes, spacing),
            fn_output_signature=tf.TensorSpec((None, None, answers.shape[-1]), tf.float32),
        )
        return {"mask": structure_ids(on_own_grid), "probabilities": on_own_grid, "size": shapes}

    def _nothing(self) -> dict[str, tf.Tensor]:
        """The answer to an empty batch, which neither the network's normalization nor `map_fn` can compute."""
        return {
            "mask": tf.zeros((0, 0, 0), tf.uint8),
            "probabilities": tf.zeros((0, 0, 0, self.network.output_shape[-1])),
            "size": tf.zeros((0, 2), tf.int32),
        }

    def _decode_and_fit(self, image_bytes: tf.Tensor, spacing: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        image = tf.io.decode_image(image_bytes, channels=1, expand_animations=False)
        image = tf.ensure_shape(image, (None, None, 1))
        shape = tf.shape(image)[:2]
        tf.debugging.assert_less_equal(
            tf.reduce_max(shape), LARGEST_SIDE, f"Invalid image. Expected sides of at most {LARGEST_SIDE} pixels."
        )
        return fit_image(image, plan_fit(shape, spacing, self.target, self.keep_aspect), self.target), shape

    def _own_grid(self, answer: tf.Tensor, shape: tf.Tensor, spacing: tf.Tensor, largest: tf.Tensor) -> tf.Tensor:
        values = unfit(answer, plan_fit(shape, spacing, self.target, self.keep_aspect), shape)
        beyond = largest - shape
        return tf.pad(values, [[0, beyond[0]], [0, beyond[1]], [0, 0]])


def export(network: keras.Model, decision: Decision, directory: str | Path, keep_aspect: bool = True) -> None:
    """Write the SavedModel with the signatures `serving_default` and `segment`.

    Args:
        keep_aspect: Whether images are padded to the network's size, as in training; otherwise they are stretched.
    """
    served = ServedModel(network, decision, keep_aspect)
    tf.saved_model.save(
        served, str(directory), signatures={"serving_default": served.examples, "segment": served.segment}
    )
