"""Label dropout: rates, statelessness, modes, and clear errors."""

import warnings

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from models.label_dropout import LabelDropout, LabelDropoutWarning
from models.partial_labels import encode_partial_labels
from models.stateless_draws import uniform_draws

PARTIAL = (False, True, True)
DRAWS = 10_000


def ids(count=DRAWS):
    return np.array([f"dataset/patient{k // 7}/{k % 7}" for k in range(count)])


def presence_after(dropout, presence, epoch=0):
    count = len(presence)
    _, presence = dropout(np.zeros((count, 1, 1), np.uint8), presence, ids(count), tf.constant(epoch, tf.int64))
    return presence.numpy()


def assert_rate(hidden, p):
    """The number of hidden labels lies in the binomial 99.9 % interval."""
    low, high = stats.binom.interval(0.999, hidden.size, p)
    assert low <= hidden.sum() <= high


@pytest.mark.parametrize("p", [0.05, 0.3, 0.5, 0.9])
def test_rate_of_independent_dropout(p):
    presence = presence_after(LabelDropout(seed=1, partially_labelled=PARTIAL, probability=p), np.ones((DRAWS, 3), int))
    assert np.all(presence[:, 0] == 1)
    assert_rate(1 - presence[:, 1], p)
    assert_rate(1 - presence[:, 2], p)
    assert_rate((1 - presence[:, 1]) * (1 - presence[:, 2]), p * p)


@pytest.mark.parametrize("p", [0.3, 0.5])
def test_rate_of_joint_dropout(p):
    dropout = LabelDropout(seed=2, partially_labelled=PARTIAL, probability=p, mode="joint")
    presence = presence_after(dropout, np.ones((DRAWS, 3), int))
    assert np.all(presence[:, 1] == presence[:, 2])
    assert np.all(presence[:, 0] == 1)
    assert_rate(1 - presence[:, 1], p)


def test_rate_of_pattern_dropout():
    patterns = [(1, 1, 1), (1, 0, 0), (1, 0, 1)]
    dropout = LabelDropout(seed=3, partially_labelled=PARTIAL, probability=0.4, mode="pattern", patterns=patterns)
    presence = presence_after(dropout, np.ones((DRAWS, 3), int))
    for pattern, p in zip(patterns, (0.6, 0.2, 0.2), strict=True):
        assert_rate(np.all(presence == pattern, axis=1), p)


def test_pattern_is_intersected_with_the_own_presence():
    patterns = [(1, 1, 0), (1, 0, 1)]
    dropout = LabelDropout(seed=3, partially_labelled=PARTIAL, probability=1.0, mode="pattern", patterns=patterns)
    assert np.all(presence_after(dropout, np.tile((1, 1, 0), (50, 1))) == (1, 0, 0))


def test_all_structures_and_each_its_own_probability():
    options = {"seed": 4, "partially_labelled": PARTIAL, "structures": "all"}
    for probability in ((0.1, 0.0, 0.7), {0: 0.1, 2: 0.7}):
        dropout = LabelDropout(probability=probability, **options)
        presence = presence_after(dropout, np.ones((DRAWS, 3), int))
        assert_rate(1 - presence[:, 0], 0.1)
        assert np.all(presence[:, 1] == 1)
        assert_rate(1 - presence[:, 2], 0.7)


@pytest.mark.parametrize(("epoch", "p"), [(0, 0.0), (5, 0.4), (10, 0.8), (99, 0.8)])
def test_linear_schedule(epoch, p):
    dropout = LabelDropout(seed=5, partially_labelled=PARTIAL, probability=0.8, schedule=(0.0, 1.0, 10))
    presence = presence_after(dropout, np.ones((DRAWS, 3), int), epoch)
    assert_rate(1 - presence[:, 1], p)


@pytest.mark.parametrize("mode", ["independent", "joint", "pattern"])
def test_keep_one(mode):
    dropout = LabelDropout(
        seed=6, partially_labelled=PARTIAL, probability=1.0, mode=mode, structures="all", patterns=[(0, 0, 0)],
        keep_one=True,
    )  # fmt: skip
    before = np.random.default_rng(0).integers(0, 2, (DRAWS, 3))
    after = presence_after(dropout, before)
    assert np.all(after <= before)
    np.testing.assert_array_equal(after.sum(axis=1), before.any(axis=1))
    both = after[(before == (1, 1, 0)).all(axis=1)]
    assert_rate(both[:, 0], 0.5)


def test_hidden_pixels_become_background_and_the_rest_stays():
    random = np.random.default_rng(0)
    mask = random.integers(0, 4, (50, 4, 5)).astype(np.uint8)
    before = random.integers(0, 2, (50, 3))
    dropout = LabelDropout(seed=7, partially_labelled=PARTIAL)
    new_mask, after = dropout(mask, before, ids(50), 0)
    assert new_mask.dtype == tf.uint8
    for old, new, seen in zip(mask, new_mask.numpy(), after.numpy(), strict=True):
        np.testing.assert_array_equal(new, np.where(np.isin(old, np.flatnonzero(seen) + 1), old, 0))
    np.testing.assert_array_equal(encode_partial_labels(mask, after), encode_partial_labels(new_mask, after))


def stream(dropout, batch, parallel, order=None, epoch=3):
    """example_id → presence, through tf.data."""
    names = ids(120)[order if order is not None else slice(None)]
    data = tf.data.Dataset.from_tensor_slices(names).batch(batch)

    def hide(name):
        count = tf.shape(name)[0]
        mask, presence = tf.zeros((count, 2, 2), tf.uint8), tf.ones((count, 3), tf.int64)
        return name, dropout(mask, presence, name, tf.constant(epoch, tf.int64))[1]

    mapped = data.map(hide, num_parallel_calls=parallel).unbatch()
    return {name: tuple(presence) for name, presence in mapped.as_numpy_iterator()}


def test_equal_draws_for_any_batching_order_and_parallelism():
    dropout = LabelDropout(seed=8, partially_labelled=PARTIAL)
    expected = stream(dropout, 1, None)
    assert len(set(expected.values())) == 4
    order = np.random.default_rng(0).permutation(120)
    assert stream(dropout, 7, 2) == expected
    assert stream(LabelDropout(seed=8, partially_labelled=PARTIAL), 120, tf.data.AUTOTUNE, order) == expected


def test_other_epochs_and_seeds_draw_anew():
    dropout, other = (LabelDropout(seed=seed, partially_labelled=PARTIAL) for seed in (8, 9))
    ones = np.ones((DRAWS, 3), int)
    first = presence_after(dropout, ones, 0)
    for again in (presence_after(dropout, ones, 1), presence_after(other, ones, 0)):
        assert_rate(first[:, 1] != again[:, 1], 0.5)


def test_draws_are_uniform_and_independent():
    draws = uniform_draws(11, tf.constant(4, tf.int64), tf.constant(ids()), ["a", "b"]).numpy()
    assert draws.min() >= 0
    assert draws.max() < 1
    for column in draws.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3
    cells, _, _ = np.histogram2d(*draws.T, bins=10, range=[[0, 1], [0, 1]])
    assert stats.chisquare(cells.ravel()).pvalue > 1e-3
    neighbours = np.corrcoef(draws[:-1, 0], draws[1:, 0])[0, 1]
    assert abs(neighbours) < 4 / np.sqrt(DRAWS)


def test_draws_are_fixed_for_all_time():
    """A resume on another machine must see the same draws."""
    draws = uniform_draws(1, tf.constant(2), tf.constant(["x"]), ["hide 0"])
    assert int(draws[0, 0] * 2**24) == 8616835


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan"), (0.5, 0.5, 2.0), {1: -1.0}])
def test_probability_outside_its_range(probability):
    with pytest.raises(ValueError, match=r"Invalid value for probability. Expected p in \[0, 1\]. Received"):
        LabelDropout(seed=0, partially_labelled=PARTIAL, probability=probability)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "both"}, "Invalid value for mode"),
        ({"structures": "none"}, "Invalid value for structures"),
        ({"probability": (0.5,)}, "Invalid length of probability"),
        ({"probability": {3: 0.5}}, "Invalid keys of probability"),
        ({"probability": (0.5, 0.1, 0.1), "mode": "joint"}, "Expected one number in mode joint"),
        ({"mode": "pattern"}, "Invalid value for patterns"),
        ({"mode": "pattern", "patterns": [(1, 0)]}, "Invalid value for patterns"),
        ({"schedule": (0.0, 2.0, 5)}, "Invalid value for schedule"),
        ({"schedule": (0.0, 1.0, 0)}, "Invalid value for schedule"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        LabelDropout(seed=0, partially_labelled=PARTIAL, **options)


def test_nothing_to_drop_warns():
    with pytest.warns(LabelDropoutWarning, match="will hide nothing: no structure is partially labelled"):
        LabelDropout(seed=0, partially_labelled=(False, False), probability=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LabelDropout(seed=0, partially_labelled=(False, False), probability=0.0)
        LabelDropout(seed=0, partially_labelled=(False, False), probability=0.5, structures="all")


def test_presence_of_the_wrong_length_fails_while_the_graph_is_built():
    dropout = LabelDropout(seed=0, partially_labelled=PARTIAL)
    data = tf.data.Dataset.from_tensors((np.zeros((1, 2, 2), np.uint8), np.ones((1, 4), int), np.array(["x"])))
    with pytest.raises(ValueError, match=r"Invalid length of presence. Expected 3 structures. Received: 4"):
        data.map(lambda mask, presence, name: dropout(mask, presence, name, 0))


def test_id_outside_the_vocabulary():
    dropout = LabelDropout(seed=0, partially_labelled=PARTIAL)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected ids from 0 to 3"):
        dropout(np.full((1, 2, 2), 4, np.uint8), np.ones((1, 3), int), np.array(["x"]), 0)
