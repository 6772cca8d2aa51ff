"""The network for TFLite: a fitted image in, probabilities out; decoding and fitting stay with the caller."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import keras
import tensorflow as tf

from components.trainer.model_artifact import EXTRA
from models.decision import Decision, probabilities
from models.input_pipeline import Source, evaluation_batches

CALIBRATION_IMAGES = 64


def write_tflite(
    network: keras.Model, decision: Decision, kinds: Sequence[str], calibration: Source, serving: Path
) -> None:
    """Write `network_<kind>.tflite` to the export's assets.extra.

    Input: (1,H,W,1) float32 in 0 to 1, fitted as models.geometry does. Output: (1,H,W,1+C) float32 probabilities.

    Args:
        kinds: float16 and int8; int8 keeps float32 inputs and outputs.
        calibration: Images that decide the ranges of int8.
    """
    for kind in kinds:
        shape = (1, *network.input_shape[1:])

        @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32, name="image")])
        def segment(image: tf.Tensor) -> tf.Tensor:
            return probabilities(network(image, training=False), decision)

        converter = tf.lite.TFLiteConverter.from_concrete_functions([segment.get_concrete_function()], network)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if kind == "float16":
            converter.target_spec.supported_types = [tf.float16]
        else:
            converter.representative_dataset = lambda: _images(calibration)
        (serving / EXTRA / f"network_{kind}.tflite").write_bytes(converter.convert())


def _images(calibration: Source) -> Iterator[list[tf.Tensor]]:
    for images, *_ in evaluation_batches(calibration, 1).take(CALIBRATION_IMAGES):
        yield [images]
