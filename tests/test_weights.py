"""Sample weights: rows that do not count, and losses of rows that count unevenly."""

import numpy as np
import pytest
from scipy import sparse

from skae import (
    Autoencoder,
    DenoisingAutoencoder,
    RecurrentAutoencoder,
    SparseAutoencoder,
    VariationalAutoencoder,
)
from skae.data._pca import principal_components
from skae.data._rows import Rows
from skae.data._sequences import Sequences

SETTINGS = {
    "epochs": 1,
    "hidden_layer_sizes": (4,),
    "early_stopping": False,
    "random_state": 0,
}
# One step on all rows, at which the weights stay what they were.
ONE_STEP = {**SETTINGS, "batch_size": 60, "learning_rate": 1e-9}
UNEVEN = np.r_[100.0, np.ones(59)]


def with_absent(X, value, at=0):
    """`X` with a row of `value`, and weights that leave it out."""
    row = np.full(X.shape[1:], value, dtype=np.float32)
    return np.insert(X, at, row, axis=0), np.insert(np.ones(len(X)), at, 0)


@pytest.mark.parametrize("at", [0, 30])
@pytest.mark.parametrize("value", [1e20, 3e38])
def test_a_far_row_of_weight_0_is_as_good_as_absent(value, at, X):
    model = Autoencoder(2, batch_size=16, **SETTINGS)
    expected = model.fit(X).transform(X)
    data, weight = with_absent(X, value, at)
    whole = model.score(X)
    codes = model.fit(data, sample_weight=weight).transform(X)
    np.testing.assert_allclose(codes, expected, atol=1e-4)
    assert model.score(data, sample_weight=weight) == pytest.approx(whole, abs=1e-4)


def test_a_far_sequence_of_weight_0_is_as_good_as_absent(X):
    X = X.reshape(60, 3, 2).copy()
    X[::2, 2] = np.nan
    data, weight = with_absent(X, 1e20)
    found = Sequences(data, "Test", 3).summarize(weight)
    for value, expected in zip(found, Sequences(X, "Test", 3).summarize(), strict=True):
        np.testing.assert_allclose(value, expected)
    model = RecurrentAutoencoder(2, batch_size=16, **SETTINGS)
    model.fit(data, sample_weight=weight)
    assert np.isfinite(model.history_["loss"]).all()


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_rows_of_weight_0_have_no_part_in_range_and_components(container, X):
    data, weight = with_absent(X, -7.0, at=5)
    rows, others = Rows(container(data), "Test"), Rows(container(X), "Test")
    summary, expected = rows.summarize(weight), others.summarize()
    assert (summary.minimum, summary.maximum) == (X.min(), X.max())
    found = principal_components(rows, summary, weight, 3, 0)
    for values, wanted in zip(
        found, principal_components(others, expected, None, 3, 0), strict=True
    ):
        np.testing.assert_allclose(values, wanted, atol=1e-5)


def test_noise_keeps_to_the_range_of_the_rows_that_count(X):
    data, weight = with_absent(X, 9.0)
    model = DenoisingAutoencoder(2, noise="salt_and_pepper", noise_level=0.1)
    model.set_params(batch_size=16, **SETTINGS).fit(data, sample_weight=weight)
    weights = model._model.weights
    assert weights["corruption/low"] == X.min()
    assert weights["corruption/high"] == X.max()


def test_divergence_per_dimension_is_of_the_rows_that_count(X):
    model = VariationalAutoencoder(2, batch_size=16, **SETTINGS)
    expected = model.fit(X).kl_per_dimension_
    active = model.active_units_
    data = np.vstack([np.full((10, 6), 1e6, dtype=np.float32), X])
    model.fit(data, sample_weight=np.r_[np.zeros(10), np.ones(60)])
    np.testing.assert_allclose(model.kl_per_dimension_, expected, rtol=1e-3)
    np.testing.assert_array_equal(model.active_units_, active)


def test_the_loss_is_the_weighted_mean(X):
    model = Autoencoder(2, loss="squared_error", input_noise=0.0, **ONE_STEP)
    model.fit(X, sample_weight=UNEVEN)
    errors = model.reconstruction_error(X) / model._model.weights["standardize/scale"]
    errors /= model._model.weights["standardize/scale"]
    expected = np.average(errors, weights=UNEVEN)
    assert model.history_["reconstruction_loss"][0] == pytest.approx(expected, rel=1e-4)


def test_the_sparsity_is_that_of_the_weighted_mean_activity(X):
    model = SparseAutoencoder(3, penalty="kl", sparsity_weight=0.5, **ONE_STEP)
    model.set_params(code_activation="sigmoid", init="random", sparsity_target=0.2)
    model.fit(X, sample_weight=UNEVEN)
    q = np.average(model.transform(X).astype(float), axis=0, weights=UNEVEN)
    divergence = 0.2 * np.log(0.2 / q) + 0.8 * np.log(0.8 / (1 - q))
    expected = 0.5 * divergence.sum()
    assert model.history_["sparsity"][0] == pytest.approx(expected, rel=1e-4)


def test_free_bits_are_of_the_weighted_mean_divergence(X):
    model = VariationalAutoencoder(2, beta=0.5, **ONE_STEP)
    model.fit(X, sample_weight=UNEVEN)
    mean, log_var = model._posterior({"data": X.astype(np.float32)})
    nats = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var)
    per_dimension = np.average(nats, axis=0, weights=UNEVEN)
    # One dimension pays its divergence, the other one the free bits.
    free_bits = float(per_dimension.mean())
    expected = 0.5 * np.maximum(per_dimension, free_bits).sum()
    model.set_params(free_bits=free_bits).fit(X, sample_weight=UNEVEN)
    assert model.history_["kl"][0] == pytest.approx(expected, rel=1e-4)
    even = np.maximum(nats.mean(axis=0), free_bits).sum()
    assert expected != pytest.approx(0.5 * even, rel=1e-2)


def test_a_score_takes_no_negative_weights(X):
    model = Autoencoder(2, **SETTINGS).fit(X)
    with pytest.raises(ValueError, match="[Nn]egative values in data"):
        model.score(X, sample_weight=np.r_[-1.0, np.ones(59)])
