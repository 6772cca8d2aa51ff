"""The evaluator on real records and a real SavedModel."""

import csv

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.base import Context
from components.engine.component import THIS_PROCESS
from components.engine.parameters import BeamParameters
from components.evaluator.component import Evaluator
from components.evaluator.parameters import EvaluatorParameters
from components.examples_artifact import ExamplesArtifact
from components.json_file import read_json
from components.trainer.model_artifact import save_model
from models.plan import make_plan
from models.unet import build_unet


@pytest.fixture(scope="module")
def model(tiny_examples, tmp_path_factory):
    tf.keras.utils.set_random_seed(3)
    directory = tmp_path_factory.mktemp("model")
    plan = make_plan((48, 48), 3, base_features=4, max_levels=3)
    save_model(build_unet(plan), plan, "softmax", ExamplesArtifact.load(tiny_examples).vocabulary, directory)
    return directory


def evaluate(examples, model, out, beam=THIS_PROCESS, **parameters):
    """The two output directories, and what was reported."""
    said = []
    for folder in ("work", "evaluation", "blessing"):
        (out / folder).mkdir(parents=True)
    component = Evaluator(EvaluatorParameters.model_validate(parameters), beam)
    outputs = {"evaluation": out / "evaluation", "blessing": out / "blessing"}
    component.execute({"examples": examples, "model": model}, outputs, Context(out / "work", out / "work", said.append))
    return outputs, "\n".join(said)


def test_every_labelled_image_is_measured_once(tiny_examples, model, tmp_path):
    outputs, _ = evaluate(tiny_examples, model, tmp_path, thresholds=[{"structure": "LV", "minimum": 0.0}])
    rows = list(csv.DictReader((outputs["evaluation"] / "cases.csv").open()))
    assert len({row["example_id"] for row in rows}) == 8
    assert {row["unit"] for row in rows if row["domain"] == "alpha"} == {"mm"}
    assert {row["unit"] for row in rows if row["domain"] == "beta"} == {"px"}
    metrics = read_json(outputs["evaluation"] / "metrics.json")
    for score in metrics["scores"]:
        own = [float(row[f"{score['structure']}.dice"]) for row in rows if row["domain"] == score["domain"]]
        assert score["dice"] == pytest.approx(np.mean(own), abs=1e-5)
    assert {score["view"] for score in metrics["by_view"]} == {"4CH"}
    assert [(one["domain"], one["structure"]) for one in metrics["other_splits"]["val"] if one["images"]] == [
        ("alpha", "LV"), ("alpha", "MYO"), ("alpha", "LA"), ("beta", "LV"),
    ]  # fmt: skip
    assert read_json(outputs["blessing"] / "blessing.json")["verdict"] == "BLESSED"


def test_worker_count_and_batch_size_change_nothing(tiny_examples, model, tmp_path):
    options = {"thresholds": [{"structure": "LA", "minimum": 0.5}], "pictures": 2}
    one, _ = evaluate(tiny_examples, model, tmp_path / "one", **options)
    two, _ = evaluate(tiny_examples, model, tmp_path / "two", BeamParameters(workers=2), batch_size=3, **options)
    for name in ("metrics.json", "cases.csv", "summary.txt"):
        assert (one["evaluation"] / name).read_bytes() == (two["evaluation"] / name).read_bytes()
    assert (one["blessing"] / "blessing.json").read_bytes() == (two["blessing"] / "blessing.json").read_bytes()


def test_pictures_are_spread_from_the_worst_to_the_best(tiny_examples, model, tmp_path):
    outputs, _ = evaluate(tiny_examples, model, tmp_path, pictures=3)
    files = sorted(file.name for file in (outputs["evaluation"] / "pictures").glob("*.png"))
    assert files == [f"{domain}-{number}.png" for domain in ("alpha", "beta") for number in (1, 2, 3)]
    assert Image.open(outputs["evaluation"] / "pictures" / files[0]).size == (768, 256)
    legend = read_json(outputs["evaluation"] / "pictures" / "legend.json")
    assert [(one["file"], one["place"]) for one in legend[:3]] == [
        ("alpha-1.png", "worst"), ("alpha-2.png", "median"), ("alpha-3.png", "best"),
    ]  # fmt: skip
    assert legend[0]["dice"] <= legend[1]["dice"] <= legend[2]["dice"]


def test_served_model_is_the_baseline_on_the_same_images(tiny_examples, model, tmp_path):
    served = tmp_path / "served"
    served.mkdir()
    options = {"thresholds": [{"structure": "LV", "maximum_drop": 0.0}], "baseline": str(served)}
    first, said = evaluate(tiny_examples, model, tmp_path / "first", **options)
    assert "compared" not in said
    assert "no baseline yet" in (first["evaluation"] / "summary.txt").read_text()
    (served / "7").symlink_to(model / "serving")
    second, said = evaluate(tiny_examples, model, tmp_path / "second", **options)
    assert f"compared with {served / '7'} on the same 8 images" in said
    found = read_json(second["evaluation"] / "metrics.json")["against_baseline"]
    assert all(one["difference"] == one["low"] == one["high"] == 0 for one in found)
    assert read_json(second["blessing"] / "blessing.json")["verdict"] == "BLESSED"


def test_worse_model_than_the_served_one_is_not_blessed(tiny_examples, model, tmp_path):
    artifact = ExamplesArtifact.load(tiny_examples)
    plan = make_plan((48, 48), 3, base_features=4, max_levels=3)
    nothing = build_unet(plan)
    head = nothing.layers[-1]
    head.set_weights([np.zeros_like(weights) for weights in head.get_weights()])
    assert isinstance(nothing, keras.Model)
    save_model(nothing, plan, "softmax", artifact.vocabulary, tmp_path / "nothing")  # predicts background everywhere
    served = tmp_path / "served"
    served.mkdir()
    (served / "1").symlink_to(model / "serving")
    options = {"thresholds": [{"structure": "LV", "maximum_drop": 0.001}], "baseline": str(served)}
    outputs, _ = evaluate(tiny_examples, tmp_path / "nothing", tmp_path / "out", **options)
    blessing = read_json(outputs["blessing"] / "blessing.json")
    assert blessing["verdict"] == "NOT_BLESSED"
    assert any("may exceed the allowed drop" in reason["text"] for reason in blessing["reasons"])
