"""SIGKILL at any moment: the same command finishes the work, and the store knows nothing that is not there."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from components.json_file import read_json
from pipeline.metadata.connection import MetadataParameters
from pipeline.metadata.store import Metadata
from tests.pipeline.makers import LABELDROP, QUICKSTART, SMALLEST, finish, places

DETERMINISTIC = ("ExampleGen", "StatisticsGen", "ExampleValidator")
NODES = {*DETERMINISTIC, "Trainer", "Evaluator", "InfraValidator", "Reporter", "Pusher"}
KILLS = 20


def command(root, data):
    return [str(LABELDROP), "run", str(QUICKSTART), *places(root, data), *(f"--set={setting}" for setting in SMALLEST)]


def digests(root):
    """Content of every deterministic channel, by node and fingerprint."""
    return {
        (file.parts[-3], file.parts[-2]): read_json(file)["outputs"]
        for file in (root / "run" / "artifacts").glob("*/*/fingerprint.json")
        if file.parts[-3] in DETERMINISTIC
    }


@pytest.fixture(scope="module")
def undisturbed(tiny_phantom, tmp_path_factory):
    """How long a run takes in seconds, and what it leaves."""
    root = tmp_path_factory.mktemp("undisturbed")
    started = time.monotonic()
    process = finish(command(root, tiny_phantom))
    assert process.returncode == 0, process.stderr
    return time.monotonic() - started, digests(root)


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_run_is_finished_by_the_same_command(number, undisturbed, tiny_phantom, tmp_path):
    seconds, expected = undisturbed
    moment = random.Random(number).uniform(0.15, 1.0) * seconds  # before that nothing but imports
    process = subprocess.Popen(
        command(tmp_path, tiny_phantom), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    again = finish(command(tmp_path, tiny_phantom))
    assert again.returncode == 0, again.stderr
    assert digests(tmp_path) == expected
    assert {entry.name for entry in (tmp_path / "run" / "artifacts").iterdir()} == NODES
    assert not list((tmp_path / "run" / "work").glob("*/*"))
    assert sorted(entry.name for entry in (tmp_path / "served").iterdir()) == ["1", "models.config"]

    metadata = Metadata(tmp_path / "run", MetadataParameters(), create=False)
    assert {execution.state for execution in metadata.executions()} <= {"COMPLETE", "CACHED", "FAILED"}
    live = [artifact for artifact in metadata.artifacts() if artifact.state == "LIVE"]
    assert live
    assert all(Path(artifact.uri).is_dir() for artifact in live)


@pytest.fixture(params=["200k", "450k", "1200k"])
def small_disk(request, tmp_path):
    """A disk that is full in the first, the second or a later step, and that can grow."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", str(place)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_run_on_a_full_disk_says_so_and_the_same_command_finishes_it(small_disk, undisturbed, tiny_phantom):
    full = finish(command(small_disk, tiny_phantom))
    assert full.returncode == 2
    assert "the disk is full" in full.stderr
    assert "Traceback" not in full.stderr
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    again = finish(command(small_disk, tiny_phantom))
    assert again.returncode == 0, again.stderr
    assert digests(small_disk) == undisturbed[1]
