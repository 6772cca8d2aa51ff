"""`labeldrop validate` on datasets that are right, and on each way of being wrong."""

import json
import shutil

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from PIL import Image

from data_schemas.dataset_spec import DATASETS_DIR
from pipeline.cli import EXIT_NOT_VALID, cli
from tests.components.example_gen.makers import write_folder

NAMES = [f"p{k}_4CH_{frame}" for k in range(12) for frame in ("ED", "ES")]


class Check:
    """A folder dataset that can be spoiled, and its validation."""

    def __init__(self, root):
        self.root = root
        self.images, self.masks = root / "data" / "mine" / "images", root / "data" / "mine" / "masks"
        write_folder(root / "data" / "mine", NAMES)
        self.config = {
            "name": "check", "data_root": str(root / "data"), "run_root": str(root / "run"),
            "example_gen": {
                "image_size": [32, 32], "salt": "public",
                "datasets": [{
                    "spec": "folder", "root": "mine", "split": {"rule": "hash", "train": 0.5, "val": 0.3, "test": 0.2},
                }],
            },
            "pusher": {"destination": str(root / "served")},
        }  # fmt: skip

    @property
    def use(self):
        return self.config["example_gen"]["datasets"][0]

    def run(self):
        file = self.root / "config.yaml"
        file.write_text(yaml.safe_dump(self.config))
        result = CliRunner().invoke(cli, ["validate", str(file)])
        findings = json.loads((self.root / "run" / "validation" / "findings.json").read_text())
        return result, findings

    def problems(self):
        result, findings = self.run()
        assert result.exit_code == EXIT_NOT_VALID, result.output
        return " | ".join(finding["text"] for finding in findings if finding["level"] == "problem")


@pytest.fixture
def check(tmp_path):
    return Check(tmp_path)


def test_good_data_pass_with_counts_and_a_picture_sheet(check):
    result, findings = check.run()
    assert (result.exit_code, findings) == (0, [])
    assert "Nothing found to mend" in result.output
    rows = [line.split("│") for line in result.output.splitlines() if "│ folder" in line]
    counts = {
        row[2].strip(): [int(cell) for cell in row[3:8]] for row in rows if row[2].strip() in ("train", "val", "test")
    }
    assert sum(count[0] for count in counts.values()) == 24
    assert all(count[0] == 2 * count[1] == count[2] == count[3] == count[4] for count in counts.values())
    with Image.open(check.root / "run" / "validation" / "sheet.png") as sheet:
        assert len(np.unique(np.asarray(sheet.convert("RGB")))) > 100


def test_missing_pairs_and_labels_outside_the_map_are_named(check):
    (check.masks / f"{NAMES[0]}.png").unlink()
    Image.fromarray(np.full((30, 50), 9, np.uint8)).save(check.masks / f"{NAMES[1]}.png")
    problems = check.problems()
    assert f"images/{NAMES[0]}.png: expected a mask" in problems
    assert "expected mask labels among [0, 1, 2, 3]. Received also: [9]" in problems
    letters = (check.root / "run" / "validation" / "dead_letters.jsonl").read_text().splitlines()
    assert len(letters) == 2


def test_copy_of_a_picture_in_another_split_is_a_problem(check):
    content = (check.images / f"{NAMES[0]}.png").read_bytes()
    for file in check.images.iterdir():
        file.write_bytes(content)
    assert "pictures occur more than once in several splits" in check.problems()


def test_patient_in_several_splits_is_a_problem(check):
    write_folder(check.root / "data" / "again", NAMES)
    again = {**check.use, "root": "again", "patients_shared_with": "folder"}
    spec = yaml.safe_load((DATASETS_DIR / "folder.yaml").read_text())
    (check.root / "again.yaml").write_text(yaml.safe_dump({**spec, "name": "again"}))
    again |= {"spec": str(check.root / "again.yaml"), "split": {"rule": "fixed", "split": "test"}}
    check.config["example_gen"]["datasets"].append(again)
    assert "patients are in several splits" in check.problems()


def test_same_ids_in_two_datasets_are_noted(check):
    write_folder(check.root / "data" / "again", NAMES, height=33)
    spec = yaml.safe_load((DATASETS_DIR / "folder.yaml").read_text())
    (check.root / "again.yaml").write_text(yaml.safe_dump({**spec, "name": "again"}))
    other = {**check.use, "root": "again", "spec": str(check.root / "again.yaml")}
    check.config["example_gen"]["datasets"].append(other)
    result, findings = check.run()
    assert result.exit_code == 0, result.output
    assert any("12 patient ids occur in each of ['again', 'folder']" in finding["text"] for finding in findings)


def test_presence_that_contradicts_content_is_a_problem(check):
    check.use["annotated"] = ["LV"]
    assert "24 masks hold structures that nobody is said to have looked for" in check.problems()


def test_annotated_structure_that_no_mask_holds_is_a_problem(check):
    for name in NAMES:
        mask = np.asarray(Image.open(check.masks / f"{name}.png"))
        Image.fromarray(np.where(mask == 3, 0, mask).astype(np.uint8)).save(check.masks / f"{name}.png")
    assert "LA is said to be annotated and none of 24 masks holds it" in check.problems()


def test_structure_that_is_empty_in_some_masks_is_noted(check):
    mask = np.asarray(Image.open(check.masks / f"{NAMES[5]}.png"))
    Image.fromarray(np.where(mask == 3, 0, mask).astype(np.uint8)).save(check.masks / f"{NAMES[5]}.png")
    result, findings = check.run()
    assert result.exit_code == 0
    assert findings[0]["text"].startswith("LA is annotated and empty in 1 of 24 masks")


def test_no_record_to_train_on_is_a_problem(check):
    check.use["split"] = {"rule": "fixed", "split": "test"}
    assert "no record is in the split train" in check.problems()


def test_units_that_differ_are_noted(check, phantom_formats):
    shutil.rmtree(check.root / "data" / "mine")
    shutil.copytree(phantom_formats / "folder_mha", check.root / "data" / "mine")
    for file in check.images.glob("p1_*"):  # centimetres instead of millimetres
        content = file.read_bytes()
        file.write_bytes(content.replace(b"ElementSpacing = 0.8", b"ElementSpacing = .08"))
    check.use["options"] = {"presence": "presence.csv"}
    _, findings = check.run()
    assert any("are all of them in mm?" in finding["text"] for finding in findings), findings
