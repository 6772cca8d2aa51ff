"""Volumes and ejection fractions against shapes whose volume is known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.evaluator.cavity import Cavity, measure_cavity
from components.evaluator.ejection import agreements, area_length, biplane, read_outs
from tests.components.evaluator.makers import case

NAN = float("nan")


def ellipse(half_length, half_width, spacing=(0.5, 0.5), degrees=0.0):
    """(H,W) bool, an ellipse of these half axes in mm whose long axis leans by so many degrees."""
    rows, columns = np.mgrid[-60 : 60 : spacing[0], -60 : 60 : spacing[1]]
    angle = np.deg2rad(degrees)
    along, across = rows * np.cos(angle) + columns * np.sin(angle), columns * np.cos(angle) - rows * np.sin(angle)
    return (along / half_length) ** 2 + (across / half_width) ** 2 <= 1


@settings(deadline=None, max_examples=40)
@given(st.floats(32, 48), st.floats(15, 26), st.floats(-40, 40), st.floats(0.3, 0.8), st.floats(0.3, 0.8))
def test_ellipsoid_has_its_volume_whatever_its_tilt_and_spacing(half_length, half_width, degrees, rows, columns):
    cavity = measure_cavity(ellipse(half_length, half_width, (rows, columns), degrees), (rows, columns))
    volume = 4 / 3 * math.pi * half_length * half_width**2
    assert cavity.length == pytest.approx(2 * half_length, rel=0.03)
    assert cavity.area == pytest.approx(math.pi * half_length * half_width, rel=0.02)
    assert area_length(cavity) == pytest.approx(volume, rel=0.05)
    assert biplane(cavity, cavity) == pytest.approx(volume, rel=0.05)


def test_biplane_takes_the_diameters_of_both_views():
    two, four = (measure_cavity(ellipse(40, half_width), (0.5, 0.5)) for half_width in (15, 25))
    assert biplane(two, four) == pytest.approx(4 / 3 * math.pi * 40 * 15 * 25, rel=0.02)


def test_discs_begin_at_the_apex():
    wedge = np.tril(np.ones((60, 60), bool))[:, :20]
    wedge = np.hstack([wedge[:, ::-1], wedge])  # narrow above, wide below
    for tilted in (wedge, np.roll(wedge, 3, axis=1)):
        diameters = measure_cavity(tilted, (1, 1)).diameters
        assert diameters[0] < diameters[-1]


@pytest.mark.parametrize("pixels", [0, 1])
def test_mask_of_less_than_two_pixels_has_no_cavity(pixels):
    mask = np.zeros((8, 8), bool)
    mask.flat[:pixels] = True
    assert measure_cavity(mask, (1, 1)) is None


def cavity(scale):
    return Cavity(80 * scale, (40 * scale,) * 20)


def pair(patient, shrink, guess, view="4CH", **changes):
    """ED and ES of one patient: lengths shrink by so much in the label, and by `guess` in the prediction."""
    return [
        case(
            0,
            patient=patient,
            view=view,
            frame=phase,
            cavity_truth=cavity(t),
            cavity_prediction=predicted,
            **changes,
        )
        for phase, t, predicted in (
            ("ED", 1.0, cavity(1.0)),
            ("ES", shrink, None if guess is None else cavity(guess)),
        )
    ]


def test_ejection_fraction_of_a_known_shrinkage():
    [one] = read_outs(pair("p", 0.8, 0.7))
    assert one.method == "area-length 4CH"
    assert one.ef_truth == pytest.approx(100 * (1 - 0.8**3))
    assert one.ef_prediction == pytest.approx(100 * (1 - 0.7**3))
    assert one.edv_truth == pytest.approx(8 * (80 * 40) ** 2 / (3 * math.pi * 80) / 1000)


def test_both_views_give_biplane_too():
    methods = [one.method for one in read_outs([*pair("p", 0.8, 0.7), *pair("p", 0.8, 0.7, "2CH")])]
    assert methods == ["area-length 2CH", "area-length 4CH", "Simpson biplane"]


def test_pixels_give_a_fraction_and_no_volume():
    found = read_outs([*pair("p", 0.8, 0.7, unit="px"), *pair("p", 0.8, 0.7, "2CH", unit="px")])
    assert [one.method for one in found] == ["area-length 2CH", "area-length 4CH"]
    assert all(math.isnan(one.edv_truth) and math.isfinite(one.ef_truth) for one in found)


def test_one_phase_alone_is_not_read():
    assert read_outs(pair("p", 0.8, 0.7)[:1]) == []


def test_bias_and_limits_of_agreement():
    shrinks = [(0.80, 0.78), (0.82, 0.82), (0.75, 0.77), (0.85, 0.83)]
    found = read_outs([one for k, both in enumerate(shrinks) for one in pair(f"p{k}", *both)])
    gaps = np.array([100 * (truth**3 - guess**3) for truth, guess in shrinks])
    [agreed] = agreements(found, seed=0)
    assert (agreed.patients, agreed.missed) == (4, 0)
    assert agreed.error == pytest.approx(np.abs(gaps).mean())
    assert agreed.low <= agreed.error <= agreed.high
    assert agreed.bias == pytest.approx(gaps.mean())
    assert agreed.upper - agreed.bias == pytest.approx(1.96 * gaps.std(ddof=1))
    assert agreed.edv_error == pytest.approx(0)


def test_missed_cavity_is_counted_and_not_averaged():
    found = read_outs([*pair("p", 0.8, 0.8), *pair("q", 0.8, None)])
    [agreed] = agreements(found, seed=0)
    assert (agreed.patients, agreed.missed, agreed.error) == (1, 1, pytest.approx(0))
    [nothing] = agreements([found[1]], seed=0)
    assert (nothing.patients, nothing.missed) == (0, 1)
    assert math.isnan(nothing.error)
