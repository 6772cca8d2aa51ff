"""Augmentation of whole batches inside tf.data: image and mask move together, presence is never touched.

Every draw is stateless: the same (seed, pass, batch) gives the same pictures whatever the parallelism.
"""

from typing import Annotated

import tensorflow as tf
from pydantic import BaseModel, ConfigDict, Field

from models.addons import projective_transform

Fraction = Annotated[float, Field(ge=0, le=1)]


class Augmentation(BaseModel):
    """How strongly training images vary; zero switches an operation off.

    Attributes:
        probability: Share of images each intensity operation is applied to; geometry always varies.
        rotation_degrees: Largest rotation to either side.
        scale: Largest relative change of size, 0.2 means 1/1.2 to 1.2.
        translation: Largest shift as a fraction of the side.
        gamma: Largest relative change of the exponent, 0.5 means 1/1.5 to 1.5.
        contrast: Largest relative change of contrast around the image's mean.
        noise: Largest standard deviation of added Gaussian noise, on intensities 0 to 1.
        blur_pixels: Largest standard deviation of the Gaussian blur.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    probability: Fraction = 0.5
    rotation_degrees: float = Field(default=0.0, ge=0, le=180)
    scale: float = Field(default=0.0, ge=0, le=1)
    translation: Fraction = 0.0
    gamma: float = Field(default=0.0, ge=0, le=2)
    contrast: Fraction = 0.0
    noise: Fraction = 0.0
    blur_pixels: float = Field(default=0.0, ge=0, le=5)

    def __call__(self, images: tf.Tensor, masks: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Augment one batch.

        Args:
            images: (B,H,W,1) float32 in 0 to 1.
            masks: (B,H,W) uint8 structure ids.
            seed: int64 (2,), different for each batch.

        Returns:
            Images and masks of the same shapes and dtypes; masks hold only ids they held before, and 0.
        """
        seeds = tf.unstack(tf.random.experimental.stateless_split(seed, 5))
        transforms = self._transforms(tf.shape(images), seeds[0])
        images = projective_transform(images, transforms, "bilinear")
        masks = projective_transform(masks[..., None], transforms, "nearest")[..., 0]
        images = self._gamma(images, seeds[1])
        images = self._contrast(images, seeds[2])
        images = self._blur(images, seeds[3])
        return self._noise(images, seeds[4]), masks

    def _transforms(self, shape: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """(B,8) output → input transforms: rotation and scaling about the image's centre, then a shift."""
        rotation_seed, scale_seed, shift_seed = tf.unstack(tf.random.experimental.stateless_split(seed, 3))
        batch, height, width = shape[0], tf.cast(shape[1], tf.float32), tf.cast(shape[2], tf.float32)
        angle = _symmetric((batch,), rotation_seed) * self.rotation_degrees * (3.14159265 / 180)
        zoom = (1.0 + self.scale) ** _symmetric((batch,), scale_seed)
        shift = _symmetric((2, batch), shift_seed) * self.translation
        cos, sin = tf.cos(angle) / zoom, tf.sin(angle) / zoom
        center_x, center_y = (width - 1) / 2, (height - 1) / 2
        offset_x = center_x - cos * center_x + sin * center_y + shift[0] * width
        offset_y = center_y - sin * center_x - cos * center_y + shift[1] * height
        zeros = tf.zeros_like(angle)
        return tf.stack([cos, -sin, offset_x, sin, cos, offset_y, zeros, zeros], axis=1)

    def _gamma(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        if not self.gamma:
            return images
        chosen, draw = self._draw(images, seed)
        exponent = tf.where(chosen, (1.0 + self.gamma) ** draw, 1.0)
        return tf.pow(tf.clip_by_value(images, 0.0, 1.0), exponent)

    def _contrast(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        if not self.contrast:
            return images
        chosen, draw = self._draw(images, seed)
        factor = tf.where(chosen, 1.0 + self.contrast * draw, 1.0)
        mean = tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True)
        return tf.clip_by_value((images - mean) * factor + mean, 0.0, 1.0)

    def _noise(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        if not self.noise:
            return images
        strength_seed, field_seed = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
        chosen, draw = self._draw(images, strength_seed)
        deviation = tf.where(chosen, self.noise * tf.abs(draw), 0.0)
        field = tf.random.stateless_normal(tf.shape(images), field_seed)
        return tf.clip_by_value(images + deviation * field, 0.0, 1.0)

    def _blur(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """One Gaussian kernel for the whole batch, mixed in by a weight of each image's own."""
        if not self.blur_pixels:
            return images
        width_seed, weight_seed = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
        deviation = self.blur_pixels * tf.random.stateless_uniform((), width_seed, 0.1, 1.0)
        chosen, draw = self._draw(images, weight_seed)
        weight = tf.where(chosen, tf.abs(draw), 0.0)
        return images + weight * (gaussian_blur(images, deviation, self.blur_pixels) - images)

    def _draw(self, images: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Which images are changed, bool (B,1,1,1), and a number in -1 to 1 for each, float32 (B,1,1,1)."""
        chosen_seed, draw_seed = tf.unstack(tf.random.experimental.stateless_split(seed, 2))
        shape = (tf.shape(images)[0], 1, 1, 1)
        return tf.random.stateless_uniform(shape, chosen_seed) < self.probability, _symmetric(shape, draw_seed)


def gaussian_blur(images: tf.Tensor, deviation: tf.Tensor, largest_deviation: float) -> tf.Tensor:
    """Separable Gaussian blur of (B,H,W,1) float32; the kernel reaches 2.5 of the largest deviations."""
    radius = max(1, round(2.5 * largest_deviation))
    offsets = tf.range(-radius, radius + 1, dtype=tf.float32)
    kernel = tf.nn.softmax(-0.5 * tf.square(offsets / deviation))
    images = tf.nn.conv2d(images, tf.reshape(kernel, (-1, 1, 1, 1)), strides=1, padding="SAME")
    return tf.nn.conv2d(images, tf.reshape(kernel, (1, -1, 1, 1)), strides=1, padding="SAME")


def _symmetric(shape: tuple, seed: tf.Tensor) -> tf.Tensor:
    return tf.random.stateless_uniform(shape, seed, -1.0, 1.0)
