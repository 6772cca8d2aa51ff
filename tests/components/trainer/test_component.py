"""The trainer on converted examples, each training in a process of its own."""

import json
import os
import socket
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


class Training:
    """Starts trainings on the same examples, each in a folder of its own."""

    def __init__(self, examples: Path, root: Path) -> None:
        self._examples, self._root = examples, root

    def start(self, name: str, stop_after: int | None = None, cluster=None, **changes) -> subprocess.Popen:
        """Start a process; `cluster` is the workers' addresses and the index of this one."""
        arguments = [str(self._examples), str(self._root / name), json.dumps({**SMALL, **changes})]
        stop = [] if stop_after is None else [str(stop_after)]
        environment = dict(os.environ)
        if cluster:
            addresses, index = cluster
            environment["TF_CONFIG"] = json.dumps(
                {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
            )
        return subprocess.Popen(
            [sys.executable, str(WORKER), *arguments, *stop], env=environment, cwd=REPOSITORY,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __call__(self, name: str, **options) -> str:
        """Train to the end; what was printed."""
        process = self.start(name, **options)
        out, error = process.communicate(timeout=300)
        assert process.returncode == 0, error
        return out


@pytest.fixture
def train(tiny_examples, tmp_path):
    return Training(tiny_examples, tmp_path)


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


@pytest.mark.parametrize(
    "changes",
    [
        {
            "network": {**SMALL["network"], "deep_supervision": True},
            "optimizer": {"name": "sgd", "learning_rate": 0.01},
        },
        {"precision": "mixed_float16"},
        {"precision": "mixed_bfloat16", "label_dropout": {"probability": {"LA": 0.9}, "schedule": {"epochs": 2}}},
    ],
)
def test_options_of_network_optimizer_and_precision_learn_and_are_served(train, tmp_path, changes):
    assert "done" in train("option", **changes, epochs=2)
    first, second = history(tmp_path / "option")
    assert second["loss"] < first["loss"]
    plan = json.loads((tmp_path / "option" / "model" / "plan.json").read_text())
    assert plan["image_size"] == [48, 48]
    assert plan["spacing_mm"] is not None
    assert (tmp_path / "option" / "model" / "serving" / "saved_model.pb").is_file()


def test_loss_that_explodes_is_a_user_error_that_says_what_to_do(train):
    output = train("explodes", optimizer={"name": "sgd", "learning_rate": 1e30, "clip_norm": 1e30})
    assert "user error: The loss became infinite or not a number" in output


def test_two_worker_processes_learn_what_one_process_learns(train, tmp_path):
    train("alone")
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        addresses = [f"127.0.0.1:{server.getsockname()[1]}" for server in (one, other)]
    processes = [train.start("together", cluster=(addresses, index)) for index in (0, 1)]
    outputs = [process.communicate(timeout=300) for process in processes]
    assert all("done" in out for out, _ in outputs), outputs
    assert "2 replica(s)" in outputs[0][0]
    assert_same(history(tmp_path / "alone"), history(tmp_path / "together"), 1e-3)
