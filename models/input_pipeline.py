"""TFRecords to training batches: parse and decode → cache → shuffle → label dropout → augmentation → partial labels.

Training is one endless stream over passes through the data. Position in the stream decides every draw, so a resumed run
sees the same batches as one that was never interrupted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import tensorflow as tf

from models.label_dropout import LabelDropout
from models.partial_labels import encode_partial_labels

Example = dict[str, tf.Tensor]
ImageStage = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]

LARGEST_SHUFFLE = 4096  # examples
ENDLESS = 2**62


@dataclass(frozen=True)
class Share:
    """Which part of every global batch this worker takes: the `index`-th of `count` equal ones."""

    index: int = 0
    count: int = 1


@dataclass(frozen=True)
class Source:
    """Stored examples of one split.

    Attributes:
        files: TFRecord files in their fixed order.
        num_examples: Records in all of them.
        spec: Parse specification, derived from example.schema.pbtxt.
        image_size: Rows and columns of every stored image.
    """

    files: Sequence[str]
    num_examples: int
    spec: dict[str, tf.io.FixedLenFeature]
    image_size: tuple[int, int]


def training_batches(
    source: Source,
    batch_size: int,
    seed: int,
    label_dropout: LabelDropout | None = None,
    augmentation: ImageStage | None = None,
    first_batch: int = 0,
    share: Share = Share(),
) -> tf.data.Dataset:
    """Endless batches (image (B,H,W,1) float32 in 0 to 1, partial labels (B,H,W,C) int8).

    Args:
        batch_size: Global batch size; B is this worker's share of it.
        seed: The run's seed; with the position in the stream it decides every draw.
        label_dropout: Which labels are hidden, see models.label_dropout; none hides nothing.
        augmentation: (images, masks, seed) → (images, masks), see models.augmentation.
        first_batch: Where in the stream to begin, to resume a run.
        share: The part of each global batch that is wanted here; labels are hidden alike whatever the share.
    """
    examples = _decoded(source).cache()
    done = first_batch * batch_size
    buffer = min(source.num_examples, LARGEST_SHUFFLE)

    def one_pass(number: tf.Tensor) -> tf.data.Dataset:
        shuffled = examples.shuffle(buffer, seed=seed * 1_000_003 + number, reshuffle_each_iteration=False)
        return shuffled.map(lambda example: {**example, "pass": number})

    own = batch_size // share.count

    def finish(number: tf.Tensor, batch: Example) -> tuple[tf.Tensor, tf.Tensor]:
        batch = {name: values[share.index * own : (share.index + 1) * own] for name, values in batch.items()}
        mask, presence = batch["mask"], batch["presence"]
        if label_dropout is not None:
            presence = label_dropout.presence(presence, batch["example_id"], batch["pass"])
        images = _unit_intensity(batch["image"])
        if augmentation is not None:
            images, mask = augmentation(
                images, mask, tf.stack([tf.constant(seed, tf.int64), number * share.count + share.index])
            )
        return images, encode_partial_labels(mask, presence)

    stream = tf.data.Dataset.range(done // source.num_examples, ENDLESS).flat_map(one_pass)
    batches = stream.skip(done % source.num_examples).batch(batch_size, drop_remainder=True)
    return (
        batches.enumerate(start=first_batch)
        .map(finish, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def evaluation_batches(source: Source, batch_size: int) -> tf.data.Dataset:
    """One pass in stored order, nothing hidden and nothing varied: the same pair of tensors as in training.

    The last batch is filled up with images that nobody annotated, which count nowhere: a replica without any image
    would fail in the network.
    """
    examples = _decoded(source)
    fillers = (
        examples.take(1)
        .repeat(-source.num_examples % batch_size)
        .map(lambda example: {**example, "presence": tf.zeros_like(example["presence"])})
    )
    return (
        examples.concatenate(fillers)
        .cache()
        .batch(batch_size, drop_remainder=True)
        .map(lambda batch: (_unit_intensity(batch["image"]), encode_partial_labels(batch["mask"], batch["presence"])))
        .prefetch(tf.data.AUTOTUNE)
    )


def _decoded(source: Source) -> tf.data.Dataset:
    """Image (H,W) uint8, mask (H,W) uint8, presence (C,) int64 and example_id of each record."""
    height, width = source.image_size

    def decode(serialized: tf.Tensor) -> Example:
        record = tf.io.parse_single_example(serialized, source.spec)
        image, mask = (
            tf.ensure_shape(tf.io.decode_png(record[f"{name}/encoded"], channels=1)[..., 0], (height, width))
            for name in ("image", "mask")
        )
        return {
            "image": image,
            "mask": mask,
            "presence": record["label_presence"],
            "example_id": record["example_id"],
        }

    return tf.data.TFRecordDataset(list(source.files)).map(
        decode, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
    )


def _unit_intensity(images: tf.Tensor) -> tf.Tensor:
    return tf.cast(images, tf.float32)[..., None] / 255.0
