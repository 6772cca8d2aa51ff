"""The trainer on converted examples, each training in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

WORKER = Path(__file__).with_name("worker.py")
REPOSITORY = Path(__file__).parents[3]
SMALL = {
    "network": {"base_features": 4, "max_levels": 3},
    "epochs": 3,
    "steps_per_epoch": 3,
    "batch_size": 4,
    "label_dropout": {"probability": 0.5},
}


@pytest.fixture
def train(tiny_examples, tmp_path):
    """Returns a function that trains in the folder `name` and gives what was printed."""

    def start(name: str, stop_after: int | None = None, **changes) -> str:
        arguments = [str(tiny_examples), str(tmp_path / name), json.dumps({**SMALL, **changes})]
        stop = [] if stop_after is None else [str(stop_after)]
        process = subprocess.run(
            [sys.executable, str(WORKER), *arguments, *stop],
            capture_output=True, text=True, check=False, cwd=REPOSITORY, timeout=300,
        )  # fmt: skip
        assert process.returncode == 0, process.stderr
        return process.stdout

    return start


def history(folder: Path) -> list[dict[str, float]]:
    return json.loads((folder / "model_run" / "training.json").read_text())["epochs"]


def assert_same(first: list[dict[str, float]], second: list[dict[str, float]], tolerance: float) -> None:
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        assert one == pytest.approx(other, abs=tolerance)


def test_resumed_training_equals_one_never_interrupted(train, tmp_path):
    assert "done" in train("whole")
    assert "interrupted" in train("parts", stop_after=1)
    assert not (tmp_path / "parts" / "model" / "serving").exists()
    assert "resumed after epoch" in train("parts")
    assert_same(history(tmp_path / "whole"), history(tmp_path / "parts"), 2e-4)


def test_two_replicas_learn_what_one_learns(train, tmp_path):
    assert "1 replica(s)" in train("one")
    assert "2 replica(s)" in train("two", logical_cpus=2)
    assert_same(history(tmp_path / "one"), history(tmp_path / "two"), 1e-3)


def test_labels_are_hidden_in_training_and_never_in_validation(train, tmp_path):
    train("hidden", label_dropout={"probability": 1.0, "structures": "all"}, epochs=1)
    (epoch,) = history(tmp_path / "hidden")
    assert epoch["loss"] == 0.0
    assert epoch["val_loss"] > 0.1


def test_training_stops_when_validation_no_longer_improves(train, tmp_path):
    output = train("patient", epochs=8, patience=2, optimizer={"learning_rate": 1e-12, "average_momentum": 0})
    assert "epoch 8/8" not in output
    assert 3 <= len(history(tmp_path / "patient")) < 8
    assert (tmp_path / "patient" / "model" / "serving" / "saved_model.pb").is_file()


def test_batch_that_replicas_cannot_share_is_a_user_error(train):
    assert "user error: Invalid value for trainer.batch_size. Expected a multiple of the 2 replicas" in train(
        "odd", logical_cpus=2, batch_size=3
    )
