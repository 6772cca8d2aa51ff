"""Random numbers that belong to an example: the same in any batch, order, process or parallelism."""

from collections.abc import Sequence

import tensorflow as tf

RESOLUTION = 2**24  # every k / 2^24 is exact in float32


def uniform_draws(seed: int, epoch: tf.Tensor, example_id: tf.Tensor, names: Sequence[str]) -> tf.Tensor:
    """Numbers uniform in [0, 1), one for each example and name.

    Each is SipHash keyed by the seed, of the text "epoch/name/example_id", taken modulo 2^24. SipHash is a keyed
    pseudo-random
    function: its 64 bits cannot be told from uniform and independent ones, so their lowest 24 are uniform as well. No
    two different (epoch, name, example_id) give the same text, because neither an epoch nor a name contains a slash.

    Args:
        seed: Key of the hash.
        epoch: Integer, scalar or (B,).
        example_id: string (B,).
        names: What the numbers are for.

    Returns:
        float32 (B, len(names)).
    """
    epochs = tf.strings.as_string(tf.broadcast_to(epoch, tf.shape(example_id)))
    texts = tf.stack([tf.strings.join([epochs, name, example_id], separator="/") for name in names], axis=1)
    hashed = tf.strings.to_hash_bucket_strong(texts, RESOLUTION, key=[seed, 0x6C6162656C64726F])
    return tf.cast(hashed, tf.float32) / RESOLUTION
