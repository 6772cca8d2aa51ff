import math

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from data_schemas.example_schema import feature_spec, load_schema
from data_schemas.record import Record

words = st.text(st.characters(codec="utf-8"), max_size=8)
records = st.builds(
    Record,
    image_png=st.binary(max_size=40), mask_png=st.binary(max_size=40),
    height=st.integers(1, 4096), width=st.integers(1, 4096),
    spacing_mm=st.tuples(*[st.floats(0.125, 8, width=32) | st.just(math.nan)] * 2),
    label_presence=st.tuples(*[st.integers(0, 1)] * 3),
    domain=words, dataset=words, view=words, frame=st.just("ED"),
    split=st.just("train"), patient_id=words, example_id=words,
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(records)
def test_schema_parses_back_what_the_record_wrote(record):
    parsed = tf.io.parse_single_example(record.serialize(), feature_spec(load_schema(3)))
    assert parsed["image/encoded"].numpy() == record.image_png
    assert parsed["mask/encoded"].numpy() == record.mask_png
    assert (parsed["image/height"], parsed["image/width"]) == (record.height, record.width)
    assert tuple(parsed["label_presence"].numpy()) == record.label_presence
    np.testing.assert_array_equal(parsed["image/spacing_mm"].numpy(), np.float32(record.spacing_mm))
    for name in ("domain", "dataset", "view", "frame", "split", "patient_id", "example_id"):
        assert parsed[name].numpy().decode() == getattr(record, name)


@settings(max_examples=10, deadline=None)
@given(records)
def test_every_feature_is_in_the_schema_and_equal_records_are_equal_bytes(record):
    example = tf.train.Example.FromString(record.serialize())
    assert set(example.features.feature) == {feature.name for feature in load_schema(3).feature}
    assert record.serialize() == record.serialize()
