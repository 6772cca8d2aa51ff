"""A picture as the signature `serving_default` takes it."""

import cv2
import numpy as np
import tensorflow as tf


def encode_example(frame: np.ndarray, spacing_mm: tuple[float, float]) -> bytes:
    """(H,W) uint8 gray and its row and column spacing (NaN where not known) → a serialized tf.train.Example."""
    _, encoded = cv2.imencode(".png", frame)
    features = {
        "image/encoded": tf.train.Feature(bytes_list=tf.train.BytesList(value=[encoded.tobytes()])),
        "image/spacing_mm": tf.train.Feature(float_list=tf.train.FloatList(value=spacing_mm)),
    }
    return bytes(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())
