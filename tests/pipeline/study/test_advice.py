"""Advice on what labels a run has."""

from collections import Counter

import pytest

from components.trainer.parameters import TrainerParameters
from pipeline.study.advice import advise, arm_like
from tests.pipeline.study.makers import record

NAMES = ("LV", "MYO", "LA")
DICE = {"acce": 0.4, "acce_dropout": 0.7, "recipe": 0.88, "falsification": 0.89, "upper": 0.9, "upper_recipe": 0.85}
STUDY = record(DICE)
SHORTCUT = Counter({("camus", (1, 1, 1)): 100, ("echonet", (1, 0, 0)): 300})
ACCE = TrainerParameters.model_validate({"loss": {"name": "acce", "dice_weight": 0.0}})


def test_presence_that_tells_the_domain_needs_the_recipe():
    advice = advise(SHORTCUT, NAMES, ACCE, [STUDY])
    assert advice.situation == "bound"
    assert advice.dependence["LA"].cramers_v == pytest.approx(1.0)
    assert advice.trainer["loss"] == {"name": "marginal", "dice_weight": 1.0}
    assert advice.trainer["label_dropout"] == {"probability": 0.0}  # said, since the configuration may have another
    assert advice.trainer["augmentation"]["scale"] == 0.4
    assert any("acce without label dropout" in line for line in advice.text)
    atrium = {row.training: row for row in advice.evidence if row.mean.structure == "LA"}
    assert atrium["acce"].mean.value == pytest.approx(0.4, abs=0.01)
    assert atrium["everything labelled"].share == pytest.approx(1.0)
    assert atrium["recipe"].share == pytest.approx(0.88 / 0.9, abs=0.01)


def test_complete_labels_need_nothing():
    advice = advise(Counter({("a", (1, 1, 1)): 10, ("b", (1, 1, 1)): 10}), NAMES, ACCE, [STUDY])
    assert (advice.situation, advice.trainer, advice.evidence) == ("complete", {}, ())


def test_labels_missing_without_regard_to_the_domain_are_no_shortcut():
    mixed = Counter({(domain, presence): 50 for domain in "ab" for presence in ((1, 1, 1), (1, 0, 0))})
    advice = advise(mixed, NAMES, ACCE, [STUDY])
    assert advice.situation == "independent"
    assert {row.training for row in advice.evidence} == {"acce, presence independent of domain", "everything labelled"}


def test_cce_is_warned_of():
    cce = TrainerParameters.model_validate({"loss": {"name": "cce", "dice_weight": 0.0}})
    assert any("counts as background" in line for line in advise(SHORTCUT, NAMES, cce, [STUDY]).text)


def test_a_training_that_no_study_has_is_not_made_up():
    other = TrainerParameters.model_validate({"loss": {"name": "leaf_dice", "dice_weight": 0.0}})
    assert arm_like(STUDY, other) is None
    assert arm_like(STUDY, ACCE) == "acce"
    trainings = {row.training for row in advise(SHORTCUT, NAMES, other, [STUDY]).evidence}
    assert trainings == {"recipe", "everything labelled"}


def test_without_studies_there_is_advice_without_evidence():
    advice = advise(SHORTCUT, NAMES, ACCE, [])
    assert (advice.situation, advice.trainer, advice.evidence) == ("bound", {}, ())


def test_a_structure_that_nobody_labelled_cannot_be_learned():
    advice = advise(Counter({("a", (1, 1, 0)): 10, ("b", (1, 1, 0)): 10}), NAMES, ACCE, [STUDY])
    assert advice.situation == "complete"
    assert any("Nobody labelled LA" in line for line in advice.text)


def test_a_small_domain_without_the_label_is_bound_all_the_same():
    counts = Counter({("a", (1, 1, 1)): 700, ("a", (1, 0, 0)): 300, ("c", (1, 0, 0)): 30})
    assert advise(counts, NAMES, ACCE, [STUDY]).situation == "bound"


def test_chance_among_few_images_is_no_shortcut():
    counts = Counter({("a", (1, 1, 1)): 3, ("a", (1, 0, 0)): 1, ("b", (1, 1, 1)): 1, ("b", (1, 0, 0)): 3})
    assert advise(counts, NAMES, ACCE, [STUDY]).situation == "independent"
