"""A study of two arms from the command line, small enough for a test."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.json_file import read_json
from tests.pipeline.makers import LABELDROP, finish

STUDY = """
name: tiny
title: A tiny study
run_root: {root}
data: {{kind: phantom, alpha: {{train: 2, val: 1, test: 2}}, beta: {{train: 2, val: 1, test: 2}}}}
partial: {{beta: [MYO, LA]}}
image_size: [16, 16]
trainer:
  loss: {{name: acce, dice_weight: 0.0}}
  network: {{base_features: 2, max_levels: 2}}
  batch_size: 4
  epochs: 2
  steps_per_epoch: 2
  watch: test
seeds: [1]
arms:
  acce: {{title: acce}}
  upper: {{title: everything labelled, labels: full}}
sweeps:
  p: {{title: probability, arms: [acce], key: trainer.label_dropout.probability, values: [0.5]}}
comparisons:
  - {{arm: upper, than: acce, domain: beta, structures: [MYO, LA]}}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The finished process, its study file, and its run root."""
    folder = tmp_path_factory.mktemp("study")
    file = folder / "study.yaml"
    file.write_text(STUDY.format(root=folder / "run"))
    return finish([str(LABELDROP), "study", str(file)]), file, folder / "run"


def test_every_cell_is_run_and_stored(study):
    process, _, root = study
    assert process.returncode == 0, process.stderr
    names = sorted(file.name for file in (root / "results").iterdir())
    assert names == ["acce-1.json", "acce_p=0.5-1.json", "upper-1.json"]
    partial, full = (read_json(root / "results" / f"{name}-1.json") for name in ("acce", "upper"))
    assert partial["audit"] == {"LV": 0, "MYO": 1, "LA": 1}
    assert full["audit"] == {"LV": 0, "MYO": 0, "LA": 0}
    assert len(partial["dice"]["beta"]["LA"]) == 2  # the test patients keep every label
    assert "test/beta/LA" in partial["curves"][1]
    assert partial["seconds"] > 0


def test_report_holds_what_was_stored(study, browser):
    process, _, root = study
    report = Path(process.stdout.split("Report: ")[1].strip())
    stored = read_json(root / "results" / "upper-1.json")["dice"]["beta"]["LA"]
    value = sum(stored.values()) / len(stored)
    assert f"{value:.3f}" in (root / "report.md").read_text()
    numbers = json.loads((root / "numbers.json").read_text())
    [mean] = [m for m in numbers["means"] if (m["name"], m["domain"], m["structure"]) == ("upper", "beta", "LA")]
    assert mean["value"] == pytest.approx(value)
    page = browser.new_page(viewport={"width": 360, "height": 800})
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(report.as_uri())
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.get_by_text("everything labelled").first.is_visible()
    assert all(picture.get_attribute("alt") for picture in page.locator("img").all())
    page.close()


def test_finished_cells_are_not_run_again(study):
    _, file, root = study
    before = {path: path.stat().st_mtime_ns for path in (root / "cells").rglob("network.keras")}
    assert len(before) == 3
    seconds = read_json(root / "results" / "acce-1.json")["seconds"]
    assert finish([str(LABELDROP), "study", str(file)]).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in (root / "cells").rglob("network.keras")} == before
    assert read_json(root / "results" / "acce-1.json")["seconds"] == seconds


def test_trainings_of_another_machine_are_joined(study, tmp_path):
    _, file, root = study
    elsewhere = tmp_path / "run"
    command = [
        str(LABELDROP),
        "study",
        str(file),
        "--set",
        f"run_root={elsewhere}",
        "--join",
        str(root / "record.jsonl"),
    ]
    process = finish(command)
    assert process.returncode == 0, process.stderr
    assert "3 of 3 trainings are joined" in process.stdout
    assert not (elsewhere / "cells").exists()
    here, there = (json.loads((place / "numbers.json").read_text())["means"] for place in (root, elsewhere))
    assert [(one["name"], round(one["value"], 3)) for one in here] == [
        (one["name"], round(one["value"], 3)) for one in there
    ]
    changed = finish([*command, "--set", "trainer.epochs=1", "--set", "sweeps={}"])
    assert "0 of 2 trainings are joined" in changed.stdout  # another training is no answer
    wrong = tmp_path / "other.jsonl"
    wrong.write_text("{}\n")
    refused = finish([*command[:-1], str(wrong)])
    assert refused.returncode == 2
    assert "expected the record.jsonl of a study" in refused.stderr


def test_the_same_test_images_are_drawn_for_every_arm(study):
    _, _, root = study
    found = sorted(file.name for file in (root / "pictures").iterdir())
    assert found == ["acce-beta-1.png", "acce-beta-2.png", "upper-beta-1.png", "upper-beta-2.png"]
    partial, full = (np.asarray(Image.open(root / "pictures" / f"{arm}-beta-1.png")) for arm in ("acce", "upper"))
    shown = 2 * partial.shape[1] // 3  # image and label are the same, the predictions differ
    np.testing.assert_array_equal(partial[:, :shown], full[:, :shown])


def test_wrong_data_is_one_message(study, tmp_path):
    _, file, _ = study
    text = file.read_text()
    data = next(line for line in text.splitlines() if line.startswith("data:"))
    other = tmp_path / "study.yaml"
    other.write_text(text.replace(data, "data: {kind: camus, root: nowhere}"))
    process = finish([str(LABELDROP), "study", str(other), "--set", f"run_root={tmp_path}/run"])
    assert process.returncode == 2
    assert "expected CAMUS' NIfTI release" in process.stderr
    assert "Traceback" not in process.stderr
