"""InfraValidator with a program that serves as tensorflow_model_server does."""

import pytest
import tensorflow as tf

from components.base import UserError
from components.examples_artifact import ExamplesArtifact
from components.infra_validator import component
from components.infra_validator.model_server import can_be_alone
from components.trainer.model_artifact import save_model
from models.plan import make_plan
from models.unet import build_unet
from tests.components.infra_validator.test_component import validate
from tests.standin.running import executable


@pytest.fixture(scope="module")
def model(tiny_examples, tmp_path_factory):
    tf.keras.utils.set_random_seed(3)
    directory = tmp_path_factory.mktemp("model")
    plan = make_plan((48, 48), 3, base_features=4, max_levels=3)
    save_model(build_unet(plan), plan, "softmax", ExamplesArtifact.load(tiny_examples).vocabulary, directory)
    return directory


@pytest.mark.parametrize("alone", [True, False])
def test_server_on_path_is_asked_over_both_protocols(model, tiny_examples, tmp_path, monkeypatch, alone):
    if alone and not can_be_alone():
        pytest.skip("this machine gives no process a network of its own")
    monkeypatch.setattr(component, "can_be_alone", lambda: alone)
    program = executable(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    verdict, failed, report = validate(model, tiny_examples, tmp_path / "out")
    assert (verdict, failed) == ("BLESSED", [])
    assert report["tensorflow_model_server"] == program
    text = (tmp_path / "out" / "infra_blessing" / "blessing.json").read_text()
    for signature in ("serving_default", "segment"):
        for protocol in ("gRPC", "REST"):
            assert f"answers {signature} over {protocol}: masks agree in 100.00% of pixels" in text
    assert text.count("refuses a request of not an image") == 2


@pytest.mark.parametrize(
    ("environment", "parameters", "text"),
    [
        ({"STANDIN_ZEROS": 1}, {}, "answers serving_default over gRPC: masks agree in"),
        ({"STANDIN_DIES": 1}, {}, "it ended with exit code 1: no such model"),
        ({"STANDIN_UNAVAILABLE": 100_000}, {"timeout_s": 20}, "no answer within 20.0 s"),
    ],
)
def test_server_that_fails_blocks(model, tiny_examples, tmp_path, environment, parameters, text):
    program = executable(tmp_path, **environment)
    verdict, failed, _ = validate(model, tiny_examples, tmp_path / "out", model_server=program, **parameters)
    assert verdict == "NOT_BLESSED"
    assert text in failed[0]


def test_configured_server_that_is_not_there_is_named(model, tiny_examples, tmp_path):
    with pytest.raises(UserError, match=r"infra_validator\.model_server.*nowhere"):
        validate(model, tiny_examples, tmp_path, model_server="/nowhere/tensorflow_model_server")
