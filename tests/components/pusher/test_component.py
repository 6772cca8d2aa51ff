import json
import subprocess
import sys

import pytest

from components.base import Context
from components.pusher.component import Pusher
from components.pusher.models_config import models_config
from components.pusher.parameters import PusherParameters
from components.pusher.versions import keep_newest, push, versions

METRICS = {
    "split": "test",
    "scores": [
        {"domain": "alpha", "structure": "LV", "images": 4, "patients": 2, "dice": 0.91234, "dice_low": None,
         "dice_high": None, "hd95": 3.21, "asd": None, "unit": "mm"},
        {"domain": "beta", "structure": "LA", "images": 0, "patients": 0, "dice": None, "dice_low": None,
         "dice_high": None, "hd95": None, "asd": None, "unit": "px"},
    ],
    "ejection_fraction": [
        {"method": "Simpson biplane", "domain": "alpha", "patients": 2, "error": 3.14, "bias": -1.0, "lower": -5.0,
         "upper": 3.0},
    ],
}  # fmt: skip
TRAINING = {
    "parameters": {"loss": {"name": "marginal", "dice_weight": 1.0}, "batch_size": 8,
                   "label_dropout": {"probability": 0.5, "mode": "independent"}},
    "best_epoch": 1, "epochs": [{}, {}, {}],
}  # fmt: skip


@pytest.fixture
def model(tmp_path):
    serving = tmp_path / "model" / "serving"
    (serving / "variables").mkdir(parents=True)
    (serving / "saved_model.pb").write_bytes(b"graph")
    (serving / "variables" / "variables.index").write_bytes(b"weights")
    return tmp_path / "model"


@pytest.fixture
def run(model, tiny_examples, tmp_path):
    """Pushes with these verdicts and parameters; the component, its outputs and pushed.json."""

    def run(verdict="BLESSED", served="BLESSED", destination=None, **parameters):
        for name, content in (
            ("blessing/blessing.json", {"verdict": verdict, "reasons": []}),
            ("infra/blessing.json", {"verdict": served, "reasons": []}),
            ("evaluation/metrics.json", METRICS),
            ("model_run/training.json", TRAINING),
        ):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(json.dumps(content))
        inputs = {"examples": tiny_examples, "model": model, "infra_blessing": tmp_path / "infra"}
        inputs |= {name: tmp_path / name for name in ("blessing", "evaluation", "model_run")}
        out = tmp_path / "out" / str(len(list((tmp_path / "out").glob("*"))))
        out.mkdir(parents=True)
        pusher = Pusher(PusherParameters(destination=str(destination or tmp_path / "served"), **parameters))
        pusher.execute(inputs, {"pushed_model": out}, Context(tmp_path, tmp_path, lambda text: None))
        return pusher, {"pushed_model": out}, json.loads((out / "pushed.json").read_text())

    return run


def change(model, content):
    (model / "serving" / "other").write_text(str(content))


def test_blessed_model_becomes_the_next_version(model, run, tmp_path):
    for version in (1, 2):
        change(model, version)
        _, _, facts = run()
        target = tmp_path / "served" / str(version)
        assert facts["path"] == str(target)
        assert (target / "saved_model.pb").read_bytes() == b"graph"
        assert (target / "variables" / "variables.index").read_bytes() == b"weights"


def test_same_model_is_not_pushed_twice(run, tmp_path):
    _, _, first = run()
    _, _, second = run()
    assert first == second
    assert sorted(entry.name for entry in (tmp_path / "served").iterdir()) == ["1", "models.config"]


def test_versions_are_numbered_in_an_object_store_too(model, run, store):
    served = store / "served"
    for version in ("1", "2"):
        change(model, version)
        run(destination=served)
        assert (served / version / "saved_model.pb").read_bytes() == b"graph"
        assert (served / version / "variables" / "variables.index").read_bytes() == b"weights"
        assert "Not a medical device" in (served / version / "assets.extra" / "model_card.md").read_text()
    assert 'key: "canary"' in (served / "models.config").read_text()
    push(model / "serving", served)
    assert keep_newest(served, 2) == [1]
    assert versions(served) == [2, 3]
    assert not (served / "1" / "variables" / "variables.index").is_file()


def test_nothing_is_pushed_without_a_blessing(run, tmp_path):
    pusher, outputs, facts = run("NOT_BLESSED")
    assert facts == {"blessing": "NOT_BLESSED", "infra_blessing": "BLESSED", "pushed": False}
    assert not (tmp_path / "served").exists()
    assert pusher.is_current(outputs)


def test_version_is_above_the_highest_whatever_else_lies_there(model, tmp_path):
    served = tmp_path / "served"
    for name in ("3", "12", "notes", ".pushing-dead"):
        (served / name).mkdir(parents=True)
    assert push(model / "serving", served).name == "13"


def test_version_by_time_is_above_every_other(model, tmp_path):
    served = tmp_path / "served"
    first = int(push(model / "serving", served, by_time=True).name)
    assert first > 1_700_000_000
    (served / str(first + 10**6)).mkdir()
    change(model, "new")
    assert int(push(model / "serving", served, by_time=True).name) == first + 10**6 + 1


def test_only_the_newest_versions_stay(model, run, tmp_path):
    for number in range(4):
        change(model, number)
        run(keep_versions=2)
    assert versions(tmp_path / "served") == [3, 4]
    assert (tmp_path / "served" / "3" / "saved_model.pb").is_file()


def test_models_config_is_what_tf_serving_parses(model, run, tmp_path):
    for number in range(3):
        change(model, number)
        run(serving_name="heart", serving_path="/models/heart")
    read = (  # in a process of its own, as a server would
        "import sys; from google.protobuf import text_format; "
        "from tensorflow_serving.config import model_server_config_pb2 as pb; "
        "c = text_format.Parse(open(sys.argv[1]).read(), pb.ModelServerConfig()).model_config_list.config[0]; "
        "print(c.name, c.base_path, list(c.model_version_policy.specific.versions), dict(c.version_labels))"
    )
    arguments = [sys.executable, "-c", read, str(tmp_path / "served" / "models.config")]
    said = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    assert said.strip() in (
        "heart /models/heart [2, 3] {'canary': 3, 'stable': 2}",
        "heart /models/heart [2, 3] {'stable': 2, 'canary': 3}",
    )


def test_first_version_is_stable_and_canary():
    text = models_config("labeldrop", "/models/labeldrop", [7])
    assert text.count("versions: 7") == 1
    assert text.count("value: 7") == 2


def test_model_card_tells_data_terms_metrics_and_limits(run, tmp_path):
    run()
    card = (tmp_path / "served" / "1" / "assets.extra" / "model_card.md").read_text()
    for text in (
        "Not a medical device", "Generated by this project; free to use.",
        "| alpha | LV | 4 (2) | 0.912 | - to - | 3.21 |",
        "| beta | LA | not labelled |", "| Simpson biplane | alpha | 2 | 3.1 | -1.0 | -5.0 to 3.0 |",
        "In beta nobody labelled MYO, LA for training", "label dropout\n0.5 (independent)", "number 2\nwas kept",
    ):  # fmt: skip
        assert text in card, text


def test_deleted_version_is_noticed(run, tmp_path):
    pusher, outputs, _ = run()
    assert pusher.is_current(outputs)
    (tmp_path / "served" / "1" / "saved_model.pb").unlink()
    assert not pusher.is_current(outputs)


def test_model_that_cannot_be_served_is_not_pushed(run, tmp_path):
    _, _, facts = run(served="NOT_BLESSED")
    assert facts["pushed"] is False
    assert not (tmp_path / "served").exists()
