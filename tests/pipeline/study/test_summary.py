"""What a study's record says, in tables and sentences."""

from pipeline.study.figures import sweep
from pipeline.study.report import render
from pipeline.study.summary import summarize
from tests.pipeline.study.makers import record, result

GOOD = {
    "acce": 0.4, "acce_dropout": 0.8, "alpha_alone": 0.7, "falsification": 0.9, "upper": 0.9, "upper_recipe": 0.9,
    "recipe": 0.9, "marginal": 0.8, "marginal_dropout": 0.85,
}  # fmt: skip


def test_the_theory_holds_where_the_numbers_are_so():
    found = summarize(record(GOOD)).findings
    assert len(found) >= 10
    assert all(one.holds for one in found), [one.text for one in found if not one.holds]
    assert any(
        one.text.startswith("LA in beta: label dropout raises acce's Dice") and "+100 %" in one.text for one in found
    )


def test_each_claim_falls_with_its_number():
    for name, value, told in [
        ("acce_dropout", 0.45, "label dropout raises acce's Dice"),
        ("falsification", 0.85, "presence independent"),
        ("alpha_alone", 0.3, "acce on both scanners is worse than alpha alone"),
        ("alpha_alone", 0.85, "marginal is better than alpha alone"),
        ("recipe", 0.85, "everything labelled: 94.4"),
        ("recipe", 0.88, "everything labelled: -0.0200"),
        ("marginal_dropout", 0.8, "label dropout helps marginal too: +0.000"),
    ]:
        found = summarize(record({**GOOD, name: value})).findings
        failed = [one.text for one in found if not one.holds]
        assert any(told in text for text in failed), (name, failed)


def test_the_bound_is_the_better_one():
    found = summarize(record({**GOOD, "upper_recipe": 0.95})).findings
    assert any("LA in beta: recipe" in one.text and "94.7" in one.text and not one.holds for one in found)


def test_audit_is_held_against_what_happened():
    sweeps = tuple(
        result(f"acce_dropout|p={p}", seed, 0.5 + p / 4, 1 - p, "p", p) for p in (0.1, 0.3, 0.7, 0.9) for seed in (1, 2)
    )
    found = summarize(record(GOOD, {"acce_dropout": 0.5, "falsification": 0, "upper": 0}, sweeps)).findings
    [one] = [one for one in found if "LA in beta: the stronger the audit" in one.text]
    assert one.holds
    assert "over 6 probabilities, seeds [1, 2]" in one.text


def test_the_arms_own_value_stands_in_its_sweep():
    sweeps = (result("acce_dropout|p=0.9", 1, 0.7, sweep="p", value=0.9),)
    points = [one for one in summarize(record(GOOD, sweeps=sweeps)).points if one.mean.structure == "LA"]
    own = {one.value: round(one.mean.value, 2) for one in points if one.sweep == "p"}
    assert own == {0.9: 0.7, 0.5: 0.8}


def test_sweep_of_words_is_drawn():
    sweeps = (result("acce_dropout|mode=joint", 1, 0.7, sweep="mode", value="joint"),)
    points = summarize(record(GOOD, sweeps=sweeps)).points
    modes = [(one.arm, one.value, one.mean) for one in points if one.sweep == "mode" and one.mean.structure == "LA"]
    plot = sweep(modes, "mode of label dropout", "beta", "LA")
    assert "acce_dropout at joint: 0.699" in plot.alt
    assert "acce_dropout at independent: 0.8" in plot.alt
    assert plot.svg.startswith(b"<?xml")


def test_unfinished_study_is_told_as_far_as_it_is():
    summary = summarize(record({"acce": 0.5}))
    assert [title for title, _ in summary.rows] == ["acce"]
    assert "| acce | 0.50" in render("report.md.j2", {"summary": summary}).replace("0.499", "0.500")
