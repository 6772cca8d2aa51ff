import math

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.geometry import ROUNDING, fit_image, fit_mask, fitted_spacing, plan_fit, unfit

UNKNOWN = (math.nan, math.nan)


def plan(shape, spacing, target):
    return plan_fit(tf.constant(shape), tf.constant(spacing, tf.float32), target)


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.tuples(st.floats(0.05, 2), st.floats(0.05, 2)) | st.just(UNKNOWN),
)
def test_content_fills_the_target_and_keeps_its_physical_aspect(shape, spacing):
    target = (48, 64)
    fit = plan(shape, spacing, target)
    content, offset = fit.content.numpy(), fit.offset.numpy()
    assert (content >= 1).all()
    assert (offset >= 0).all()
    assert (offset + content <= target).all()
    extent = np.float64(shape) * (1 if math.isnan(spacing[0]) else np.float64(spacing))
    exact = extent * (np.float64(target) / extent).min()
    lost = 0.51 + ROUNDING * np.array(target)  # rounding to whole pixels, and a side that nearly fills the target does
    assert (np.abs(content - np.maximum(exact, 1)) <= lost).all()


@settings(max_examples=60, deadline=None)
@given(st.tuples(st.integers(40, 900), st.integers(40, 900)), st.floats(0.1, 1), st.floats(0.6, 1.6))
def test_a_fitted_image_fits_as_it_is(shape, spacing, aspect):
    target, known = (64, 64), tf.constant([spacing, spacing * aspect * shape[0] / shape[1]], tf.float32)
    stored = fitted_spacing(tf.constant(shape), known, plan(shape, known, target))
    again = plan(target, stored, target)
    assert again.content.numpy().tolist() == [64, 64]


def test_same_size_changes_nothing():
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 1), dtype=np.uint8)
    fit = plan((48, 64), (0.3, 0.3), (48, 64))
    np.testing.assert_allclose(fit_image(image, fit, (48, 64)), image, atol=1e-3)
    np.testing.assert_array_equal(fit_mask(image, fit, (48, 64)), image)


def test_mask_ids_stay_ids():
    mask = np.random.default_rng(0).choice([0, 1, 3], (77, 53, 1)).astype(np.uint8)
    fitted = fit_mask(mask, plan((77, 53), UNKNOWN, (32, 32)), (32, 32)).numpy()
    assert set(np.unique(fitted)) <= {0, 1, 3}
    assert fitted.dtype == np.uint8


def test_unfit_returns_to_the_images_own_grid():
    rows, columns = np.mgrid[0:60, 0:100] / 100.0
    smooth = (np.sin(3 * rows) + columns)[..., None].astype(np.float32)
    fit = plan((60, 100), UNKNOWN, (128, 128))
    back = unfit(fit_image(smooth, fit, (128, 128)), fit, tf.constant([60, 100]))
    assert back.shape == (60, 100, 1)
    np.testing.assert_allclose(back[2:-2, 2:-2], smooth[2:-2, 2:-2], atol=0.01)


def test_anisotropic_spacing_becomes_isotropic_and_unknown_stays_unknown():
    shape = tf.constant([100, 50])
    known = tf.constant([0.2, 0.8])
    fit = plan_fit(shape, known, (64, 64))
    assert fit.content.numpy().tolist() == [32, 64]
    np.testing.assert_allclose(fitted_spacing(shape, known, fit), [0.625, 0.625], rtol=1e-6)
    unknown = tf.constant(UNKNOWN)
    assert np.isnan(fitted_spacing(shape, unknown, plan_fit(shape, unknown, (64, 64)))).all()


def test_stretching_fills_the_target_and_is_undone():
    shape, spacing = tf.constant([60, 100]), tf.constant([0.5, 0.3])
    fit = plan_fit(shape, spacing, (64, 64), keep_aspect=False)
    assert (fit.content.numpy().tolist(), fit.offset.numpy().tolist()) == ([64, 64], [0, 0])
    rows, columns = np.meshgrid(np.arange(60.0), np.arange(100.0), indexing="ij")
    smooth = tf.constant((rows + columns)[..., None], tf.float32)
    back = unfit(fit_image(smooth, fit, (64, 64)), fit, shape)
    assert np.abs((back - smooth).numpy())[3:-3, 3:-3].max() < 1.5
    np.testing.assert_allclose(fitted_spacing(shape, spacing, fit), [0.5 * 60 / 64, 0.3 * 100 / 64], rtol=1e-6)
