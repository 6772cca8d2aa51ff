"""What another scanner or another chest does to an echo image. Images are float32 (B,H,W,1) in 0 to 1 and stay so.

`change` is (B,1,1,1) in -1 to 1, `strength` in 0 to 1; 0 leaves an image as it is. The probe is taken to be at the
middle of the upper edge.
"""

import tensorflow as tf

from models.augmentation.intensity import gaussian_blur

SPECKLE_PIXELS = 1.0  # standard deviation of the speckle's blur
SHADOW_EDGE = 0.08  # radians over which a shadow fades in


def attenuation(images: tf.Tensor, change: tf.Tensor, largest: float) -> tf.Tensor:
    """Brighter above and darker below, or the reverse: times 1 + largest · change · (1 - 2 depth), depth 0 to 1."""
    depth = tf.linspace(0.0, 1.0, tf.shape(images)[1])[None, :, None, None]
    return tf.clip_by_value(images * (1.0 + largest * change * (1.0 - 2.0 * depth)), 0.0, 1.0)


def speckle(images: tf.Tensor, strength: tf.Tensor, largest: float, seed: tf.Tensor) -> tf.Tensor:
    """Smooth multiplicative noise of standard deviation about largest · strength."""
    field = gaussian_blur(tf.random.stateless_normal(tf.shape(images), seed), SPECKLE_PIXELS)
    field *= 2.0 * SPECKLE_PIXELS * 3.14159265**0.5  # the blur leaves 1 / (2 σ √π) of white noise's deviation
    return tf.clip_by_value(images * (1.0 + largest * strength * field), 0.0, 1.0)


def edge_shadow(images: tf.Tensor, change: tf.Tensor, darkest: float) -> tf.Tensor:
    """Darken one side of the sector, as a rib or lung does: the left for negative change, the right for positive.

    The larger the change, the nearer to the middle the shadow begins and the darker it is, at most by `darkest`.
    """
    height, width = tf.unstack(tf.cast(tf.shape(images)[1:3], tf.float32))
    rows, columns = tf.range(height)[:, None], tf.range(width)[None, :]
    angle = tf.atan2(columns - (width - 1) / 2, rows + 1.0)[None, :, :, None]  # radians, 0 straight down
    begin = 0.6 - 0.35 * tf.abs(change)
    shade = tf.sigmoid((tf.sign(change) * angle - begin) / SHADOW_EDGE)
    return images * (1.0 - darkest * tf.abs(change) * shade)
