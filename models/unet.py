"""The network: a plain 2D U-Net in nnU-Net's manner, built from a plan that is written down beside its weights."""

from dataclasses import asdict, dataclass
from typing import Any

import keras
import tensorflow as tf

from models.addons import instance_normalization

SMALLEST_GRID = 4  # pixels of the shorter side at the bottom of the U
LARGEST_FEATURES = 320


@dataclass(frozen=True)
class UNetPlan:
    """Everything that decides the network's shape.

    Attributes:
        image_size: Rows and columns (H, W) of the input, each divisible by 2 ** (levels - 1).
        num_structures: C; the network answers with 1 + C logits, background first.
        features: Channels of each level, top first; its length is the number of levels.
    """

    image_size: tuple[int, int]
    num_structures: int
    features: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain JSON types."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}


def make_plan(image_size: tuple[int, int], num_structures: int, base_features: int, max_levels: int = 6) -> UNetPlan:
    """Derive the plan from the image size: halve the grid while it divides evenly and stays large enough.

    Raises:
        ValueError: The image size is not even, so that no second level fits.
    """
    levels = 1
    while levels < max_levels and all(
        side % 2**levels == 0 and side // 2**levels >= SMALLEST_GRID for side in image_size
    ):
        levels += 1
    if levels < 2:
        raise ValueError(
            f"Invalid value for image_size. Expected even sides of at least {2 * SMALLEST_GRID} pixels. "
            f"Received: {list(image_size)}"
        )
    features = tuple(min(base_features * 2**level, LARGEST_FEATURES) for level in range(levels))
    return UNetPlan(image_size, num_structures, features)


@keras.saving.register_keras_serializable(package="labeldrop")
class Standardize(keras.layers.Layer):
    """Each image to mean 0 and standard deviation 1: (B,H,W,1) → (B,H,W,1) float32; in the network, so also served."""

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """Per image: (x - mean) / std, with std at least 1e-3."""
        images = tf.cast(images, tf.float32)
        mean, variance = tf.nn.moments(images, axes=[1, 2, 3], keepdims=True)
        return (images - mean) / tf.maximum(tf.sqrt(variance), 1e-3)


def build_unet(plan: UNetPlan) -> keras.Model:
    """U-Net: images (B,H,W,1), any numeric scale → logits (B,H,W,1+C) float32, background first."""
    images = keras.Input((*plan.image_size, 1), name="image")
    x = Standardize(name="standardize", dtype="float32")(images)
    skips = []
    for level, features in enumerate(plan.features):
        x = _conv_block(x, features, stride=1 if level == 0 else 2, name=f"down{level}a")
        x = _conv_block(x, features, stride=1, name=f"down{level}b")
        skips.append(x)
    for level in reversed(range(len(plan.features) - 1)):
        features = plan.features[level]
        x = keras.layers.Conv2DTranspose(features, 2, strides=2, use_bias=False, name=f"up{level}")(x)
        x = keras.layers.Concatenate(name=f"skip{level}")([x, skips[level]])
        x = _conv_block(x, features, stride=1, name=f"up{level}a")
        x = _conv_block(x, features, stride=1, name=f"up{level}b")
    logits = keras.layers.Conv2D(1 + plan.num_structures, 1, dtype="float32", name="logits")(x)
    return keras.Model(images, logits, name="unet")


def _conv_block(x: tf.Tensor, features: int, stride: int, name: str) -> tf.Tensor:
    """Convolution, instance normalization, leaky ReLU."""
    x = keras.layers.Conv2D(
        features, 3, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal", name=name
    )(x)
    x = instance_normalization(name=f"{name}_norm")(x)
    return keras.layers.LeakyReLU(0.01, name=f"{name}_act")(x)
