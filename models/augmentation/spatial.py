"""Operations that move image and mask together: the image is interpolated, the mask keeps its ids."""

import math

import tensorflow as tf

from models.addons import dense_warp, projective_transform
from models.augmentation.draws import split_seed, symmetric

ELASTIC_GRID = 5  # control points a side


def affine(
    images: tf.Tensor, masks: tf.Tensor, degrees: float, scale: float, translation: float, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Rotation and scaling about the centre, then a shift; what comes from outside is black and background.

    Args:
        images: float32 (B,H,W,1).
        masks: uint8 (B,H,W).
        degrees: Largest rotation to either side.
        scale: Largest relative change of size.
        translation: Largest shift as a fraction of the side.
    """
    transforms = _transforms(tf.shape(images), degrees, scale, translation, seed)
    moved = projective_transform(images, transforms, "bilinear")
    return moved, projective_transform(masks[..., None], transforms, "nearest")[..., 0]


def elastic(images: tf.Tensor, masks: tf.Tensor, pixels: float, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Smooth random deformation: displacements of a coarse grid, at most `pixels` a direction, made smooth."""
    shape = tf.shape(images)
    coarse = pixels * symmetric((shape[0], ELASTIC_GRID, ELASTIC_GRID, 2), seed)
    flow = tf.image.resize(coarse, shape[1:3], method="bicubic")
    nearest = tf.round(flow)  # whole pixels, so that interpolating ids between pixels never happens
    moved_masks = dense_warp(tf.cast(masks, tf.float32)[..., None], nearest)[..., 0]
    return dense_warp(images, flow), tf.cast(tf.round(moved_masks), masks.dtype)


def _transforms(shape: tf.Tensor, degrees: float, scale: float, translation: float, seed: tf.Tensor) -> tf.Tensor:
    """(B,8) output → input transforms."""
    rotation_seed, scale_seed, shift_seed = split_seed(seed, 3)
    batch, height, width = shape[0], tf.cast(shape[1], tf.float32), tf.cast(shape[2], tf.float32)
    angle = symmetric((batch,), rotation_seed) * math.radians(degrees)
    zoom = (1.0 + scale) ** symmetric((batch,), scale_seed)
    shift = symmetric((2, batch), shift_seed) * translation
    cos, sin = tf.cos(angle) / zoom, tf.sin(angle) / zoom
    center_x, center_y = (width - 1) / 2, (height - 1) / 2
    offset_x = center_x - cos * center_x + sin * center_y + shift[0] * width
    offset_y = center_y - sin * center_x - cos * center_y + shift[1] * height
    zeros = tf.zeros_like(angle)
    return tf.stack([cos, -sin, offset_x, sin, cos, offset_y, zeros, zeros], axis=1)
