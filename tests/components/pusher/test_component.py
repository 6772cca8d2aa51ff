import json

import pytest

from components.base import Context
from components.pusher.component import Pusher, push
from components.pusher.parameters import PusherParameters


@pytest.fixture
def model(tmp_path):
    serving = tmp_path / "model" / "serving"
    (serving / "variables").mkdir(parents=True)
    (serving / "saved_model.pb").write_bytes(b"graph")
    (serving / "variables" / "variables.index").write_bytes(b"weights")
    return tmp_path / "model"


def run(model, tmp_path, verdict, served="BLESSED"):
    blessing, out = tmp_path / "blessing", tmp_path / "out"
    blessing.mkdir(exist_ok=True)
    out.mkdir(exist_ok=True)
    (blessing / "blessing.json").write_text(json.dumps({"verdict": verdict, "reasons": []}))
    infra = tmp_path / "infra"
    infra.mkdir(exist_ok=True)
    (infra / "blessing.json").write_text(json.dumps({"verdict": served, "reasons": []}))
    pusher = Pusher(PusherParameters(destination=str(tmp_path / "served")))
    outputs = {"pushed_model": out}
    pusher.execute(
        {"model": model, "blessing": blessing, "infra_blessing": infra},
        outputs,
        Context(tmp_path, tmp_path, lambda text: None),
    )
    return pusher, outputs, json.loads((out / "pushed.json").read_text())


def test_blessed_model_becomes_the_next_version(model, tmp_path):
    for version in (1, 2):
        (model / "serving" / "other").write_text(f"model {version}")
        _, _, facts = run(model, tmp_path, "BLESSED")
        target = tmp_path / "served" / str(version)
        assert facts["path"] == str(target)
        assert (target / "saved_model.pb").read_bytes() == b"graph"
        assert (target / "variables" / "variables.index").read_bytes() == b"weights"


def test_same_model_is_not_pushed_twice(model, tmp_path):
    _, _, first = run(model, tmp_path, "BLESSED")
    _, _, second = run(model, tmp_path, "BLESSED")
    assert first == second
    assert [entry.name for entry in (tmp_path / "served").iterdir()] == ["1"]


def test_versions_are_numbered_in_an_object_store_too(model, store):
    for version in ("1", "2"):
        target = push(model / "serving", store / "served")
        assert target.name == version
        assert (target / "saved_model.pb").read_bytes() == b"graph"
        assert (target / "variables" / "variables.index").read_bytes() == b"weights"


def test_nothing_is_pushed_without_a_blessing(model, tmp_path):
    pusher, outputs, facts = run(model, tmp_path, "NOT_BLESSED")
    assert facts == {"blessing": "NOT_BLESSED", "infra_blessing": "BLESSED", "pushed": False}
    assert not (tmp_path / "served").exists()
    assert pusher.is_current(outputs)


def test_version_is_above_the_highest_whatever_else_lies_there(model, tmp_path):
    served = tmp_path / "served"
    for name in ("3", "12", "notes", ".pushing-dead"):
        (served / name).mkdir(parents=True)
    assert push(model / "serving", served).name == "13"


def test_deleted_version_is_noticed(model, tmp_path):
    pusher, outputs, _ = run(model, tmp_path, "BLESSED")
    assert pusher.is_current(outputs)
    (tmp_path / "served" / "1" / "saved_model.pb").unlink()
    assert not pusher.is_current(outputs)


def test_model_that_cannot_be_served_is_not_pushed(model, tmp_path):
    _, _, facts = run(model, tmp_path, "BLESSED", served="NOT_BLESSED")
    assert facts["pushed"] is False
    assert not (tmp_path / "served").exists()
