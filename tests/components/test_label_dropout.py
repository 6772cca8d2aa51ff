import pytest

from components.base import UserError
from components.examples_artifact import ExamplesArtifact
from components.label_dropout import LabelDropoutParameters, make_label_dropout
from models.label_dropout import LabelDropoutWarning


@pytest.fixture
def artifact(tiny_examples):
    return ExamplesArtifact.load(tiny_examples)


def parameters(**chosen):
    return LabelDropoutParameters.model_validate(chosen)


def test_only_what_one_dataset_lacks_is_droppable(artifact):
    stage = make_label_dropout(parameters(probability=0.5), 7, artifact)
    assert stage.droppable == (False, True, True)  # LV is labelled everywhere


def test_structures_may_have_probabilities_of_their_own(artifact):
    stage = make_label_dropout(parameters(probability={"LA": 0.7}), 7, artifact)
    assert stage.probabilities == (0.0, 0.0, 0.7)


@pytest.mark.parametrize("probability", [0.0, {"LA": 0.0}])
def test_probability_zero_is_no_stage(artifact, probability):
    assert make_label_dropout(parameters(probability=probability), 7, artifact) is None


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"probability": {"RV": 0.5}}, "Expected one of .*'LV'.*Received: 'RV'"),
        ({"probability": {"LA": 0.5}, "mode": "joint"}, "Expected one number in mode joint"),
    ],
)
def test_wrong_probability_is_a_user_error(artifact, chosen, message):
    with pytest.raises(UserError, match=message):
        make_label_dropout(parameters(**chosen), 7, artifact)


def test_nothing_to_drop_is_a_warning(artifact, monkeypatch):
    monkeypatch.setattr(ExamplesArtifact, "partially_labelled", lambda *_: (False, False, False))
    with pytest.raises(LabelDropoutWarning, match="will hide nothing"):  # an error, as every warning of ours in tests
        make_label_dropout(parameters(probability=0.5), 7, artifact)
