import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.plan import make_plan

SIDES = st.integers(8, 400)


@pytest.mark.parametrize(
    ("size", "features"),
    [
        ((128, 128), (8, 16, 32, 64, 128, 256)),
        ((112, 112), (8, 16, 32, 64, 128)),
        ((64, 96), (8, 16, 32, 64, 128)),
        ((256, 256), (8, 16, 32, 64, 128, 256)),
    ],
)
def test_depth_follows_from_the_image_size(size, features):
    assert make_plan(size, 3, base_features=8).features == features


def test_odd_size_is_worked_on_with_a_larger_patch():
    plan = make_plan((111, 112), 3, base_features=8)
    assert plan.patch_size == (112, 112)
    assert plan.image_size == (111, 112)


def test_image_too_small_for_two_levels_is_refused():
    with pytest.raises(ValueError, match=r"Invalid value for image_size.*Received: \[7, 7\]"):
        make_plan((7, 7), 3, base_features=8)


def test_axis_of_coarse_spacing_waits_until_the_other_has_caught_up():
    plan = make_plan((64, 64), 3, base_features=8, spacing_mm=(2.0, 0.5))
    assert plan.strides[:4] == ((1, 1), (1, 2), (1, 2), (2, 2))
    assert plan.kernels[:3] == ((1, 3), (1, 3), (3, 3))


def test_nearly_square_pixels_are_treated_as_square():
    assert make_plan((64, 64), 3, 8, spacing_mm=(0.154, 0.308 / 2.01)).strides == make_plan((64, 64), 3, 8).strides


def test_plan_can_be_written_as_json():
    assert json.loads(json.dumps(make_plan((64, 96), 2, 8, spacing_mm=(0.5, 0.5)).to_dict()))["patch_size"] == [64, 96]


@given(SIDES, SIDES, st.floats(0.05, 5), st.floats(0.05, 5))
def test_patch_holds_the_image_and_every_level_divides_it(rows, columns, row_mm, column_mm):
    plan = make_plan((rows, columns), 2, 4, spacing_mm=(row_mm, column_mm))
    for side, patch, axis in zip((rows, columns), plan.patch_size, (0, 1), strict=True):
        divisor = 1
        for stride in plan.strides:
            divisor *= stride[axis]
        assert patch >= side
        assert patch % divisor == 0
        assert patch - side < divisor
        assert patch // divisor >= 4
