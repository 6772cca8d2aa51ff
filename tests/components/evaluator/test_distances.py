"""Distances against medpy, an independent implementation, and against cases known by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from medpy.metric import binary as medpy

from components.evaluator.distances import outline_distances
from components.evaluator.topology import enclosed_share, pieces
from models.metrics import dice_per_structure

masks = arrays(bool, (14, 17)).filter(np.any)
sides = st.floats(0.1, 3.0)


@settings(deadline=None, max_examples=60)
@given(masks, masks, sides, sides)
def test_distances_agree_with_medpy(truth, prediction, rows, columns):
    found = outline_distances(truth, prediction, (rows, columns))
    assert found.hd95 == pytest.approx(medpy.hd95(prediction, truth, voxelspacing=(rows, columns)), abs=1e-3)
    assert found.asd == pytest.approx(medpy.assd(prediction, truth, voxelspacing=(rows, columns)), abs=1e-3)


@settings(deadline=None, max_examples=60)
@given(masks, masks)
def test_dice_agrees_with_medpy(truth, prediction):
    found = float(dice_per_structure(truth.astype(np.uint8)[None], prediction.astype(np.uint8)[None], 1)[0][0])
    assert found == pytest.approx(medpy.dc(prediction, truth), abs=1e-6)


def square(top, left, side=4):
    mask = np.zeros((20, 20), bool)
    mask[top : top + side, left : left + side] = True
    return mask


def test_shifted_line_is_as_far_as_it_was_shifted():
    line, shifted = np.zeros((20, 20), bool), np.zeros((20, 20), bool)
    line[5], shifted[8] = True, True
    assert outline_distances(line, shifted, (0.5, 9.0)) == (pytest.approx(1.5), pytest.approx(1.5))


def test_equal_masks_are_at_no_distance():
    assert outline_distances(square(3, 3), square(3, 3), (1, 1)) == (0, 0)


def test_empty_masks():
    empty = np.zeros((20, 20), bool)
    assert outline_distances(empty, empty, (1, 1)) == (0, 0)
    assert np.isnan(outline_distances(square(3, 3), empty, (1, 1))).all()
    assert np.isnan(outline_distances(empty, square(3, 3), (1, 1))).all()


def test_pieces_are_joined_by_their_sides():
    mask = square(2, 2)
    mask[6, 6] = True  # touches the square's corner only
    assert pieces(mask) == 2
    assert pieces(np.zeros((4, 4), bool)) == 0


def test_enclosed_share():
    inner, ring = square(8, 8), square(6, 6, 8) & ~square(8, 8)
    assert enclosed_share(inner, ring) == 1
    ring[12:] = False  # open below
    assert enclosed_share(inner, ring) == pytest.approx(0.75)
    assert np.isnan(enclosed_share(np.zeros((4, 4), bool), np.ones((4, 4), bool)))
