"""Statistics on results whose answer is known."""

import numpy as np
import pytest

from pipeline.study.config import Comparison
from pipeline.study.results import CellResult
from pipeline.study.statistics import differences, means


def results(name, level, seeds=(1, 2, 3), noise=0.01):
    """Dice of 30 patients around a level, the same patients' spread in every arm."""
    spread = 0.05 * np.random.default_rng(5).normal(size=30)
    found = []
    for seed in seeds:
        own = level + spread + noise * np.random.default_rng([seed, int(1000 * level)]).normal(size=30)
        dice = {"beta": {"LA": {f"p{k:02d}": float(value) for k, value in enumerate(own)}}}
        found.append(CellResult(name, name, seed, None, None, dice, [], {"LA": 1.0}, "", 1.0, name))
    return found


ASKED = Comparison(arm="better", than="worse", domain="beta", structures=("LA",))


def test_paired_difference_is_narrower_than_the_means():
    found = [*results("better", 0.6), *results("worse", 0.5)]
    [gap] = differences(found, [ASKED])
    assert gap.absolute == pytest.approx(0.1, abs=0.01)
    assert 0.08 < gap.absolute_low < gap.absolute < gap.absolute_high < 0.12
    assert gap.relative == pytest.approx(0.2, abs=0.02)
    assert gap.relative_low < gap.relative < gap.relative_high
    assert gap.p_value < 1e-5
    one, _ = means(found)
    assert (one.seeds, one.patients) == (3, 30)
    assert one.high - one.low > 2 * (gap.absolute_high - gap.absolute_low)


def test_equal_arms_differ_by_nothing_sure():
    [gap] = differences([*results("better", 0.5, noise=0.011), *results("worse", 0.5)], [ASKED])
    assert gap.absolute_low < 0 < gap.absolute_high or abs(gap.absolute) < 0.005


def test_only_common_seeds_are_compared():
    [gap] = differences([*results("better", 0.6, seeds=(1, 2)), *results("worse", 0.5, seeds=(2, 3))], [ASKED])
    assert gap.absolute == pytest.approx(0.1, abs=0.02)
    assert differences([*results("better", 0.6, seeds=(1,)), *results("worse", 0.5, seeds=(2,))], [ASKED]) == []


def test_several_questions_are_paid_for():
    found = [*results("better", 0.502), *results("worse", 0.5), *results("other", 0.7)]
    alone = differences(found, [ASKED])[0]
    asked = [ASKED, *(ASKED.model_copy(update={"arm": "worse", "than": "worse"}) for _ in range(4))]
    among = differences(found, asked)[0]
    assert alone.corrected == alone.p_value == among.p_value
    assert among.corrected == pytest.approx(min(1.0, 5 * among.p_value))
