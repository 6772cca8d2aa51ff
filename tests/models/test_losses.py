"""What every loss promises: invariances, extremes, dtypes, compilation, serialization, plain fit, clear errors."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.losses import LOSSES, make_loss
from models.partial_labels import encode_partial_labels

ALL = [(name, {}) for name in LOSSES] + [(name, {"dice_weight": 1.0}) for name in ("cce", "acce", "marginal", "abce")]
ALL += [("marginal", {"exclusion_weight": 1.0}), ("leaf_dice", {"alpha": 1, "background_is_leaf": True})]
each_loss = pytest.mark.parametrize(("name", "options"), ALL, ids=[f"{name}-{options}" for name, options in ALL])

PRESENCE = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [1, 1, 1]])


def case(seed=0, scale=1.0):
    random = np.random.default_rng(seed)
    mask = random.integers(0, 4, (4, 6, 5)).astype(np.uint8)
    return mask, tf.constant(scale * random.normal(size=(4, 6, 5, 4)), tf.float32)


def value_and_gradient(loss, labels, logits):
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = loss(labels, logits)
    return value, tape.gradient(value, logits)


@each_loss
def test_content_under_an_absent_label_changes_nothing(name, options):
    mask, logits = case()
    absent = np.take_along_axis(np.pad(PRESENCE, [(0, 0), (1, 0)], constant_values=1), mask.reshape(4, -1), 1) == 0
    other = np.where(absent.reshape(mask.shape), 0, mask).astype(np.uint8)
    assert (other != mask).any()
    loss = make_loss(name, **options)
    results = [value_and_gradient(loss, encode_partial_labels(m, PRESENCE), logits) for m in (mask, other)]
    assert results[0][0] == results[1][0]
    np.testing.assert_array_equal(results[0][1], results[1][1])


@each_loss
def test_no_structure_present_is_zero(name, options):
    mask, logits = case()
    value, gradient = value_and_gradient(
        make_loss(name, **options), encode_partial_labels(mask, 0 * PRESENCE), 1e4 * logits
    )
    assert value == 0
    np.testing.assert_array_equal(gradient, np.zeros(logits.shape))


@each_loss
def test_image_without_annotation_does_not_count(name, options):
    mask, logits = case()
    loss, labels = make_loss(name, **options), encode_partial_labels(mask, PRESENCE)
    annotated = [0, 1, 3]
    value, gradient = value_and_gradient(loss, labels, logits)
    np.testing.assert_allclose(value, loss(tf.gather(labels, annotated), tf.gather(logits, annotated)), rtol=1e-6)
    np.testing.assert_array_equal(gradient[2], np.zeros(logits.shape[1:]))


@pytest.mark.parametrize("dice_weight", [0.0, 1.0])
@pytest.mark.parametrize("name", ["acce", "abce"])
def test_absent_structures_get_no_gradient(name, dice_weight):
    mask, logits = case()
    _, gradient = value_and_gradient(make_loss(name, dice_weight), encode_partial_labels(mask, PRESENCE), logits)
    absent = np.broadcast_to((PRESENCE == 0)[:, None, None, :], gradient[..., 1:].shape)
    assert np.all(gradient[..., 1:].numpy()[absent] == 0)


@each_loss
@pytest.mark.parametrize("dtype", [tf.float32, tf.float16, tf.bfloat16])
def test_extreme_logits_are_finite(name, options, dtype):
    mask, logits = case()
    logits = tf.cast(1e4 * tf.sign(logits), dtype)
    value, gradient = value_and_gradient(make_loss(name, **options), encode_partial_labels(mask, PRESENCE), logits)
    assert value.dtype == tf.float32
    assert gradient.dtype == dtype
    assert np.isfinite(value)
    assert np.all(np.isfinite(tf.cast(gradient, tf.float32)))


@each_loss
@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16])
def test_half_precision_logits_lose_nothing_in_the_loss(name, options, dtype):
    mask, logits = case()
    loss, labels, logits = make_loss(name, **options), encode_partial_labels(mask, PRESENCE), tf.cast(logits, dtype)
    assert loss(labels, logits) == loss(labels, tf.cast(logits, tf.float32))


@each_loss
def test_jit_compile(name, options):
    mask, logits = case()
    loss, labels = make_loss(name, **options), encode_partial_labels(mask, PRESENCE)
    compiled = tf.function(lambda y, z: value_and_gradient(loss, y, z), jit_compile=True, autograph=False)
    for got, expected in zip(compiled(labels, logits), value_and_gradient(loss, labels, logits), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-8)
    value, gradient = compiled(labels, 1e4 * logits)
    assert np.isfinite(value)
    assert np.all(np.isfinite(gradient))


@each_loss
def test_serialization_round_trip(name, options):
    loss = make_loss(name, **options)
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    mask, logits = case()
    labels = encode_partial_labels(mask, PRESENCE)
    assert again(labels, logits) == loss(labels, logits)


def test_saved_model_keeps_its_loss(tmp_path):
    model = small_model()
    model.compile("sgd", make_loss("marginal", dice_weight=0.5, exclusion_weight=0.25))
    model.save(tmp_path / "model.keras")
    config = keras.models.load_model(tmp_path / "model.keras").loss.get_config()
    assert config == {"name": "marginal", "dice_weight": 0.5, "exclusion_weight": 0.25}


@pytest.mark.parametrize("name", list(LOSSES))
def test_plain_compile_and_fit(name):
    mask, _ = case()
    images = np.random.default_rng(0).normal(size=(*mask.shape, 1)).astype(np.float32)
    labels = encode_partial_labels(mask, PRESENCE)
    keras.utils.set_random_seed(1)
    model = small_model()
    loss = make_loss(name)
    model.compile(keras.optimizers.SGD(0.1), loss)
    first = float(loss(labels, model(images)))
    history = model.fit(images, labels, batch_size=4, epochs=5, verbose=0).history["loss"]
    np.testing.assert_allclose(history[0], first, rtol=1e-6)
    assert history[-1] < history[0]


def small_model():
    image = keras.Input((6, 5, 1))
    return keras.Model(image, keras.layers.Conv2D(4, 3, padding="same")(image))


@pytest.mark.parametrize("confidence", [30.0, 1e4])
def test_equivalent_predictions_under_a_partial_label(confidence):
    """Three pixels: structure 1, structure 2, neither; structure 3 is absent. Fidon et al.'s own example."""
    mask, presence = np.array([[[1, 2, 0]]], np.uint8), np.array([[1, 1, 0]])
    labels = encode_partial_labels(mask, presence)
    as_background, as_absent = (
        tf.one_hot(np.array([[[1, 2, last]]]), 4, on_value=confidence, off_value=0.0) for last in (0, 3)
    )
    for options in ({}, {"dice_weight": 1.0}):
        marginal = make_loss("marginal", **options)
        assert abs(marginal(labels, as_background)) < 1e-6
        assert abs(marginal(labels, as_absent)) < 1e-6
    leaf_dice = make_loss("leaf_dice")  # 0.5 apart from the marginal loss, as published, and the same for both
    assert abs(leaf_dice(labels, as_background) - 0.5) < 1e-5
    assert abs(leaf_dice(labels, as_absent) - 0.5) < 1e-5


def test_leaf_dice_with_background_as_leaf_tells_equivalent_predictions_apart():
    labels = encode_partial_labels(np.array([[[1, 1, 0]]], np.uint8), np.array([[1, 0]]))
    as_background, as_absent = (
        tf.one_hot(np.array([[[1, 1, last]]]), 3, on_value=100.0, off_value=0.0) for last in (0, 2)
    )
    leaf_dice, marginal = make_loss("leaf_dice", background_is_leaf=True), make_loss("marginal")
    assert abs(leaf_dice(labels, as_absent) - leaf_dice(labels, as_background) - 0.5) < 1e-5
    assert abs(marginal(labels, as_absent) - marginal(labels, as_background)) < 1e-6


@each_loss
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_bad_logits_name_the_loss(name, options, bad):
    mask, logits = case()
    logits += np.where(np.arange(logits.shape[1])[:, None, None] == 3, bad, 0.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"The loss {name} is not finite"):
        make_loss(name, **options)(encode_partial_labels(mask, PRESENCE), logits)


def test_nan_logits_stop_fit():
    mask, _ = case()
    model = small_model()
    model.compile("sgd", make_loss("acce"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="The loss acce is not finite"):
        model.fit(np.full((*mask.shape, 1), np.nan), encode_partial_labels(mask, PRESENCE), verbose=0)


def test_presence_of_the_wrong_length_fails_while_the_graph_is_built():
    specs = tf.TensorSpec((None, 6, 5, 2), tf.int8), tf.TensorSpec((None, 6, 5, 4), tf.float32)
    loss = make_loss("marginal")
    with pytest.raises(ValueError, match=r"2 structures of the labels. Received: 4 logits"):
        tf.function(loss).get_concrete_function(*specs)


def test_sample_weight_is_refused():
    mask, logits = case()
    with pytest.raises(ValueError, match="Invalid value for sample_weight"):
        make_loss("acce")(encode_partial_labels(mask, PRESENCE), logits, sample_weight=tf.ones(4))


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("dice", {}, "Invalid value for loss. Expected one of .* Received: 'dice'"),
        ("acce", {"dice_weight": -1.0}, "Invalid value for dice_weight"),
        ("marginal", {"exclusion_weight": float("nan")}, "Invalid value for exclusion_weight"),
        ("acce", {"exclusion_weight": 1.0}, "Invalid options for acce"),
        ("leaf_dice", {"dice_weight": 1.0}, "Invalid value for dice_weight. Expected 0 for leaf_dice"),
        ("leaf_dice", {"alpha": 3}, "Invalid value for alpha"),
    ],
)
def test_bad_options(name, options, message):
    with pytest.raises(ValueError, match=message):
        make_loss(name, **options)
