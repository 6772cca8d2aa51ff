"""Augmentation of whole batches inside tf.data: image and mask move together, presence is never touched."""

from models.augmentation.augmentation import Augmentation

__all__ = ["Augmentation"]
