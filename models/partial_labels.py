"""Partial labels as one tensor, so that losses and metrics work in plain Keras compile/fit.

Letters: B images, H rows, W columns, C structures. y (B,H,W,C) int8 holds per structure 1 = inside, 0 = outside, and
-1 in the whole channel where nobody looked (the structure is absent from this image's annotation).
"""

import tensorflow as tf

INSIDE, OUTSIDE, ABSENT = 1, 0, -1


def encode_partial_labels(mask: tf.Tensor, presence: tf.Tensor) -> tf.Tensor:
    """Mask of structure ids and presence → partial labels.

    Args:
        mask: Integer (B,H,W), 0 = background, k = structure k - 1. Pixels of an absent structure count as background.
        presence: Integer (B,C), 1 = annotated (even when empty), 0 = nobody looked.

    Returns:
        int8 (B,H,W,C).

    Raises:
        ValueError: The shapes cannot belong together.
        tf.errors.InvalidArgumentError: A mask holds an id above C.
    """
    mask, presence = tf.convert_to_tensor(mask), tf.convert_to_tensor(presence)
    check_mask_and_presence(mask, presence)
    num_structures = presence.shape[1]
    mask = checked_ids(mask, num_structures)
    ids = tf.cast(tf.range(1, num_structures + 1), mask.dtype)
    inside = tf.cast(mask[..., None] == ids, tf.int8)
    return tf.where(presence[:, None, None, :] > 0, inside, tf.constant(ABSENT, tf.int8))


def presence_from_labels(y_true: tf.Tensor) -> tf.Tensor:
    """Partial labels (B,H,W,C) → presence (B,C) float32, 1 = annotated. One pixel tells: -1 fills a whole channel."""
    return tf.cast(y_true[:, 0, 0, :] >= 0, tf.float32)


def inside_from_labels(y_true: tf.Tensor, presence: tf.Tensor) -> tf.Tensor:
    """Partial labels (B,H,W,C) → float32 (B,H,W,C), 1 inside a present structure, else 0."""
    return tf.cast(tf.equal(y_true, tf.cast(INSIDE, y_true.dtype)), tf.float32) * presence[:, None, None, :]


def classes_from_labels(y_true: tf.Tensor, presence: tf.Tensor) -> tf.Tensor:
    """Partial labels (B,H,W,C) → float32 (B,H,W,1+C), one-hot: background where inside no present structure."""
    inside = inside_from_labels(y_true, presence)
    return tf.concat([1.0 - tf.reduce_sum(inside, axis=-1, keepdims=True), inside], axis=-1)


def check_mask_and_presence(mask: tf.Tensor, presence: tf.Tensor) -> None:
    """Refuse tensors that are no batch of masks with their presence, as far as static shapes tell.

    Raises:
        ValueError: Wrong rank, unknown number of structures, different batch sizes, or a mask that is not integer.
    """
    if not mask.dtype.is_integer or mask.shape.rank != 3:
        raise ValueError(
            f"Invalid value for mask. Expected integer ids of shape (B, H, W). Received: {mask.dtype.name} {mask.shape}"
        )
    if (
        presence.shape.rank != 2
        or presence.shape[1] is None
        or not presence.shape[:1].is_compatible_with(mask.shape[:1])
    ):
        raise ValueError(
            f"Invalid value for presence. Expected shape (B, C) with as many images as the mask {mask.shape} and a "
            f"known C. Received: {presence.shape}"
        )


def checked_ids(mask: tf.Tensor, num_structures: int) -> tf.Tensor:
    """The mask itself; running the graph fails with a clear message when it holds an id above C."""
    largest = tf.reduce_max(tf.cast(mask, tf.int32))
    message = f"Invalid value in mask. Expected ids from 0 to {num_structures} (the vocabulary's structures). Received:"
    with tf.control_dependencies([tf.debugging.Assert(largest <= num_structures, [message, largest])]):
        return tf.identity(mask)
