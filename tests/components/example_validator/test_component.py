"""ExampleValidator on statistics that are right, and on each way of being wrong."""

import copy

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.base import Context, UserError
from components.example_validator.component import ExampleValidator
from components.example_validator.parameters import ExampleValidatorParameters
from components.statistics_artifact import write_tables
from components.statistics_gen.count import count
from components.statistics_gen.tally import Tally
from data_schemas.example_schema import load_schema
from data_schemas.record import Record

STRUCTURES = ("LV", "MYO")
SCHEMA = load_schema(2)


def png(picture):
    return tf.io.encode_png(picture[..., None]).numpy()


def record(number, split="train", domain="alpha", presence=(1, 1), gray=None, ids=(1, 2), **changes):
    rng = np.random.default_rng(number)
    image = rng.integers(0, 200, (16, 16), dtype=np.uint8) if gray is None else np.full((16, 16), gray, np.uint8)
    mask = np.zeros((16, 16), np.uint8)
    for place, structure in enumerate(ids):
        mask[place * 4 : place * 4 + 4] = structure
    fields = {
        "image_png": png(image), "mask_png": png(mask), "height": 16, "width": 16, "spacing_mm": (0.3, 0.3),
        "label_presence": presence, "domain": domain, "dataset": domain, "view": "4CH", "frame": "ED", "split": split,
        "patient_id": f"patient{number}", "example_id": f"example{number}",
    }  # fmt: skip
    return Record(**{**fields, **changes}).serialize()


def tally(*serialized):
    total = Tally()
    for one in serialized:
        count(total, one, SCHEMA, STRUCTURES)
    return total


def good():
    splits = ["train"] * 8 + ["val"] * 4 + ["test"] * 4
    return [record(number, split) for number, split in enumerate(splits)]


@pytest.fixture
def validate(tmp_path):
    def run(found, previous=None, **parameters):
        for name, content in (("statistics", found), ("previous", previous)):
            (tmp_path / name).mkdir(exist_ok=True)
            if content is not None:
                write_tables(content, STRUCTURES, tmp_path / name)
        (tmp_path / "anomalies").mkdir(exist_ok=True)
        if previous is not None:
            parameters["previous_statistics"] = str(tmp_path / "previous")
        component = ExampleValidator(ExampleValidatorParameters.model_validate(parameters))
        context = Context(tmp_path, tmp_path, lambda line: None)
        component.execute({"statistics": tmp_path / "statistics"}, {"anomalies": tmp_path / "anomalies"}, context)
        return anomalies_pb2.Anomalies.FromString((tmp_path / "anomalies" / "anomalies.pb").read_bytes()).anomaly_info

    return run


def without(serialized, feature):
    example = tf.train.Example.FromString(serialized)
    del example.features.feature[feature]
    return example.SerializeToString()


def with_feature(serialized, feature, value):
    example = tf.train.Example.FromString(serialized)
    example.features.feature[feature].CopyFrom(value)
    return example.SerializeToString()


FLOATS = tf.train.Feature(float_list=tf.train.FloatList(value=[1.0]))
ONE_INT = tf.train.Feature(int64_list=tf.train.Int64List(value=[1]))


def test_good_examples_have_no_anomalies(validate):
    assert not validate(tally(*good()))
    assert not validate(tally(*good()), previous=tally(*good()), stop_on="warning")


@pytest.mark.parametrize(
    ("spoilt", "feature", "text"),
    [
        ([without(record(90), "view")], "view", "the schema requires it and it is missing, in 1 records"),
        ([with_feature(record(90), "image/height", FLOATS)], "image/height", "another type or length"),
        ([with_feature(record(90), "label_presence", ONE_INT)], "label_presence", "another type or length"),
        ([record(90, presence=(1, 0))], "label_presence", "1 masks hold MYO where it is said that nobody looked"),
        ([record(90, patient_id="patient15")], "patient_id", "1 patients are in several splits"),
    ],
)
def test_error_stops_the_run_and_is_written_down(validate, tmp_path, spoilt, feature, text):
    with pytest.raises(UserError, match=text):
        validate(tally(*good(), *spoilt))
    info = validate(tally(*good(), *spoilt), stop_on="never")
    assert info[feature].severity == anomalies_pb2.AnomalyInfo.ERROR
    assert text in info[feature].description
    assert feature in (tmp_path / "anomalies" / "anomalies.txt").read_text()


@pytest.mark.parametrize(
    ("records", "feature", "text"),
    [
        ([*good(), with_feature(record(90), "colour", FLOATS)], "colour", "it is in no schema"),
        ([record(k, s, presence=(1, int(s == "train")), ids=(1, 2) if s == "train" else (1,))
          for k, s in enumerate(["train"] * 4 + ["val"] * 2 + ["test"] * 2)],
         "label_presence", "MYO is labelled in 4 training records and in none of test"),
        ([*(record(k) for k in range(8)), *(record(20 + k, "test", gray=250) for k in range(4)), record(40, "val")],
         "image/encoded", "the intensity of alpha in test: Jensen-Shannon divergence 1.000"),
        ([*(record(k, domain="alpha") for k in range(8)), *(record(k + 9, "val", domain="beta") for k in range(4)),
          record(30, "test")], "domain", "the share of domains in val: Jensen-Shannon divergence"),
    ],
)  # fmt: skip
def test_warning_is_written_down_and_stops_only_where_asked_for(validate, records, feature, text):
    info = validate(tally(*records))
    assert info[feature].severity == anomalies_pb2.AnomalyInfo.WARNING
    assert text in info[feature].description
    with pytest.raises(UserError, match="stop_on: warning"):
        validate(tally(*records), stop_on="warning")


def test_previous_span_shows_drift_and_what_has_gone(validate):
    before = tally(*good(), *(record(50 + k, domain="beta") for k in range(4)))
    now = tally(
        *(record(k, s, presence=(1, 0), ids=(1,), gray=9) for k, s in enumerate(["train"] * 4 + ["val", "test"]))
    )
    info = validate(now, previous=before, stop_on="never")
    assert "beta was in train of the previous span" in info["domain"].description
    assert "MYO was labelled in the previous span and is nowhere now" in info["label_presence"].description
    assert "the intensity of alpha in train against the previous span" in info["image/encoded"].description


def test_thresholds_stand_in_the_schema(validate):
    limits = {feature.name: feature.drift_comparator.jensen_shannon_divergence.threshold for feature in SCHEMA.feature}
    assert limits["domain"] > 0
    assert limits["image/encoded"] > 0


def test_merging_in_any_order_gives_the_same(validate):
    one, two = tally(*good()[:5]), tally(*good()[5:])
    forward, backward = copy.deepcopy(one).merge(copy.deepcopy(two)), copy.deepcopy(two).merge(copy.deepcopy(one))
    assert not validate(forward)
    assert forward.records == backward.records
    assert all((forward.gray[key] == backward.gray[key]).all() for key in forward.gray)
