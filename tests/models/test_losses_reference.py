"""Each loss against a plain float64 NumPy reference that is written pixel by pixel from the equations."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.losses import make_loss
from models.partial_labels import encode_partial_labels

CASES = [
    ("cce", {}),
    ("cce", {"dice_weight": 0.7}),
    ("acce", {}),
    ("acce", {"dice_weight": 1.0}),
    ("marginal", {}),
    ("marginal", {"dice_weight": 1.0}),
    ("marginal", {"exclusion_weight": 0.5}),
    ("abce", {}),
    ("abce", {"dice_weight": 2.0}),
    ("leaf_dice", {}),
    ("leaf_dice", {"alpha": 1}),
    ("leaf_dice", {"background_is_leaf": True}),
]
each_loss = pytest.mark.parametrize(("name", "options"), CASES, ids=[f"{name}-{options}" for name, options in CASES])


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def class_probabilities(name, z, seen):
    """q (H,W,1+C) of one image; zero for absent structures where the loss leaves them out."""
    present = [0, *(np.flatnonzero(seen) + 1)]
    if name == "abce":
        return 1 / (1 + np.exp(-z))
    if name == "acce":
        q = np.zeros_like(z)
        q[..., present] = softmax(z[..., present])
        return q
    q = softmax(z)
    if name == "marginal":
        absent = np.flatnonzero(seen == 0) + 1
        q[..., 0] += q[..., absent].sum(axis=-1)
        q[..., absent] = 0
    return q


def reference(name, mask, presence, logits, dice_weight=0.0, exclusion_weight=0.0, alpha=2, background_is_leaf=False):
    entropies, exclusions, dices, leaves = [], [], [], []
    for m, seen, z in zip(mask, presence, logits.astype(np.float64), strict=True):
        if not seen.any():
            continue
        truth = np.where(np.isin(m, np.flatnonzero(seen) + 1), m, 0)
        q = class_probabilities(name, z, seen)
        for c in np.flatnonzero(seen) + 1:
            y = truth == c
            dices.append(1 - (2 * q[..., c][y].sum() + 1) / (q[..., c].sum() + y.sum() + 1))
        if name == "abce":
            for c in np.flatnonzero(seen) + 1:
                entropies += list(np.where(truth == c, np.logaddexp(0, -z[..., c]), np.logaddexp(0, z[..., c])).ravel())
        else:
            entropies += list(-np.log(np.take_along_axis(q, truth[..., None].astype(int), -1)).ravel())
        absent = np.flatnonzero(seen == 0) + 1
        exclusions += list(((truth > 0) * np.log(1 + softmax(z)[..., absent]).sum(-1)).ravel())
        leaves.append(leaf_dice_of_image(truth, seen, softmax(z), alpha, background_is_leaf))
    if not entropies:
        return 0.0
    if name == "leaf_dice":
        return np.mean(leaves)
    return np.mean(entropies) + dice_weight * np.mean(dices) + exclusion_weight * np.mean(exclusions)


def leaf_dice_of_image(truth, seen, p, alpha, background_is_leaf):
    scores = []
    for c in range(len(seen) + 1):
        if c > 0 and not seen[c - 1]:
            if not background_is_leaf:
                scores.append(0.0)
            continue
        is_leaf = (truth == c) & (c > 0 or background_is_leaf or seen.all())
        scores.append(2 * p[..., c][is_leaf].sum() / (is_leaf.sum() + (p[..., c] ** alpha).sum() + 1e-5))
    return 1 - np.mean(scores)


def random_case(seed, batch=3, size=(4, 5), structures=3, scale=2.0):
    random = np.random.default_rng(seed)
    mask = random.integers(0, structures + 1, (batch, *size)).astype(np.uint8)
    presence = random.integers(0, 2, (batch, structures))
    logits = (scale * random.normal(size=(batch, *size, structures + 1))).astype(np.float32)
    return mask, presence, logits


@each_loss
@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    batch=st.integers(1, 4),
    structures=st.integers(1, 4),
    scale=st.sampled_from([0.1, 1.0, 4.0]),
)
def test_value(name, options, seed, batch, structures, scale):
    mask, presence, logits = random_case(seed, batch, structures=structures, scale=scale)
    value = make_loss(name, **options)(encode_partial_labels(mask, presence), logits).numpy()
    np.testing.assert_allclose(value, reference(name, mask, presence, logits, **options), rtol=1e-6, atol=1e-12)


@each_loss
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_gradient_by_finite_differences(name, options, seed):
    mask, presence, logits = random_case(seed, batch=2, size=(2, 3))
    presence[0] = [1, 0, 1]
    step = 1e-5
    expected = np.zeros(logits.shape)
    for index in np.ndindex(logits.shape):
        moved = [logits.astype(np.float64) for _ in range(2)]
        moved[0][index] += step
        moved[1][index] -= step
        high, low = (reference(name, mask, presence, z, **options) for z in moved)
        expected[index] = (high - low) / (2 * step)
    variable = tf.Variable(logits)
    with tf.GradientTape() as tape:
        loss = make_loss(name, **options)(encode_partial_labels(mask, presence), variable)
    np.testing.assert_allclose(tape.gradient(loss, variable).numpy(), expected, rtol=1e-5, atol=1e-7)
