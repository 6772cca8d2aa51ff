import math
import tracemalloc

import numpy as np
import pytest

from components.evaluator.bootstrap import patient_interval
from components.evaluator.chosen import chosen
from components.evaluator.scores import compare, prediction_rates, score_all
from tests.components.evaluator.makers import STRUCTURES, case

NAN = float("nan")


def by_key(scores):
    return {(score.domain, score.view, score.structure): score for score in scores}


def test_only_labelled_structures_count():
    cases = [case(0, dice=(0.8, 0.5)), case(1, dice=(0.6, NAN)), case(2, "beta", dice=(0.9, NAN))]
    scores = by_key(score_all(cases, STRUCTURES, seed=0))
    assert scores["alpha", "*", "LV"].dice == pytest.approx(0.7)
    assert (scores["alpha", "*", "LV"].images, scores["alpha", "*", "LV"].patients) == (2, 1)
    assert (scores["alpha", "*", "LA"].dice, scores["alpha", "*", "LA"].images) == (0.5, 1)
    assert scores["beta", "*", "LA"].images == 0
    assert math.isnan(scores["beta", "*", "LA"].dice)


def test_views_are_told_apart_where_asked_for():
    cases = [case(0, dice=(0.8, 0.5)), case(1, dice=(0.6, 0.5), view="2CH")]
    scores = by_key(score_all(cases, STRUCTURES, seed=0, by_view=True))
    assert (scores["alpha", "2CH", "LV"].dice, scores["alpha", "4CH", "LV"].dice) == (0.6, 0.8)


def test_millimetres_and_pixels_are_never_mixed():
    scores = by_key(score_all([case(0), case(1, unit="px")], STRUCTURES, seed=0))
    assert scores["alpha", "*", "LV"].unit == "mixed"
    assert math.isnan(scores["alpha", "*", "LV"].hd95)
    scores = by_key(score_all([case(0), case(1)], STRUCTURES, seed=0))
    assert (scores["alpha", "*", "LV"].hd95, scores["alpha", "*", "LV"].unit) == (4.0, "mm")


def test_areas_pieces_and_misses():
    cases = [case(0), case(1, area_prediction=(0.0, 50.0), hd95=(NAN, 4.0))]
    scores = by_key(score_all(cases, STRUCTURES, seed=0))
    assert scores["alpha", "*", "LV"].area_error == pytest.approx((0.1 - 1) / 2)
    assert scores["alpha", "*", "LV"].missed == 0.5
    assert (scores["alpha", "*", "LV"].pieces, scores["alpha", "*", "LA"].pieces) == (0, 1)


def test_enclosure_is_told_of_the_inner_structure_beside_that_of_the_labels():
    scores = by_key(score_all([case(0), case(1, enclosed=0.4, enclosed_truth=NAN)], STRUCTURES, seed=0))
    assert scores["alpha", "*", "LV"].enclosed == pytest.approx(0.6)
    assert scores["alpha", "*", "LV"].enclosed_truth == pytest.approx(0.9)
    assert math.isnan(scores["alpha", "*", "LA"].enclosed)


def test_memory_grows_with_patients_and_not_with_images():
    def peak(images):
        stream = Stream(images)
        tracemalloc.start()
        score_all(stream, STRUCTURES, seed=0)
        prediction_rates(stream, STRUCTURES)
        compare(stream, stream, STRUCTURES, seed=0)
        chosen(stream, 5)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(20_000) - peak(2_000) < 18_000 * 40  # bytes; the numbers of a case alone are 1,000


class Stream:
    """So many images of 50 patients, never all in memory."""

    def __init__(self, images):
        self._images = images

    def __iter__(self):
        return (case(k, dice=(0.5 + k % 97 / 200, 0.8), patient=f"p{k % 50}") for k in range(self._images))


def test_interval_is_of_patients_and_not_of_images():
    rng = np.random.default_rng(0)
    means = rng.normal(0.8, 0.1, 40)
    once = patient_interval(means, [f"p{k}" for k in range(40)], seed=0)
    tenfold = patient_interval(np.repeat(means, 10), [f"p{k}" for k in range(40) for _ in range(10)], seed=0)
    assert once == pytest.approx(tenfold, abs=1e-9)  # ten images of each patient are no new evidence
    expected = 1.96 * means.std() / np.sqrt(40)
    assert once[1] - once[0] == pytest.approx(2 * expected, rel=0.1)
    assert patient_interval(means, [f"p{k}" for k in range(40)], seed=0) == once
    assert np.isnan(patient_interval([0.5, 0.6], ["p", "p"], seed=0)).all()


def test_comparison_is_paired_by_example():
    before = [case(k, dice=(0.5 + 0.01 * k, 0.7)) for k in range(20)]
    after = [case(k, dice=(0.5 + 0.01 * k + 0.02, NAN)) for k in range(20)]
    found = {one.structure: one for one in compare(after, before, STRUCTURES, seed=0)}
    assert found["LV"].difference == pytest.approx(0.02)
    assert (found["LV"].low, found["LV"].high) == pytest.approx((0.02, 0.02))  # every image gains the same
    assert found["LA"].images == 0
    with pytest.raises(ValueError, match="same examples"):
        compare(after[1:], before, STRUCTURES, seed=0)
    with pytest.raises(ValueError, match="same examples"):
        compare(after, before[::-1], STRUCTURES, seed=0)


def test_stray_pixels_are_no_prediction():
    cases = [case(0), case(1, "beta", dice=(0.9, NAN), area_prediction=(100.0, 3.0))]
    rates = {(rate.domain, rate.structure): rate for rate in prediction_rates(cases, STRUCTURES)}
    assert (rates["alpha", "LA"].rate, rates["alpha", "LA"].labelled) == (1, True)
    assert (rates["beta", "LA"].rate, rates["beta", "LA"].labelled) == (0, False)
    assert rates["beta", "LV"].rate == 1
