from collections import Counter

import pytest

from pipeline.bench.side_by_side import measure


def test_every_case_runs_once_a_round_and_the_reference_is_one():
    calls: Counter[str] = Counter()
    cases = {name: (lambda name=name: calls.update([name])) for name in ("plain", "other")}
    ratios = measure(cases, "plain", rounds=4, warm_up=2, report=lambda line: None)
    assert calls == {"plain": 6, "other": 6}
    assert [ratio.case for ratio in ratios] == ["plain", "other"]
    assert ratios[0].ratio == 1.0
    assert ratios[1].low <= ratios[1].ratio <= ratios[1].high


def test_ratio_is_taken_within_each_round(monkeypatch):
    clock = iter([0.0, 1.0, 1.0, 3.0, 0.0, 20.0, 20.0, 30.0])  # round 1: 1 s and 2 s; round 2, turned: 20 s and 10 s
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    cases = {"plain": lambda: None, "other": lambda: None}
    plain, other = measure(cases, "plain", rounds=2, warm_up=0, report=lambda line: None)
    assert other.ratio == pytest.approx(2.0)
    assert plain.ratio == 1.0
