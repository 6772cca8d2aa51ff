"""runs, lineage, diff, explain and gc, through the command line after real runs."""

import shutil
import xml.etree.ElementTree as ElementTree

import pytest

from components.content import digest_tree
from tests.pipeline.makers import LABELDROP, QUICKSTART, SMALLEST, executed, finish, places


class History:
    """A run root after some runs."""

    def __init__(self, root, data):
        self.root, self.data = root, data

    def run(self, *settings):
        options = [f"--set={setting}" for setting in (*SMALLEST, *settings)]
        return finish([str(LABELDROP), "run", str(QUICKSTART), *places(self.root, self.data), *options])

    def ask(self, verb, *arguments):
        process = finish([str(LABELDROP), verb, str(QUICKSTART), *arguments, *places(self.root, self.data)])
        assert process.returncode == 0, process.stderr
        return process.stdout

    def ids(self):
        lines = [line.split("│")[1].strip() for line in self.ask("runs").splitlines() if line.startswith("│")]
        return [line for line in lines if line]


@pytest.fixture(scope="module")
def history(tiny_phantom, tmp_path_factory):
    """Three runs: everything, nothing, another label dropout."""
    history = History(tmp_path_factory.mktemp("history"), tiny_phantom)
    assert len(executed(history.run())) == 8
    assert executed(history.run()) == []
    changed = executed(history.run("trainer.label_dropout.probability=0.25"))
    assert changed == ["StatisticsGen", "Trainer", "Evaluator", "InfraValidator", "Reporter", "Pusher"]
    return history


def test_runs_tell_what_was_executed_and_what_was_reused(history):
    said = history.ask("runs")
    assert len(history.ids()) == 3
    assert "Trainer" in said


def test_lineage_of_a_served_model_goes_back_to_the_files(history, tmp_path):
    picture = tmp_path / "lineage.svg"
    shutil.copytree(history.root / "served" / "2", tmp_path / "elsewhere")  # known by its content alone
    said = "".join(history.ask("lineage", str(tmp_path / "elsewhere"), "--picture", str(picture)).split())
    assert "madebyTrainer" in said
    assert "parameters.label_dropout.probability=0.25" in said
    for dataset, folder in (
        ("phantom_alpha", "alpha"),
        ("phantom_beta", "beta"),
        ("phantom_beta_full", "beta_test_full"),
    ):
        part = f"external.{dataset}.files="
        assert part in said
        assert digest_tree(history.data / folder) in said.replace("│", "").replace("└──", "").replace("├──", "")
    assert "code=" in said
    texts = [element.text for element in ElementTree.parse(picture).iter() if element.tag.endswith("text")]
    assert {"Trainer", "ExampleGen"} <= set(texts)


def test_explain_names_what_differed(history):
    said = history.ask("explain", "Trainer")
    assert "Trainer in run" in said
    assert "executed" in said
    assert "1 facts differ" in said
    assert "parameters.label_dropout.probability: 0.5 -> 0.25" in said
    reused = history.ask("explain", "ExampleGen")
    assert "reused what was there" in reused
    assert "Nothing differs" in reused


def test_diff_compares_two_runs(history):
    first, second, third = history.ids()
    assert "Trainer: the same" in history.ask("diff", first, second)
    said = history.ask("diff", first, third)
    assert "ExampleGen: the same" in said
    assert "parameters.label_dropout.probability: 0.5 -> 0.25" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lineage", "nothing"), "Invalid artifact. Expected its number, one of the channels"),
        (("explain", "Cook"), "Invalid node. Expected one of ['Evaluator', 'ExampleGen'"),
        (("diff", "a", "b"), "Invalid run. Expected one of"),
        (("gc", "--keep-runs", "0"), "Expected 1 or more. Received: 0"),
    ],
)
def test_what_is_not_there_is_one_message(history, arguments, message):
    verb, *rest = arguments
    process = finish([str(LABELDROP), verb, str(QUICKSTART), *rest, *places(history.root, history.data)])
    assert process.returncode == 2
    assert message in process.stderr
    assert "Traceback" not in process.stderr


def test_before_any_run_there_is_no_history(tiny_phantom, tmp_path):
    process = finish([str(LABELDROP), "runs", str(QUICKSTART), *places(tmp_path, tiny_phantom)])
    assert process.returncode == 2
    assert "expected the metadata of a run" in process.stderr


def test_gc_keeps_what_a_pushed_model_needs_and_shows_before_it_removes(history, tmp_path):
    shutil.copytree(history.root, tmp_path / "copy")
    copy = History(tmp_path / "copy", history.data)
    trainers = sorted((copy.root / "run" / "artifacts" / "Trainer").iterdir())
    assert len(trainers) == 2
    # The copy's metadata names the original's places: run once so that it knows its own.
    assert executed(copy.run("trainer.label_dropout.probability=0.25")) in ([], ["Pusher"])
    shown = copy.ask("gc", "--keep-runs", "1")
    assert "Nothing was removed" in shown
    assert sorted((copy.root / "run" / "artifacts" / "Trainer").iterdir()) == trainers
    removed = copy.ask("gc", "--keep-runs", "1", "--yes")
    assert "Removed." in removed
    assert len(list((copy.root / "run" / "artifacts" / "Trainer").iterdir())) == 1
    assert executed(copy.run("trainer.label_dropout.probability=0.25")) == []


def test_gc_keeps_both_models_that_are_still_served(history):
    said = history.ask("gc", "--keep-runs", "1")
    assert "StatisticsGen" in said  # of the first run; no model came from it
    assert "Trainer" not in said
    assert "ExampleGen" not in said
