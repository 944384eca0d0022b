import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm
from sklearn.datasets import load_diabetes
from sklearn.decomposition import PCA

from skae import VariationalAutoencoder
from skae.data._rows import aligned
from skae.engine import _tensorflow

SETTINGS = {
    "hidden_layer_sizes": (8,),
    "early_stopping": False,
    "batch_size": 20,
    "random_state": 0,
}


@pytest.fixture
def vae(X):
    vae = VariationalAutoencoder(2, epochs=30, learning_rate=0.01, **SETTINGS)
    return vae.fit(X)


def posterior(vae, X):
    return vae._posterior({"data": aligned(X)})


def test_the_code_is_the_posterior_mean(vae, X):
    np.testing.assert_array_equal(vae.transform(X), vae.transform(X))
    np.testing.assert_allclose(vae.transform(X), posterior(vae, X)[0], atol=1e-6)


def test_gaussian_bound_is_that_of_numpy(vae, X):
    mean, log_var = posterior(vae, X)
    weights = vae._model.weights
    scale = weights["standardize/scale"] * np.exp(weights["likelihood/log_scale"])
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(200):
        z = mean + np.exp(log_var / 2) * rng.standard_normal(mean.shape)
        draws.append(norm.logpdf(X, vae.inverse_transform(z), scale).sum(axis=1))
    divergence = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var).sum(axis=1)
    expected = np.mean(draws, axis=0) - divergence
    error = 4 * np.std(draws, axis=0) / np.sqrt(200) + 0.5
    assert np.all(abs(vae.score_samples(X, n_draws=256) - expected) < error)
    assert vae.score_samples(X).mean() == pytest.approx(expected.mean(), abs=0.5)


def test_bernoulli_bound_is_that_of_numpy(X):
    X = (X > 0.5).astype(np.float32)
    vae = VariationalAutoencoder(2, likelihood="bernoulli", epochs=5, **SETTINGS)
    vae.fit(X)
    mean, log_var = posterior(vae, X)
    z = mean + np.exp(log_var / 2) * np.random.default_rng(0).standard_normal(
        (500, *mean.shape)
    )
    p = vae.inverse_transform(z.reshape(-1, 2)).reshape(500, *X.shape)
    likelihood = np.log(np.where(X == 1, p, 1 - p)).sum(axis=2)
    divergence = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var).sum(axis=1)
    expected = (likelihood.mean(axis=0) - divergence).mean()
    assert vae.score_samples(X).mean() == pytest.approx(expected, abs=0.05)


def test_importance_weighted_bound_is_exact_for_a_linear_model():
    """With a linear decoder, log p(x) is known: factor analysis of one variance."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 1)) @ rng.normal(size=(1, 4))
    X = X + 0.5 * rng.normal(size=X.shape)
    vae = VariationalAutoencoder(1, epochs=60, learning_rate=0.01, **SETTINGS)
    vae.set_params(hidden_layer_sizes=()).fit(X)
    weights = vae._model.weights
    unit = weights["standardize/scale"]
    loading = unit * weights["output/kernel"]
    noise = (unit * np.exp(weights["likelihood/log_scale"])) ** 2
    centre = weights["standardize/mean"] + unit * weights["output/bias"]
    covariance = loading.T @ loading + noise * np.eye(4)
    exact = multivariate_normal.logpdf(X, centre, covariance)
    found = vae.log_likelihood(X, 2000, random_state=0)
    np.testing.assert_allclose(found, exact, atol=0.15)
    assert found.mean() == pytest.approx(exact.mean(), abs=0.01)
    assert vae.score_samples(X).mean() < exact.mean()


def test_more_samples_tighten_the_bound(X):
    # From PCA the posterior would be exact, and the bound tight with one sample.
    vae = VariationalAutoencoder(2, init="random", epochs=30, **SETTINGS)
    vae.set_params(learning_rate=0.01).fit(X)
    bounds = [
        np.mean([vae.log_likelihood(X, k, random_state=seed) for seed in range(10)])
        for k in (1, 10, 500)
    ]
    assert bounds[0] < bounds[1] < bounds[2] + 5e-3
    one = vae.log_likelihood(X[:1], 10, random_state=0)
    np.testing.assert_allclose(one, vae.log_likelihood(X, 10, random_state=0)[:1])


def test_a_row_is_scored_by_itself(vae, X):
    scores = vae.score_samples(X)
    np.testing.assert_allclose(vae.score_samples(X[::-1])[::-1], scores, rtol=1e-5)
    np.testing.assert_allclose(vae.score_samples(X[5:7]), scores[5:7], rtol=1e-5)


def test_history_is_in_nats(X):
    vae = VariationalAutoencoder(2, epochs=1, beta=0.5, **SETTINGS)
    vae.set_params(learning_rate=1e-9).fit(X)
    history = {name: values[0] for name, values in vae.history_.items()}
    total = history["reconstruction_loss"] + history["kl"]
    assert history["loss"] == pytest.approx(total, rel=1e-5)
    assert history["kl"] == pytest.approx(0.5 * vae.kl_per_dimension_.sum(), rel=1e-3)


def test_warm_up_raises_the_weight_without_a_trace(X):
    vae = VariationalAutoencoder(2, epochs=5, warm_up_epochs=4, **SETTINGS)
    strengths = [vae._loss_weights(epoch)["kl"] for epoch in range(1, 6)]
    assert strengths == [0.25, 0.5, 0.75, 1.0, 1.0]
    vae.fit(X)
    before = _tensorflow.TensorFlowProgram.n_traces
    vae.set_params(warm_up_epochs=2, beta=3.0).fit(X)
    assert _tensorflow.TensorFlowProgram.n_traces == before


def test_validation_has_the_full_weight(X):
    vae = VariationalAutoencoder(2, epochs=1, warm_up_epochs=1000, **SETTINGS)
    vae.set_params(learning_rate=1e-9).fit(X, X_val=X)
    ratio = vae.history_["val_kl"][0] / vae.history_["kl"][0]
    assert ratio == pytest.approx(1000, rel=0.01)


def test_free_bits_are_free(X):
    vae = VariationalAutoencoder(2, epochs=1, free_bits=50.0, **SETTINGS).fit(X)
    assert vae.history_["kl"][0] == pytest.approx(2 * 50.0)
    bound = VariationalAutoencoder(3, epochs=60, beta=20.0, learning_rate=0.01)
    free = VariationalAutoencoder(3, epochs=60, beta=20.0, learning_rate=0.01)
    free.set_params(free_bits=0.5, **SETTINGS).fit(X)
    with pytest.warns(UserWarning, match="posterior has collapsed.*free_bits"):
        bound.set_params(**SETTINGS).fit(X)
    assert not bound.active_units_.any()
    assert bound.kl_per_dimension_.sum() < 0.01 < free.kl_per_dimension_.sum()


def test_samples_look_like_the_data(vae, X):
    made_up = vae.sample(2000, random_state=0)
    assert made_up.shape == (2000, 6)
    np.testing.assert_allclose(made_up.mean(axis=0), X.mean(axis=0), atol=0.15)
    np.testing.assert_array_equal(
        vae.sample(3, random_state=1), vae.sample(3, random_state=1)
    )


def test_log_variance_is_clamped(X):
    vae = VariationalAutoencoder(2, epochs=2, learning_rate=0.5, beta=0.0, **SETTINGS)
    vae.fit(X * 1e6)
    _, log_var = posterior(vae, X * 1e6)
    assert log_var.min() >= -12 and log_var.max() <= 8
    assert np.isfinite(vae.score_samples(X * 1e6)).all()


def test_mistakes_are_explained(vae, X):
    for call, message in (
        (lambda: vae.sample(0), "n_samples must be a positive integer; got 0"),
        (lambda: vae.log_likelihood(X, 0), "n_importance_samples must be"),
        (lambda: vae.score_samples(X, n_draws=-1), "n_draws must be"),
        (
            lambda: VariationalAutoencoder(likelihood="poisson").fit(X),
            "'likelihood' parameter.*'bernoulli'",
        ),
        (
            lambda: VariationalAutoencoder(likelihood="bernoulli").fit(X * 2),
            "needs data in",
        ),
        (lambda: VariationalAutoencoder(beta=-1).fit(X), "'beta' parameter"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_a_better_bound_alone_does_not_leave_pca():
    """Weak components shrink under the bound: reconstructions get worse by it."""
    X = load_diabetes().data
    train, test = X[:300], X[300:]
    pca = PCA(3).fit(train)
    residual = test - pca.inverse_transform(pca.transform(test))
    floor = 1 - np.sum(residual**2) / np.sum((test - test.mean(axis=0)) ** 2)
    vae = VariationalAutoencoder(3, random_state=0).fit(train)
    assert vae.kept_initialization_
    assert vae.score(test) == pytest.approx(floor, abs=1e-4)
    assert set(vae.progress_["loss"]) == {vae.progress_["loss"][0]}
    assert min(vae.history_["val_loss"]) < vae.history_["val_loss"][0]
    simpler = VariationalAutoencoder(3, beta=4, random_state=0).fit(train)
    assert not simpler.kept_initialization_
    assert simpler.score(test) < floor
