"""The runner with toy components: what is reused, what runs again, and what a crash leaves behind."""

import multiprocessing
import os
import signal

import pytest

from components.base import Component, Parameters, UserError
from pipeline.lock import run_lock
from pipeline.metadata.connection import MetadataParameters
from pipeline.metadata.store import Metadata
from pipeline.runner import RunOptions, run_pipeline


class WriteParameters(Parameters):
    text: str
    workers: int = 1


class Write(Component[WriteParameters]):
    name, outputs, neutral = "Write", ("text",), frozenset({"workers"})

    def execute(self, inputs, outputs, context):
        (outputs["text"] / "text.txt").write_text(self.parameters.text.strip())


class CountParameters(Parameters):
    crash: bool = False


class Count(Component[CountParameters]):
    name, inputs, outputs = "Count", ("text",), ("length",)

    def execute(self, inputs, outputs, context):
        context.work_dir.mkdir(parents=True, exist_ok=True)
        tries = context.work_dir / "tries"
        tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
        (outputs["length"] / "half.txt").write_text("half")
        if os.environ.get("TOY_CRASH"):
            os.kill(os.getpid(), signal.SIGKILL)
        text = (inputs["text"] / "text.txt").read_text()
        (outputs["length"] / "length.txt").write_text(f"{len(text)} {tries.read_text()}")


def run(root, text="hello", workers=1, store=None):
    said = []
    components = [Count(CountParameters()), Write(WriteParameters(text=text, workers=workers))]
    channels = run_pipeline(components, root, said.append, RunOptions(artifact_store=store))
    executed = [line.split()[1].rstrip(":") for line in said if line.endswith("running")]
    return channels, executed


def test_second_run_executes_nothing(tmp_path):
    first, executed = run(tmp_path)
    assert executed == ["Write", "Count"]
    assert (first["length"] / "length.txt").read_text() == "5 x"
    second, executed = run(tmp_path)
    assert executed == []
    assert second == first


def test_changed_parameter_runs_again_and_unchanged_output_cuts_off_the_rest(tmp_path):
    run(tmp_path)
    assert run(tmp_path, text="hello  ")[1] == ["Write"]  # stripped: the same output
    assert run(tmp_path, text="world!")[1] == ["Write", "Count"]
    assert run(tmp_path, text="hello")[1] == []


def test_neutral_parameter_runs_nothing(tmp_path):
    run(tmp_path)
    assert run(tmp_path, workers=8)[1] == []


def killed_run(root):
    os.environ["TOY_CRASH"] = "1"
    run(root)


def test_killed_execution_publishes_nothing_and_the_next_run_finishes_it(tmp_path):
    process = multiprocessing.get_context("fork").Process(target=killed_run, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert not list((tmp_path / "artifacts").glob("Count/*"))
    channels, executed = run(tmp_path)
    states = [e.state for e in Metadata(tmp_path, MetadataParameters(), create=False).executions(node="Count")]
    assert states == ["FAILED", "COMPLETE"]
    assert executed == ["Count"]
    assert (channels["length"] / "length.txt").read_text() == "5 xx"  # its scratch survived the kill
    assert sorted(file.name for file in channels["length"].iterdir()) == ["half.txt", "length.txt"]
    assert not list((tmp_path / "work").glob("*/*"))


def test_run_root_is_held_by_one_run(tmp_path):
    with run_lock(tmp_path), pytest.raises(UserError, match=f"process {os.getpid()}") as caught:
        run(tmp_path)
    assert "run_root of its own" in str(caught.value)
    run(tmp_path)


def test_artifacts_come_from_the_store_where_another_machine_made_them(tmp_path, store):
    place = str(store / "artifacts")
    first, executed = run(tmp_path / "one", store=place)
    assert executed == ["Write", "Count"]
    second, executed = run(tmp_path / "two", store=place)
    assert executed == []
    assert (second["length"] / "length.txt").read_bytes() == (first["length"] / "length.txt").read_bytes()
    assert run(tmp_path / "three", text="other", store=place)[1] == ["Write", "Count"]


def test_half_copied_artifact_is_made_again(tmp_path, store):
    place = store / "half"
    run(tmp_path / "one", store=str(place))
    for marker in place.rglob("fingerprint.json"):
        marker.unlink()
    assert run(tmp_path / "two", store=str(place))[1] == ["Write", "Count"]
