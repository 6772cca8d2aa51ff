"""StatisticsGen on the tiny examples: real Beam, counts that are known."""

import numpy as np
import pytest
from tensorflow_metadata.proto.v0 import statistics_pb2

from components.base import Context
from components.engine.component import THIS_PROCESS
from components.engine.parameters import BeamParameters
from components.json_file import read_json
from components.statistics_artifact import read_tables
from components.statistics_gen.component import StatisticsGen
from components.statistics_gen.parameters import StatisticsGenParameters


def make(examples, out, beam=THIS_PROCESS, **changes):
    parameters = {"loss": "acce", "label_dropout": {"probability": 0.5}, "seed": 3, **changes}
    for folder in ("work", "statistics"):
        (out / folder).mkdir(parents=True)
    said = []
    context = Context(out / "work", out / "work", said.append)
    component = StatisticsGen(StatisticsGenParameters.model_validate(parameters), beam)
    component.execute({"examples": examples}, {"statistics": out / "statistics"}, context)
    return out / "statistics", "\n".join(said)


@pytest.fixture(scope="module")
def statistics(tiny_examples, tmp_path_factory):
    return make(tiny_examples, tmp_path_factory.mktemp("statistics"))


def test_tables_count_what_the_examples_hold(statistics):
    tally, structures = read_tables(statistics[0])
    assert structures == ("LV", "MYO", "LA")
    counts = {}
    for (split, domain, _, view, _, presence), number in tally.records.items():
        assert view == "4CH"
        counts[split, domain, presence] = counts.get((split, domain, presence), 0) + number
    assert counts == {
        ("train", "alpha", (1, 1, 1)): 6, ("train", "beta", (1, 0, 0)): 6, ("val", "alpha", (1, 1, 1)): 2,
        ("val", "beta", (1, 0, 0)): 2, ("test", "alpha", (1, 1, 1)): 4, ("test", "beta", (1, 1, 1)): 4,
    }  # fmt: skip
    assert {tally.gray[where].sum() for where in tally.gray} == {6 * 48 * 48, 2 * 48 * 48, 4 * 48 * 48}
    assert (("train", "beta"), "MYO") not in tally.areas
    assert tally.areas[("train", "alpha"), "LA"].sum() == 6
    assert sum(len(splits) for splits in tally.patients.values()) == len(tally.patients) == 12
    assert not tally.features
    assert not tally.contradictions


def test_protobuf_can_be_read_by_others(statistics):
    content = statistics_pb2.DatasetFeatureStatisticsList.FromString((statistics[0] / "statistics.pb").read_bytes())
    slices = {entry.name: entry for entry in content.datasets}
    assert slices["test/beta"].num_examples == 4
    features = {feature.path.step[0]: feature for feature in slices["train/beta"].features}
    assert features["label_presence.LV"].num_stats.mean == 1
    assert features["label_presence.MYO"].num_stats.mean == 0
    assert features["view"].string_stats.rank_histogram.buckets[0].label == "4CH"
    assert features["image/height"].num_stats.max == 48
    assert 0 < features["area_fraction.LV"].num_stats.mean < 0.5
    assert sum(bucket.sample_count for bucket in features["intensity"].num_stats.histograms[0].buckets) == 6 * 48 * 48


def test_audit_and_advice_are_said_and_kept(statistics):
    directory, said = statistics
    audit = read_json(directory / "audit.json")
    assert audit["stored"]["MYO"]["cramers_v"] == pytest.approx(1)
    assert audit["after_dropout"]["MYO"]["cramers_v"] < 1
    assert "MYO is labelled only in domain alpha; label dropout lowers" in said
    assert "Presence predicts domain" in (directory / "summary.txt").read_text()


def test_same_bytes_whatever_the_worker_count(statistics, tiny_examples, tmp_path):
    again, _ = make(tiny_examples, tmp_path, BeamParameters(workers=2))
    for name in ("statistics.pb", "tables.json", "audit.json", "summary.txt"):
        assert (again / name).read_bytes() == (statistics[0] / name).read_bytes()


def test_numbers_agree_with_numpy(statistics):
    tally, _ = read_tables(statistics[0])
    content = statistics_pb2.DatasetFeatureStatisticsList.FromString((statistics[0] / "statistics.pb").read_bytes())
    entry = next(entry for entry in content.datasets if entry.name == "train/alpha")
    numbers = next(feature.num_stats for feature in entry.features if feature.path.step[0] == "intensity")
    pixels = np.repeat(np.arange(256), tally.gray["train", "alpha"])
    for name, value in (("mean", pixels.mean()), ("std_dev", pixels.std()), ("median", np.median(pixels))):
        assert getattr(numbers, name) == pytest.approx(value, abs=1)
