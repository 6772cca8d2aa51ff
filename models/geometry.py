"""Fitting an image of any size into the model's input and undoing it: scale by spacing, then pad; stretch if asked to.

The same TensorFlow code runs in Beam preprocessing and inside the served graph.
"""

from typing import NamedTuple

import tensorflow as tf

ROUNDING = 0.02  # of a side


class Fit(NamedTuple):
    """How an image was fitted.

    Attributes:
        content: int32 (2,), rows and columns that the image fills in the target; it starts at `offset`.
        offset: int32 (2,), first row and column of the content; the rest is padding.
    """

    content: tf.Tensor
    offset: tf.Tensor


def plan_fit(shape: tf.Tensor, spacing: tf.Tensor, target: tuple[int, int], keep_aspect: bool = True) -> Fit:
    """Largest centred placement of an image in the target that keeps its physical aspect ratio.

    A side that would stay short of the target by at most 2 % fills it. Whole pixels make the spacing of a fitted image
    uneven by about that much, and without it a stored image would be resampled by a pixel when it is served.

    Args:
        shape: int32 (2,), rows and columns of the image.
        spacing: float32 (2,), row and column spacing in mm; NaN means square pixels.
        target: Rows and columns of the model's input.
        keep_aspect: False stretches the image over the whole target instead.
    """
    if not keep_aspect:
        return Fit(tf.constant(target), tf.zeros(2, tf.int32))
    known = tf.reduce_all(tf.math.is_finite(spacing) & (spacing > 0))
    extent = tf.cast(shape, tf.float32) * tf.where(known, spacing, tf.ones(2))
    scale = tf.reduce_min(tf.constant(target, tf.float32) / extent)
    content = tf.clip_by_value(tf.cast(tf.round(extent * scale), tf.int32), 1, tf.constant(target))
    nearly = tf.cast(tf.constant(target) - content, tf.float32) <= ROUNDING * tf.constant(target, tf.float32)
    content = tf.where(nearly, tf.constant(target), content)
    return Fit(content, (tf.constant(target) - content) // 2)


def fit_image(image: tf.Tensor, fit: Fit, target: tuple[int, int]) -> tf.Tensor:
    """(H,W,1) of any dtype → (h,w,1) float32, antialiased bilinear, padded with zeros."""
    resized = tf.image.resize(image, fit.content, method="bilinear", antialias=True)
    return _pad(resized, fit, target)


def fit_mask(mask: tf.Tensor, fit: Fit, target: tuple[int, int]) -> tf.Tensor:
    """(H,W,1) uint8 ids → (h,w,1) uint8 ids, nearest neighbour, padded with background."""
    resized = tf.image.resize(mask, fit.content, method="nearest")
    return _pad(resized, fit, target)


def unfit(values: tf.Tensor, fit: Fit, shape: tf.Tensor) -> tf.Tensor:
    """(h,w,K) float32 on the model's grid → (H,W,K) on the image's own grid: padding cut off, bilinear."""
    content = tf.slice(values, tf.concat([fit.offset, [0]], 0), tf.concat([fit.content, [-1]], 0))
    return tf.image.resize(content, shape, method="bilinear")


def fitted_spacing(shape: tf.Tensor, spacing: tf.Tensor, fit: Fit) -> tf.Tensor:
    """float32 (2,), mm per pixel of the fitted image; NaN stays NaN."""
    return spacing * tf.cast(shape, tf.float32) / tf.cast(fit.content, tf.float32)


def _pad(values: tf.Tensor, fit: Fit, target: tuple[int, int]) -> tf.Tensor:
    padded = tf.image.pad_to_bounding_box(values, fit.offset[0], fit.offset[1], target[0], target[1])
    return tf.ensure_shape(padded, (target[0], target[1], values.shape[-1]))
