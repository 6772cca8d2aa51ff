"""What makes a step run again is tested through the console script in test_end_to_end; here what must not."""

import pytest

from components.trainer.component import Trainer
from components.trainer.parameters import TrainerParameters
from pipeline.fingerprint import fingerprint


def key(inputs=("a",), **parameters):
    return fingerprint(Trainer(TrainerParameters.model_validate(parameters)), {"examples": inputs[0]})[0]


def test_same_inputs_and_parameters_give_the_same_key():
    assert key() == key()


@pytest.mark.parametrize(
    "parameters", [{"seed": 1}, {"loss": {"name": "acce"}}, {"label_dropout": {"probability": 0.5}}]
)
def test_parameter_that_changes_the_model_changes_the_key(parameters):
    assert key(**parameters) != key()


def test_content_of_an_input_changes_the_key():
    assert key(inputs=("a",)) != key(inputs=("b",))


def test_parameter_written_out_at_its_default_changes_nothing():
    assert key(loss={"name": "marginal"}) == key()
