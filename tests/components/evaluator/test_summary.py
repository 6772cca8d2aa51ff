import csv
import math

import numpy as np
import pytest

from components.evaluator.measure import Case
from components.evaluator.summary import Summary


def case(domain="alpha", patient="p1", dice=(0.9, math.nan)):
    picture = np.zeros((4, 4), np.uint8)
    text = (f"{domain}/{patient}", patient, domain, "4CH", "ED")
    return Case(*text, picture, picture, picture, presence=np.isfinite(dice), dice=np.array(dice))


@pytest.fixture
def summary():
    gathered = Summary(["LV", "LA"])
    for one in (case(dice=(0.8, 0.5)), case(dice=(0.6, math.nan)), case("beta", "p2")):
        gathered.add(one)
    return gathered


def test_only_labelled_structures_count(summary):
    by_key = {(score.domain, score.structure): score for score in summary.scores()}
    assert by_key["alpha", "LV"].dice == pytest.approx(0.7)
    assert (by_key["alpha", "LV"].images, by_key["alpha", "LV"].patients) == (2, 1)
    assert (by_key["alpha", "LA"].dice, by_key["alpha", "LA"].images) == (0.5, 1)


def test_structure_that_a_domain_never_labels_is_listed_without_a_value(summary):
    by_key = {(score.domain, score.structure): score for score in summary.scores()}
    assert by_key["beta", "LA"].images == 0
    assert math.isnan(by_key["beta", "LA"].dice)


def test_cases_leave_a_cell_empty_where_nothing_was_labelled(summary, tmp_path):
    summary.write_cases(tmp_path / "cases.csv")
    rows = list(csv.DictReader((tmp_path / "cases.csv").open()))
    assert [row["LA"] for row in rows] == ["0.500000", "", ""]
    assert rows[2]["domain"] == "beta"
