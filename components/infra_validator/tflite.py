"""TFLite files that go with an export, held against the Keras model."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from components.evaluator.gate import Reason


def check_tflite(file: Path, images: np.ndarray, expected: np.ndarray, wanted: float) -> Reason:
    """Masks of one file.

    Args:
        images: (B,H,W,1) float32 in 0 to 1.
        expected: (B,H,W) masks of the Keras model.
        wanted: Smallest accepted share of pixels that agree.
    """
    interpreter = tf.lite.Interpreter(str(file))
    interpreter.allocate_tensors()
    [given], [answer] = interpreter.get_input_details(), interpreter.get_output_details()
    same = []
    for image, mask in zip(images, expected, strict=True):
        interpreter.set_tensor(given["index"], image[None])
        interpreter.invoke()
        same.append(interpreter.get_tensor(answer["index"])[0].argmax(-1) == mask)
    agreement = float(np.mean(same))
    return Reason(agreement >= wanted, f"{file.name} agrees with the Keras model in {agreement:.2%} of pixels")
