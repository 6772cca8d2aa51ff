"""Operations on intensities that any camera could cause. Images are float32 (B,H,W,1) in 0 to 1 and stay so.

`change` is (B,1,1,1) in -1 to 1, `strength` in 0 to 1; 0 leaves an image as it is.
"""

import tensorflow as tf


def gamma(images: tf.Tensor, change: tf.Tensor, largest: float) -> tf.Tensor:
    """x ** (1 + largest) ** change."""
    return tf.pow(images, (1.0 + largest) ** change)


def contrast(images: tf.Tensor, change: tf.Tensor, largest: float) -> tf.Tensor:
    """Distance from the image's mean times 1 + largest · change."""
    mean = tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True)
    return _in_range(mean + (images - mean) * (1.0 + largest * change))


def noise(images: tf.Tensor, strength: tf.Tensor, largest: float, seed: tf.Tensor) -> tf.Tensor:
    """Gaussian noise of standard deviation largest · strength."""
    return _in_range(images + largest * strength * tf.random.stateless_normal(tf.shape(images), seed))


def blur(images: tf.Tensor, strength: tf.Tensor, deviation: float) -> tf.Tensor:
    """Mix in the image blurred by a Gaussian of `deviation` pixels, with weight `strength`."""
    return images + strength * (gaussian_blur(images, deviation) - images)


def low_resolution(images: tf.Tensor, strength: tf.Tensor, factor: float) -> tf.Tensor:
    """Mix in the image at 1/factor of its resolution, with weight `strength`."""
    size = tf.shape(images)[1:3]
    small = tf.cast(tf.math.ceil(tf.cast(size, tf.float32) / factor), tf.int32)
    coarse = tf.image.resize(tf.image.resize(images, small, method="area"), size, method="bilinear")
    return images + strength * (coarse - images)


def gaussian_blur(images: tf.Tensor, deviation: float) -> tf.Tensor:
    """Separable Gaussian blur that reaches 2.5 standard deviations; dark beyond the border."""
    radius = max(1, round(2.5 * deviation))
    kernel = tf.nn.softmax(-0.5 * tf.square(tf.range(-radius, radius + 1, dtype=tf.float32) / deviation))
    images = tf.nn.conv2d(images, tf.reshape(kernel, (-1, 1, 1, 1)), strides=1, padding="SAME")
    return tf.nn.conv2d(images, tf.reshape(kernel, (1, -1, 1, 1)), strides=1, padding="SAME")


def _in_range(images: tf.Tensor) -> tf.Tensor:
    return tf.clip_by_value(images, 0.0, 1.0)
