import numpy as np
import pytest
import tensorflow as tf

from components.examples_artifact import ExamplesArtifact
from components.trainer.component import source
from models.input_pipeline import evaluation_batches, training_batches
from models.label_dropout import LabelDropout
from models.partial_labels import presence_from_labels

BATCH = 5


@pytest.fixture(scope="module")
def train_source(tiny_examples):
    return source(ExamplesArtifact.load(tiny_examples), "train")


def hide_all(num_structures: int = 3) -> LabelDropout:
    return LabelDropout(seed=0, partially_labelled=(True,) * num_structures, probability=1.0)


def taken(batches: tf.data.Dataset, number: int) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(batches.take(number).as_numpy_iterator())


def assert_equal(first, second):
    for (images, labels), (other_images, other_labels) in zip(first, second, strict=True):
        np.testing.assert_array_equal(images, other_images)
        np.testing.assert_array_equal(labels, other_labels)


def test_batches_have_the_documented_shapes_types_and_range(train_source):
    ((images, labels),) = taken(training_batches(train_source, BATCH, seed=1), 1)
    assert images.shape == (BATCH, 48, 48, 1)
    assert images.dtype == np.float32
    assert images.min() >= 0
    assert 0.1 < images.max() <= 1
    assert labels.shape == (BATCH, 48, 48, 3)


def test_stream_resumed_anywhere_is_the_same_stream(train_source):
    batches = 2 * train_source.num_examples // BATCH + 2
    whole = taken(training_batches(train_source, BATCH, seed=1), batches)
    for first in (1, batches - 2):
        resumed = training_batches(train_source, BATCH, seed=1, first_batch=first)
        assert_equal(whole[first:], taken(resumed, batches - first))


def test_each_pass_shows_every_example_once_in_another_order(train_source):
    number = train_source.num_examples
    first, second = (images for images, _ in taken(training_batches(train_source, number, seed=1), 2))
    assert not np.array_equal(first, second)
    assert {image.tobytes() for image in first} == {image.tobytes() for image in second}


def test_seed_changes_the_order(train_source):
    one, other = (taken(training_batches(train_source, BATCH, seed=seed), 1)[0][0] for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_label_dropout_reaches_training_batches(train_source):
    ((_, labels),) = taken(training_batches(train_source, BATCH, seed=1, label_dropout=hide_all()), 1)
    assert not presence_from_labels(tf.constant(labels)).numpy().any()


def test_evaluation_shows_every_record_once_with_all_its_labels(tiny_examples):
    val = source(ExamplesArtifact.load(tiny_examples), "val")
    size = val.num_examples - 1  # leaves a last batch to fill up
    batches = taken(evaluation_batches(val, size), 99)
    assert [len(images) for images, _ in batches] == [size, size]
    stored = [
        tf.io.parse_single_example(record, val.spec)["label_presence"].numpy()
        for record in tf.data.TFRecordDataset(list(val.files))
    ]
    seen = np.concatenate([presence_from_labels(tf.constant(labels)).numpy() for _, labels in batches])
    np.testing.assert_array_equal(seen[: val.num_examples] > 0, np.array(stored) > 0)
    assert not seen[val.num_examples :].any()
