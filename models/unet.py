"""The network: a plain 2D U-Net in nnU-Net's manner, built from a plan that is written down beside its weights."""

import math
from dataclasses import dataclass

import keras
import tensorflow as tf

from models.addons import instance_normalization
from models.plan import Pair, UNetPlan


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
    images, decoded = _decode(plan)
    return keras.Model(images, _logits(decoded[0], plan, 0, "logits"), name="unet")


@dataclass(frozen=True)
class Head:
    """Logits on one level of the decoder.

    Attributes:
        stride: Rows and columns of the image per row and column of the logits.
    """

    logits: tf.Tensor
    stride: Pair


def build_heads(plan: UNetPlan) -> tuple[tf.Tensor, list[Head]]:
    """The same U-Net with logits on every level of the decoder but the lowest, as deep supervision needs them.

    Returns:
        The input (B,H,W,1), and the heads, finest first: logits (B, ⌈H / stride⌉, ⌈W / stride⌉, 1+C).
    """
    images, decoded = _decode(plan)
    used = max(1, len(decoded) - 1)
    names = ["logits", *(f"logits{level}" for level in range(1, used))]
    return images, [
        Head(_logits(decoded[level], plan, level, name), _total_stride(plan, level)) for level, name in enumerate(names)
    ]


def _decode(plan: UNetPlan) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """The input, and the features of each level of the decoder, finest first."""
    images = keras.Input((*plan.image_size, 1), name="image")
    x = Standardize(name="standardize", dtype="float32")(images)
    if plan.patch_size != plan.image_size:
        beyond = tuple((0, p - i) for p, i in zip(plan.patch_size, plan.image_size, strict=True))
        x = keras.layers.ZeroPadding2D(beyond, name="enlarge")(x)
    skips = []
    for level in range(len(plan.features)):
        x = _conv_block(x, plan, level, plan.strides[level], f"down{level}a")
        x = _conv_block(x, plan, level, (1, 1), f"down{level}b")
        skips.append(x)
    decoded: list[tf.Tensor] = []
    for level in reversed(range(len(plan.features) - 1)):
        stride = plan.strides[level + 1]
        x = keras.layers.Conv2DTranspose(
            plan.features[level], stride, strides=stride, use_bias=False, name=f"up{level}"
        )(x)
        x = keras.layers.Concatenate(name=f"skip{level}")([x, skips[level]])
        x = _conv_block(x, plan, level, (1, 1), f"up{level}a")
        x = _conv_block(x, plan, level, (1, 1), f"up{level}b")
        decoded.insert(0, x)
    return images, decoded


def _conv_block(x: tf.Tensor, plan: UNetPlan, level: int, stride: Pair, name: str) -> tf.Tensor:
    """Convolution, instance normalization, leaky ReLU."""
    x = keras.layers.Conv2D(
        plan.features[level], plan.kernels[level], strides=stride, padding="same", use_bias=False,
        kernel_initializer="he_normal", name=name,
    )(x)  # fmt: skip
    x = instance_normalization(name=f"{name}_norm")(x)
    return keras.layers.LeakyReLU(0.01, name=f"{name}_act")(x)


def _logits(x: tf.Tensor, plan: UNetPlan, level: int, name: str) -> tf.Tensor:
    logits = keras.layers.Conv2D(1 + plan.num_structures, 1, dtype="float32", name=name)(x)
    wanted = [math.ceil(side / step) for side, step in zip(plan.image_size, _total_stride(plan, level), strict=True)]
    beyond = tuple((0, have - want) for have, want in zip(logits.shape[1:3], wanted, strict=True))
    if beyond == ((0, 0), (0, 0)):
        return logits
    return keras.layers.Cropping2D(beyond, name=f"{name}_on_image", dtype="float32")(logits)


def _total_stride(plan: UNetPlan, level: int) -> Pair:
    rows, columns = (math.prod(stride[axis] for stride in plan.strides[: level + 1]) for axis in (0, 1))
    return rows, columns
