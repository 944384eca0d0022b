"""Rows made up by any autoencoder, and the density of its codes."""

import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator
from sklearn.mixture import GaussianMixture
from sklearn.utils.estimator_checks import parametrize_with_checks

import skae
from skae import Autoencoder, AutoencoderDensity, ConvAutoencoder, RecurrentAutoencoder

SMALL = Autoencoder(2, hidden_layer_sizes=(4,), epochs=3, batch_size=16)


@pytest.mark.slow
@parametrize_with_checks([AutoencoderDensity(SMALL, random_state=0)])
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture
def arcs():
    """Rows whose codes are no normal distribution: two clusters in five dimensions."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(400, 2)) * 0.3 + 3 * rng.choice([-1, 1], size=(400, 1))
    return (z @ rng.normal(size=(2, 5))).astype(np.float32)


def test_the_density_is_that_of_a_mixture_of_the_codes(arcs):
    density = AutoencoderDensity(SMALL, n_components=2, random_state=0).fit(arcs)
    codes = density.autoencoder_.transform(arcs).astype(np.float64)
    expected = GaussianMixture(
        2, reg_covar=1e-4 * codes.var(axis=0).mean(), random_state=0
    ).fit(codes)
    np.testing.assert_allclose(
        density.score_samples(arcs), expected.score_samples(codes), rtol=1e-6
    )
    assert density.score(arcs) == pytest.approx(expected.score(codes))


def test_rows_that_are_made_up_are_like_others(arcs):
    inner = Autoencoder(2, random_state=0)
    density = AutoencoderDensity(inner, n_components=2, random_state=0).fit(arcs)
    made_up = density.sample(2000)
    np.testing.assert_allclose(made_up.mean(axis=0), arcs.mean(axis=0), atol=0.5)
    np.testing.assert_allclose(np.cov(made_up.T), np.cov(arcs.T), rtol=0.2, atol=0.5)
    # Two clusters, and nothing between them: one normal distribution knows no gap.
    one = AutoencoderDensity(FrozenEstimator(density.autoencoder_), n_components=1)
    codes = [density.autoencoder_.transform(rows) for rows in (made_up, arcs)]
    blurred = density.autoencoder_.transform(one.fit(arcs).sample(2000, random_state=0))

    def share_between(z):
        axis = codes[1] - codes[1].mean(axis=0)
        direction = np.linalg.svd(axis, full_matrices=False)[2][0]
        along = (z - codes[1].mean(axis=0)) @ direction
        return np.mean(np.abs(along) < 0.4 * np.abs(axis @ direction).mean())

    assert share_between(codes[0]) < 0.02 < 0.1 < share_between(blurred)


def test_random_state(arcs):
    density = AutoencoderDensity(SMALL, random_state=0).fit(arcs)
    np.testing.assert_array_equal(density.sample(5), density.sample(5))
    np.testing.assert_array_equal(
        density.sample(5, random_state=1), density.sample(5, random_state=1)
    )
    assert np.any(density.sample(5) != density.sample(5, random_state=1))


def test_a_frozen_autoencoder_is_not_fitted_again(arcs):
    fitted = Autoencoder(2, epochs=2, random_state=0).fit(arcs)
    density = AutoencoderDensity(FrozenEstimator(fitted), random_state=0).fit(arcs)
    codes = fitted.transform(arcs)
    np.testing.assert_array_equal(density.autoencoder_.transform(arcs), codes)
    assert density.autoencoder_.n_iter_ == 2
    found = density.score_samples(arcs)
    fitted.set_params(random_state=1).fit(arcs)  # is the user's own
    np.testing.assert_array_equal(density.score_samples(arcs), found)


def test_one_row_has_no_density(arcs):
    with pytest.raises(ValueError, match="n_samples=1, but a density needs 2 rows"):
        AutoencoderDensity(SMALL).fit(arcs[:1])
    two = AutoencoderDensity(SMALL, random_state=0).fit(arcs[:2])
    assert np.isfinite(two.score_samples(arcs[:1])).all()


def test_images_sequences_and_files(X, tmp_path):
    images = X[:, :4].reshape(-1, 2, 2)
    conv = ConvAutoencoder(2, filters=(4,), epochs=1, random_state=0)
    density = AutoencoderDensity(conv, random_state=0).fit(images)
    assert density.sample(3).shape == (3, 2, 2)
    skae.save(density, tmp_path / "density.skae")
    loaded = skae.load(tmp_path / "density.skae")
    np.testing.assert_array_equal(loaded.sample(3), density.sample(3))
    np.testing.assert_array_equal(
        loaded.score_samples(images), density.score_samples(images)
    )
    recurrent = RecurrentAutoencoder(2, epochs=1, random_state=0)
    series = X[:, :, None]
    density = AutoencoderDensity(recurrent, random_state=0).fit(series)
    assert density.sample(3).shape == (3, *series.shape[1:])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_components": 0}, "'n_components' parameter"),
        ({"covariance_type": "round"}, "'covariance_type' parameter"),
        ({"reg_covar": 0}, "'reg_covar' parameter"),
    ],
)
def test_errors(parameters, message, X):
    with pytest.raises(ValueError, match=message):
        AutoencoderDensity(SMALL, **parameters).fit(X)


@pytest.mark.parametrize("n_samples", [0, 1.5, "two"])
def test_a_number_of_samples_that_is_none(n_samples, X):
    density = AutoencoderDensity(SMALL, random_state=0).fit(X)
    with pytest.raises(ValueError, match="n_samples must be a positive integer"):
        density.sample(n_samples)
