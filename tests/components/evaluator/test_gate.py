"""The gate on constructed predictions whose verdict is known."""

import numpy as np
import pytest

from components.evaluator.gate import judge
from components.evaluator.parameters import EvaluatorParameters, Threshold
from components.evaluator.scores import compare, prediction_rates, score_all
from tests.components.evaluator.makers import STRUCTURES, case

NAN = float("nan")


def cases(domain="alpha", lv=0.9, la=0.85, number=40, **changes):
    return [
        case(k, domain, (lv, la), patient=f"{domain}{k // 2}", example_id=f"{domain}{k}", **changes)
        for k in range(number)
    ]


def verdict(found, *thresholds, baseline=None, **options):
    scores = score_all(found, STRUCTURES, seed=0)
    comparisons = compare(found, baseline, STRUCTURES, seed=0) if baseline else ()
    asked = [Threshold.model_validate(threshold) for threshold in thresholds]
    return judge(scores, asked, comparisons, prediction_rates(found, STRUCTURES), **options)


def failures(found):
    return [reason.text for reason in found.reasons if not reason.passed]


def test_all_thresholds_met_is_blessed_and_says_why():
    found = verdict(cases(), {"structure": "LV", "minimum": 0.9})
    assert found.name == "BLESSED"
    assert found.reasons[0].text == "LV in alpha: Dice 0.9000 reaches the minimum 0.9000"


def test_one_structure_in_one_domain_fails_the_model_and_is_named():
    found = verdict(
        [*cases(), *cases("beta", la=0.4)], {"structure": "LV", "minimum": 0.8}, {"structure": "LA", "minimum": 0.8}
    )
    assert found.name == "NOT_BLESSED"
    assert failures(found) == ["LA in beta: Dice 0.4000 is below the minimum 0.8000"]


@pytest.mark.parametrize("labelled", [3, 0])
def test_too_few_labelled_images_are_not_evaluable_and_block(labelled):
    found = [*cases(la=NAN), *cases("beta", number=labelled, la=0.99)]
    failed = failures(verdict(found, {"structure": "LA", "minimum": 0.1, "minimum_support": 10}))
    assert "LA in alpha: not evaluable, 0 labelled images, expected at least 10" in failed
    assert len(failed) == (2 if labelled else 1)


def test_domain_that_is_not_there_is_not_evaluable():
    assert (
        "gamma: not evaluable" in failures(verdict(cases(), {"structure": "LV", "domain": "gamma", "minimum": 0.1}))[0]
    )


def test_no_thresholds_never_bless():
    assert "no thresholds are configured" in failures(verdict(cases()))[0]
    assert not verdict(cases(), minimum_shortcut_ratio=0.0).blessed


def test_lower_end_of_the_interval_is_stricter_than_the_value():
    spread = [case(k, dice=(0.95 if k % 4 < 2 else 0.85, 0.8)) for k in range(40)]
    assert verdict(spread, {"structure": "LV", "minimum": 0.89}).blessed
    failed = failures(verdict(spread, {"structure": "LV", "minimum": 0.89, "on": "lower"}))
    assert failed[0].startswith("LV in alpha: lower end of Dice 0.88")


def noisy(offset, seed):
    """Dice of 60 patients around 0.85 with the same patients' differences to the baseline drawn around `offset`."""
    rng = np.random.default_rng(seed)
    base = np.clip(0.85 + 0.05 * np.random.default_rng(9).normal(size=120), 0, 1)
    return [case(k, dice=(float(np.clip(base[k] + offset + 0.01 * rng.normal(), 0, 1)), 0.8)) for k in range(120)]


def test_half_a_percent_worse_within_noise_passes_and_five_percent_does_not():
    threshold = {"structure": "LV", "maximum_drop": 0.01}
    assert verdict(noisy(-0.005, 1), threshold, baseline=noisy(0.0, 2)).blessed
    failed = failures(verdict(noisy(-0.05, 1), threshold, baseline=noisy(0.0, 2)))
    assert "may exceed the allowed drop of 0.0100" in failed[0]


def test_first_model_has_no_baseline_and_value_thresholds_still_hold():
    thresholds = {"structure": "LV", "minimum": 0.95, "maximum_drop": 0.01}
    found = verdict(cases(), thresholds)
    assert [reason.passed for reason in found.reasons] == [False, True]
    assert found.reasons[1].text == "LV in alpha: no baseline yet to be worse than"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "95 % Hausdorff distance 4.00 mm is above the maximum 3.00 mm"),
        ({"unit": "px"}, "not evaluable, spacing is not known (unit px)"),
        ({"area_prediction": (0.0, 0.0), "hd95": (NAN, NAN)}, "not evaluable, no prediction to measure"),
    ],
)
def test_distances_have_a_maximum_and_pixels_never_pass_for_millimetres(changes, text):
    assert verdict(cases(), {"structure": "LV", "maximum_hd95_mm": 4.0, "maximum_asd_mm": 1.0}).blessed
    assert text in failures(verdict(cases(**changes), {"structure": "LV", "maximum_hd95_mm": 3.0}))[0]


def test_shortcut_is_found_where_a_structure_is_labelled_elsewhere():
    threshold = {"structure": "LV", "minimum": 0.1}
    never = [*cases(), *cases("beta", la=NAN, area_prediction=(100.0, 0.0))]
    failed = failures(verdict(never, threshold, minimum_shortcut_ratio=0.5))
    assert failed == [
        "LA in beta, where it is not labelled: predicted in 0% of images, in 100% where it is labelled: a shortcut, "
        "expected at least 50% of that"
    ]
    often = [*cases(), *cases("beta", la=NAN, area_prediction=(100.0, 80.0))]
    assert verdict(often, threshold, minimum_shortcut_ratio=0.5).blessed


def test_threshold_without_a_limit_is_refused():
    with pytest.raises(ValueError, match="expected at least one of minimum"):
        EvaluatorParameters.model_validate({"thresholds": [{"structure": "LV"}]})
