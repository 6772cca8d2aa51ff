import math

import pytest

from components.evaluator.gate import Score, judge
from components.evaluator.parameters import Threshold


def score(domain="alpha", structure="LV", images=20, dice=0.9):
    return Score(domain, structure, images, patients=images // 2, dice=dice, deviation=0.05)


def test_all_thresholds_met_is_blessed_and_says_why():
    verdict = judge([score(dice=0.91)], [Threshold(structure="LV", minimum=0.9)])
    assert verdict.name == "BLESSED"
    assert verdict.reasons[0].text == "LV in alpha: Dice 0.9100 reaches the minimum 0.9000"


def test_one_structure_in_one_domain_fails_the_model_and_is_named():
    scores = [score(), score(structure="LA"), score("beta"), score("beta", "LA", dice=0.4)]
    thresholds = [Threshold(structure=name, minimum=0.8) for name in ("LV", "LA")]
    verdict = judge(scores, thresholds)
    assert verdict.name == "NOT_BLESSED"
    assert [reason.text for reason in verdict.reasons if not reason.passed] == [
        "LA in beta: Dice 0.4000 is below the minimum 0.8000"
    ]


@pytest.mark.parametrize(("images", "dice"), [(3, 0.99), (0, math.nan)])
def test_too_few_labelled_images_is_not_evaluable_and_never_passes(images, dice):
    verdict = judge([score(images=images, dice=dice)], [Threshold(structure="LV", minimum=0.0, minimum_support=10)])
    assert not verdict.blessed
    assert "not evaluable" in verdict.reasons[0].text


def test_domain_that_is_not_there_is_not_evaluable():
    verdict = judge([score()], [Threshold(structure="LV", domain="gamma", minimum=0.1)])
    assert not verdict.blessed
    assert "gamma: not evaluable" in verdict.reasons[0].text


def test_no_thresholds_never_bless():
    verdict = judge([score(dice=1.0)], [])
    assert not verdict.blessed
    assert "no thresholds are configured" in verdict.reasons[0].text


def test_star_asks_in_every_domain():
    verdict = judge([score("alpha"), score("beta")], [Threshold(structure="LV", domain="*", minimum=0.5)])
    assert len(verdict.reasons) == 2
