import numpy as np
import pytest
import tensorflow as tf

from skae.data._rows import Rows
from skae.losses import BinaryCrossentropy, SquaredError


@pytest.fixture
def raw():
    """Logits on both sides, far away, and exactly at zero."""
    values = [-90.0, -20.0, -3.0, -0.1, 0.0, 0.1, 3.0, 20.0, 90.0]
    return np.array([values] * 3, dtype=np.float32)


@pytest.fixture
def x(raw):
    return np.broadcast_to(np.float32([[0.0], [0.3], [1.0]]), raw.shape).copy()


def test_cross_entropy_and_its_gradient_are_tensorflows(x, raw):
    logits = tf.Variable(raw)
    with tf.GradientTape(persistent=True) as tape:
        ours = BinaryCrossentropy().row_loss(x, {"raw": logits})
        terms = tf.nn.sigmoid_cross_entropy_with_logits(x, logits)
        theirs = tf.reduce_mean(terms, axis=1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    gradient = tape.gradient(ours, logits)
    np.testing.assert_allclose(gradient, tape.gradient(theirs, logits), atol=1e-7)
    exact = (1 / (1 + np.exp(-raw.astype(np.float64))) - x) / raw.shape[1]
    np.testing.assert_allclose(gradient, exact, atol=1e-7)


def test_squared_error_is_that_of_numpy(x, raw):
    found = SquaredError().row_loss(x, {"raw": raw})
    np.testing.assert_allclose(found, np.square(x - raw).mean(axis=1), rtol=1e-6)
    errors = SquaredError().row_error(x, raw)
    np.testing.assert_allclose(errors, found, rtol=1e-6)


@pytest.mark.parametrize("loss", [SquaredError(), BinaryCrossentropy()])
def test_the_link_leads_back_to_the_data(loss):
    X = np.random.default_rng(0).uniform(0.4, 0.6, size=(50, 3))
    summary = Rows(X, "Test").summarize()
    link = loss.link(summary)
    normal = (X - summary.mean) / link.scale + link.center
    raw = link.bias + link.gain * (normal - link.center)
    if isinstance(loss, SquaredError):
        found = raw * summary.scale + summary.mean
    else:
        found = 1 / (1 + np.exp(-raw))
    # A logistic curve is straight near one half only.
    np.testing.assert_allclose(found, X, atol=2e-3)
