"""The shortcut audit on tables whose answer is known."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy
from scipy.stats.contingency import association

from components.statistics_gen.audit import audit, dependence
from models.label_dropout import LabelDropout

STRUCTURES = ("LV", "MYO", "LA")
CONFOUNDED = Counter({("alpha", (1, 1, 1)): 300, ("beta", (1, 0, 0)): 300})
INDEPENDENT = Counter({(domain, bits): 150 for domain in ("alpha", "beta") for bits in ((1, 1, 1), (1, 0, 0))})


def make(counts, loss="acce", dropout=None):
    return audit(counts, STRUCTURES, dropout, loss, permutations=199, seed=0)


def test_presence_that_tells_the_domain_is_found():
    found = make(CONFOUNDED).stored
    assert found["MYO"].cramers_v == pytest.approx(1)
    assert found["MYO"].mutual_information == pytest.approx(1)  # one bit: which of two domains
    assert found["MYO"].p_value == pytest.approx(1 / 200)
    assert found["LV"].cramers_v == 0  # labelled everywhere
    assert found["LV"].p_value == 1


def test_presence_that_does_not_is_not():
    found = make(INDEPENDENT)
    assert found.stored["all"].cramers_v == pytest.approx(0)
    assert found.stored["all"].p_value > 0.5
    assert found.advice == ("Presence tells little about the domain: no shortcut is to be expected.",)


def test_label_dropout_weakens_it():
    dropout = LabelDropout(seed=1, partially_labelled=(False, True, True), probability=0.5)
    found = make(CONFOUNDED, dropout=dropout)
    # Half of alpha's labels are hidden: a 2 by 2 table with rows (150, 150) and (0, 300).
    assert found.after_dropout["MYO"].cramers_v == pytest.approx(np.sqrt(1 / 3), abs=0.08)
    assert found.after_dropout["MYO"].mutual_information < found.stored["MYO"].mutual_information
    assert "MYO is labelled only in domain alpha; label dropout lowers Cramer's V from 1.00 to" in found.advice[0]


def test_advice_depends_on_the_loss():
    assert make(CONFOUNDED, "acce").advice[0] == (
        "MYO is labelled only in domain alpha: expect shortcut learning with acce; set "
        "trainer.label_dropout.probability (the paper takes 0.5) or use trainer.loss.name=marginal"
    )
    assert "marginal does not reward that shortcut" in make(CONFOUNDED, "marginal").advice[0]


tables = st.lists(st.lists(st.integers(1, 60), min_size=3, max_size=3), min_size=2, max_size=4)


@given(tables)
def test_measures_agree_with_independent_ones(rows):
    table = np.array(rows)
    found = dependence(table, permutations=9, seed=0)
    joint = table / table.sum()
    reference = entropy(joint.ravel(), np.outer(joint.sum(1), joint.sum(0)).ravel(), base=2)
    assert found.mutual_information == pytest.approx(reference, abs=1e-9)
    assert found.cramers_v == pytest.approx(association(table, method="cramer"), abs=1e-9)
    assert 0 < found.p_value <= 1


def test_one_domain_alone_depends_on_nothing():
    assert make(Counter({("alpha", (1, 1, 0)): 10, ("alpha", (1, 0, 0)): 5})).stored["MYO"].cramers_v == 0
