"""What runs again after which change, through the command line of a copy of the source."""

import gzip
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.pipeline.makers import QUICKSTART, SMALLEST, executed, finish, places

REPOSITORY = Path(__file__).parents[2]
ALL = [
    "ExampleGen",
    "StatisticsGen",
    "ExampleValidator",
    "Trainer",
    "Evaluator",
    "InfraValidator",
    "Reporter",
    "Pusher",
]


class Project:
    """A copy of the source and of the data, with one run made."""

    def __init__(self, root, data):
        self.root, self.source, self.data = root, root / "source", root / "data"
        for package in ("data_schemas", "models", "components", "pipeline"):
            shutil.copytree(REPOSITORY / package, self.source / package, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(data, self.data)

    def run(self, *options):
        """Nodes that executed."""
        code = "from pipeline.cli import main; main()"  # imported from the working directory, which is the copy
        settings = [f"--set={setting}" for setting in SMALLEST]
        arguments = [sys.executable, "-c", code, "run", str(QUICKSTART), *places(self.root, self.data), *settings]
        return executed(finish([*arguments, *options], cwd=self.source))


@pytest.fixture(scope="module")
def finished(tiny_phantom, tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("project"), tiny_phantom)
    assert project.run() == ALL
    return project


@pytest.fixture
def project(finished):
    """The finished project; what a test changes is changed back."""
    yield finished
    for package in ("data_schemas", "models", "components", "pipeline"):
        shutil.copytree(REPOSITORY / package, finished.source / package, dirs_exist_ok=True)


def test_nothing_runs_without_a_change(project):
    assert project.run() == []


def test_worker_count_runs_nothing(project):
    assert project.run("--set=beam={engine: direct, workers: 2, attempts: 1}") == []


def test_touched_file_runs_nothing(project):
    for file in project.data.rglob("*.nii.gz"):
        os.utime(file, (1, 1))
    assert project.run() == []


def test_comment_and_docstring_run_nothing(project):
    loss = project.source / "models" / "losses" / "marginal.py"
    loss.write_text("# A comment.\n" + loss.read_text().replace('"""', '"""Other words: ', 1))
    assert project.run() == []


def test_changed_loss_trains_again_and_converts_nothing(project):
    loss = project.source / "models" / "losses" / "marginal.py"
    loss.write_text(loss.read_text() + "\nCHANGED = True\n")
    assert project.run() == ["Trainer", "Evaluator", "InfraValidator", "Reporter", "Pusher"]


def test_file_that_changes_without_changing_a_record_cuts_off_the_rest(project):
    image = next(project.data.rglob("*_ED.nii.gz"))
    before = image.read_bytes()
    image.write_bytes(gzip.compress(gzip.decompress(before), compresslevel=1, mtime=0))
    assert image.read_bytes() != before
    assert project.run() == ["ExampleGen"]
    image.write_bytes(before)


def test_changed_picture_runs_everything_after_it(project):
    image = next(project.data.rglob("*_ED.nii.gz"))
    before = image.read_bytes()
    content = bytearray(gzip.decompress(before))
    content[-2000:] = bytes(2000)  # black at the picture's right edge
    content[-40_000:-20_000] = content[-20_000:]
    image.write_bytes(gzip.compress(bytes(content), mtime=0))
    assert project.run("--to", "ExampleValidator") == ALL[:3]
    image.write_bytes(before)


def test_forced_node_runs_and_what_it_leaves_unchanged_is_reused(project):
    assert project.run("--force", "StatisticsGen") == ["StatisticsGen"]


def test_from_starts_on_the_latest_outputs(project):
    assert project.run("--from", "Evaluator", "--set=example_gen.image_size=[24,24]") == []
    assert project.run("--from", "Evaluator", "--force", "Evaluator", "--to", "Evaluator") == ["Evaluator"]
