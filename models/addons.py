"""The only module that calls tensorflow-addons.

tensorflow-addons is at its end of life; its last release pins this project to TensorFlow 2.15. It is used for what
Keras 2.15 lacks: instance normalization and batched image warps. Its import warns about the end of life and
about Keras; both warnings are known and say nothing to a user, so they are silenced here and nowhere else.
"""

import warnings

import keras
import tensorflow as tf

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)
    import tensorflow_addons as tfa


def instance_normalization(name: str) -> keras.layers.Layer:
    """Normalization of each image and channel over its pixels, with a learned scale and shift."""
    return tfa.layers.InstanceNormalization(axis=-1, epsilon=1e-5, name=name)


def projective_transform(images: tf.Tensor, transforms: tf.Tensor, interpolation: str) -> tf.Tensor:
    """Warp (B,H,W,C) by (B,8) output → input transforms; what comes from outside is 0.

    Args:
        interpolation: "bilinear" or "nearest".
    """
    return tfa.image.transform(images, transforms, interpolation=interpolation, fill_mode="constant", fill_value=0.0)


def dense_warp(images: tf.Tensor, flow: tf.Tensor) -> tf.Tensor:
    """Warp (B,H,W,C) float32 bilinearly: the value at pixel p comes from p - flow[p]; (B,H,W,2), rows and columns."""
    return tfa.image.dense_image_warp(images, flow)
