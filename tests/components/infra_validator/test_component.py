"""InfraValidator on real exports, each served by a process of its own."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.base import Context
from components.content import digest_file
from components.examples_artifact import ExamplesArtifact
from components.infra_validator import component as component_module
from components.infra_validator.component import InfraValidator
from components.infra_validator.parameters import InfraValidatorParameters
from components.json_file import read_json
from components.trainer.model_artifact import NETWORK, SERVING, save_model
from models.plan import make_plan
from models.unet import build_unet


@pytest.fixture(scope="module", params=["softmax", "sigmoid"])
def model(request, tiny_examples, tmp_path_factory):
    tf.keras.utils.set_random_seed(3)
    directory = tmp_path_factory.mktemp("model")
    plan = make_plan((48, 48), 3, base_features=4, max_levels=3)
    save_model(build_unet(plan), plan, request.param, ExamplesArtifact.load(tiny_examples).vocabulary, directory)
    return directory


def validate(model, examples, out, **parameters):
    for folder in ("work", "infra_blessing"):
        (out / folder).mkdir(parents=True)
    component = InfraValidator(InfraValidatorParameters.model_validate({"rounds": 3, **parameters}))
    context = Context(out / "work", out / "work", lambda line: None)
    component.execute({"model": model, "examples": examples}, {"infra_blessing": out / "infra_blessing"}, context)
    blessing = read_json(out / "infra_blessing" / "blessing.json")
    failed = [reason["text"] for reason in blessing["reasons"] if not reason["passed"]]
    return blessing["verdict"], failed, read_json(out / "infra_blessing" / "report.json")


def test_good_export_is_blessed_and_measured(model, tiny_examples, tmp_path):
    verdict, failed, report = validate(model, tiny_examples, tmp_path)
    assert (verdict, failed) == ("BLESSED", [])
    assert 0 < report["p50_ms"] <= report["p99_ms"]
    assert set(report["refused"].values()) == {"InvalidArgumentError"}
    assert report["tensorflow_model_server"] == "not run"


def test_directories_may_be_relative(model, tiny_examples, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(model, "model")
    shutil.copytree(tiny_examples, "examples")
    assert validate(Path("model"), Path("examples"), Path("out"))[:2] == ("BLESSED", [])


def test_other_weights_than_the_networks_are_found(model, tiny_examples, tmp_path):
    shutil.copytree(model, tmp_path / "model")
    network = tf.keras.models.load_model(model / NETWORK, compile=False)
    network.set_weights([weights + 0.1 * np.ones_like(weights) for weights in network.get_weights()])
    network.save(tmp_path / "model" / NETWORK)
    verdict, failed, _ = validate(tmp_path / "model", tiny_examples, tmp_path / "out")
    assert verdict == "NOT_BLESSED"
    assert any("differ from the Keras model" in text for text in failed)


def test_export_that_does_not_load_is_named(model, tiny_examples, tmp_path):
    shutil.copytree(model, tmp_path / "model")
    (tmp_path / "model" / SERVING / "saved_model.pb").write_bytes(b"no graph")
    verdict, failed, _ = validate(tmp_path / "model", tiny_examples, tmp_path / "out")
    assert verdict == "NOT_BLESSED"
    assert failed[0].startswith("a clean process does not serve the model")


def test_latency_limit_and_timeout_block(model, tiny_examples, tmp_path):
    verdict, failed, _ = validate(model, tiny_examples, tmp_path / "slow", maximum_p99_ms=0.001)
    assert verdict == "NOT_BLESSED"
    assert "limit 0.0 ms" in failed[0]
    verdict, failed, _ = validate(model, tiny_examples, tmp_path / "timeout", timeout_s=0.5)
    assert verdict == "NOT_BLESSED"
    assert "no answer within 0.5 s" in failed[0]


def test_probe_is_part_of_what_decides_the_verdict():
    probe = Path(component_module.__file__).with_name("probe.py")
    assert InfraValidator(InfraValidatorParameters()).external_content()["probe"] == digest_file(probe)
