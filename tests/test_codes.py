"""Codes like PCA's: uncorrelated, ordered, in units of the data; nested codes."""

import copy

import keras
import numpy as np
import pytest
from discovery import make
from sklearn.decomposition import PCA
from sklearn.utils.estimator_checks import parametrize_with_checks

from skae import (
    Autoencoder,
    ConvAutoencoder,
    DenoisingAutoencoder,
    PrefixSearchCV,
    RecurrentAutoencoder,
    SparseAutoencoder,
    StackedAutoencoder,
    VariationalAutoencoder,
)
from skae.datasets import load_digits
from skae.fitting import TrainedModel, _rotation
from skae.layers import NestedDropout
from skae.metrics import explained_variance, prefix_scores
from skae.plotting import ScreeDisplay

# Half as many held out, and a rate at which something is learned in few epochs.
QUICK = {"epochs": 40, "learning_rate": 1e-2, "batch_size": 16, "random_state": 0}
LINEAR = [
    Autoencoder,
    ConvAutoencoder,
    DenoisingAutoencoder,
    RecurrentAutoencoder,
    StackedAutoencoder,
]


def away_from_pca(cls, X, **settings):
    """A fit that did not keep PCA, or the test would say nothing."""
    model = make(cls, encoding_dim=3, **{**QUICK, **settings}).fit(X)
    assert not model.kept_initialization_
    return model


@pytest.fixture(scope="module")
def surface():
    rng = np.random.default_rng(0)
    t = rng.uniform(-1, 1, size=(300, 2))
    bent = np.column_stack([t, t**2, np.sin(3 * t), np.prod(t, axis=1)])
    return (10 + 5 * bent).astype(np.float32)


@pytest.mark.parametrize("cls", LINEAR)
def test_codes_are_centred_uncorrelated_and_ordered(cls, surface):
    model = make(cls, encoding_dim=3, **QUICK).fit(surface)
    codes = model.transform(surface)
    deviations = codes.std(axis=0)
    np.testing.assert_allclose(codes.mean(axis=0) / deviations, 0, atol=1e-3)
    np.testing.assert_allclose(np.corrcoef(codes.T), np.eye(3), atol=1e-3)
    ratio = model.explained_variance_ratio_
    assert ratio.shape == (3,)
    assert (np.diff(ratio) <= 0).all()


def test_a_step_of_a_code_moves_the_data_by_as_much(surface):
    model = away_from_pca(Autoencoder, surface)
    codes, step = model.transform(surface), 0.05
    for direction in np.eye(3):
        ahead = model.inverse_transform(codes + step * direction)
        behind = model.inverse_transform(codes - step * direction)
        squares = np.sum(((ahead - behind) / (2 * step)) ** 2, axis=1)
        np.testing.assert_allclose(np.sqrt(squares.mean()), 1, rtol=0.1)


def test_explained_variance_is_what_is_lost_without_a_code(surface):
    model = away_from_pca(Autoencoder, surface)
    codes = model.transform(surface)
    whole = explained_variance(surface, model.inverse_transform(codes))
    for j, expected in enumerate(model.explained_variance_ratio_):
        held = codes.copy()
        held[:, j] = codes[:, j].mean()
        without = explained_variance(surface, model.inverse_transform(held))
        np.testing.assert_allclose(whole - without, expected, rtol=1e-2)


def test_turning_changes_no_reconstruction(surface, monkeypatch):
    turned = away_from_pca(Autoencoder, surface)
    monkeypatch.setattr(Autoencoder, "_rotations_of", lambda self, architecture: None)
    plain = away_from_pca(Autoencoder, surface)
    np.testing.assert_allclose(
        turned.reconstruct(surface), plain.reconstruct(surface), atol=1e-3
    )
    assert not hasattr(plain, "explained_variance_ratio_")
    assert not np.allclose(turned.transform(surface), plain.transform(surface))


def test_signs_are_those_of_pca(surface):
    model = make(Autoencoder, encoding_dim=3, epochs=1, learning_rate=1e-30)
    pca = PCA(3).fit(surface)
    found = model.fit(surface).transform(surface)
    np.testing.assert_allclose(found, pca.transform(surface), atol=1e-2)


def test_variational_codes_keep_their_prior(surface):
    model = make(VariationalAutoencoder, encoding_dim=3, **QUICK).fit(surface)
    ratio, nats = model.explained_variance_ratio_, model.kl_per_dimension_
    assert (np.diff(ratio) <= 0).all()
    assert nats.argmax() == 0  # the variances went along with the means
    draws = model.sample(2000, random_state=0)
    assert np.abs(draws.mean(axis=0) - surface.mean(axis=0)).max() < 2


def test_tied_codes_are_only_turned(surface):
    model = make(Autoencoder, encoding_dim=3, tied_weights=True, **QUICK).fit(surface)
    codes = model.transform(surface)
    np.testing.assert_allclose(np.corrcoef(codes.T), np.eye(3), atol=1e-3)


def test_sparse_codes_are_not_mixed(surface):
    model = away_from_pca(Autoencoder, surface, l1=0.3)
    codes = model.transform(surface)
    ratio = model.explained_variance_ratio_
    assert (np.diff(ratio) <= 0).all()
    assert not np.allclose(np.corrcoef(codes.T), np.eye(3), atol=1e-3)


def test_codes_that_are_not_linear_stay_as_they_are(surface):
    model = make(Autoencoder, init="random", code_activation="tanh").fit(surface)
    assert not hasattr(model, "explained_variance_ratio_")
    selecting = make(SparseAutoencoder).fit(surface)
    assert not hasattr(selecting, "explained_variance_ratio_")


def test_constant_rows_and_spare_codes(X):
    constant = make(Autoencoder).fit(np.ones((40, 3), dtype=np.float32))
    assert np.isfinite(constant.transform(np.ones((2, 3)))).all()
    spare = make(Autoencoder, encoding_dim=10).fit(X)
    assert np.isfinite(spare.transform(X)).all()
    np.testing.assert_allclose(spare.explained_variance_ratio_[6:], 0, atol=1e-2)


@pytest.fixture
def few_leading(monkeypatch):
    """Codes are many from four on, and two of them lead."""
    monkeypatch.setattr(_rotation, "_MAX_CODES", 3)
    monkeypatch.setattr(_rotation, "_LEADING_CODES", 2)


@pytest.mark.parametrize("l1", [0.0, 0.3])
def test_many_codes_are_turned_like_few(surface, few_leading, l1):
    model = make(Autoencoder, **{**QUICK, "encoding_dim": 5, "l1": l1}).fit(surface)
    codes, ratio = model.transform(surface), model.explained_variance_ratio_
    assert (np.diff(ratio) <= 0).all()
    if not l1:
        used = codes[:, codes.std(axis=0) > 1e-3]
        correlations = np.corrcoef(used.T)
        np.testing.assert_allclose(correlations, np.eye(len(correlations)), atol=1e-2)
    whole = explained_variance(surface, model.inverse_transform(codes))
    for j, expected in enumerate(ratio):
        held = codes.copy()
        held[:, j] = codes[:, j].mean()
        lost = whole - explained_variance(surface, model.inverse_transform(held))
        # Two were decoded; for the others the decoder was taken for linear.
        np.testing.assert_allclose(
            lost, expected, rtol=0.02 if j < 2 else 0.3, atol=5e-3
        )


def test_many_codes_of_a_linear_network_are_those_of_few(surface, monkeypatch):
    settings = {"hidden_layer_sizes": (), "encoding_dim": 5, "epochs": 1}
    few = make(Autoencoder, **settings).fit(surface)
    monkeypatch.setattr(_rotation, "_MAX_CODES", 3)
    monkeypatch.setattr(_rotation, "_LEADING_CODES", 2)
    many = make(Autoencoder, **settings).fit(surface)
    ratio = few.explained_variance_ratio_
    np.testing.assert_allclose(many.explained_variance_ratio_, ratio, atol=1e-3)
    np.testing.assert_allclose(
        many.transform(surface), few.transform(surface), atol=1e-2
    )


def test_turning_decodes_a_bounded_number_of_rows_in_few_calls(monkeypatch):
    X = np.random.default_rng(0).normal(size=(60, 300)).astype(np.float32)
    calls = []

    def run(self, name, fields):
        if name == "decoder":
            calls.append(len(fields["codes"]))
        return TrainedModel.__dict__["run_before"](self, name, fields)

    monkeypatch.setattr(TrainedModel, "run_before", TrainedModel.run, raising=False)
    monkeypatch.setattr(TrainedModel, "run", run)
    make(Autoencoder, encoding_dim=280, epochs=1, batch_size=60).fit(X)
    assert sum(calls) < 3 * 8192
    assert len(calls) < 200


def test_a_warm_start_goes_on_where_training_stood(surface):
    settings = QUICK | {"learning_rate_schedule": "constant", "early_stopping": False}
    whole = make(Autoencoder, **settings | {"epochs": 6}).fit(surface)
    parts = make(Autoencoder, warm_start=True, **settings | {"epochs": 3})
    parts.fit(surface)
    turned = copy.deepcopy(parts)
    parts.fit(surface)
    np.testing.assert_allclose(
        parts.reconstruct(surface), whole.reconstruct(surface), atol=1e-3
    )
    # A batch more leaves the codes where they are.
    before = turned.transform(surface)
    turned.partial_fit(surface[:32])
    assert np.corrcoef(before[:, 0], turned.transform(surface)[:, 0])[0, 1] > 0.9
    assert not hasattr(turned, "explained_variance_ratio_")


def test_seeds_agree_on_codes():
    X = load_digits().X_train
    first, second = (
        Autoencoder(4, epochs=30, random_state=seed).fit(X).transform(X)
        for seed in (0, 1)
    )
    matched = np.abs(np.corrcoef(first.T, second.T)[:4, 4:]).max(axis=1)
    assert matched.mean() > 0.8


def test_pca_is_judged_without_the_rows_that_judge(surface):
    # A few rows of a code as large as the data: PCA of all rows has no error.
    model = make(Autoencoder, encoding_dim=5, epochs=1, learning_rate=1e-30)
    model.fit(surface[:14, :6] * [1, 1, 1, 1, 1, 100])
    assert model.kept_initialization_
    honest = model.progress_["loss"][0]
    everything = 1 - model.score(surface[:14, :6] * [1, 1, 1, 1, 1, 100])
    assert honest > everything


def test_nested_dropout_keeps_beginnings():
    layer = NestedDropout(seed=0)
    x = np.ones((2000, 8), dtype=np.float32)
    kept = np.asarray(layer(x, training=True))
    lengths = kept.sum(axis=1).astype(int)
    for row, n in zip(kept, lengths, strict=True):
        np.testing.assert_array_equal(row, np.arange(8) < n)
    assert set(lengths) == set(range(1, 9))
    again = np.asarray(layer(x)), np.asarray(layer(x))
    np.testing.assert_array_equal(*again)
    model = keras.Sequential([layer])
    assert model.get_config()["layers"]


def test_prefixes_of_pca_are_pcas(surface):
    scores = prefix_scores(PCA(3).fit(surface), surface)
    expected = [
        explained_variance(surface, pca.inverse_transform(pca.transform(surface)))
        for pca in (PCA(m).fit(surface) for m in (1, 2, 3))
    ]
    np.testing.assert_allclose(scores, expected, atol=1e-5)


@pytest.mark.slow
def test_nested_codes_are_good_at_every_length():
    digits = load_digits()
    nested = Autoencoder(32, nested=True, random_state=0).fit(digits.X_train)
    alone = Autoencoder(8, random_state=0).fit(digits.X_train)
    scores = prefix_scores(nested, digits.X_test)
    assert scores[7] >= 0.93 * alone.score(digits.X_test)
    assert scores[7] > PCA(8).fit(digits.X_train).explained_variance_ratio_.sum()


def test_search_by_prefixes(surface):
    model = Autoencoder(4, hidden_layer_sizes=(16,), **QUICK)
    search = PrefixSearchCV(model, [1, 2, 4], cv=3).fit(surface)
    results = search.cv_results_
    np.testing.assert_array_equal(results["encoding_dim"], [1, 2, 4])
    assert results["split2_test_score"].shape == (3,)
    assert (np.diff(results["mean_test_score"]) > 0).all()
    k = search.best_encoding_dim_
    assert search.transform(surface).shape == (300, k)
    assert search.inverse_transform(search.transform(surface)).shape == (300, 7)
    assert search.best_estimator_.nested is False
    least = results["mean_test_score"][0] / 2
    assert (
        PrefixSearchCV(model, [1, 2], cv=2, criterion=least)
        .fit(surface)
        .best_encoding_dim_
        == 1
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"encoding_dims": [0, 2]}, "positive integers"),
        ({"encoding_dims": []}, "positive integers"),
        ({"encoding_dims": [1.5]}, "positive integers"),
        ({"estimator": PCA(2)}, "nested autoencoder"),
        ({"criterion": 2.0}, "criterion"),
    ],
)
def test_search_refuses(settings, message, surface):
    with pytest.raises(ValueError, match=message):
        PrefixSearchCV(**{"estimator": Autoencoder(2), **settings}).fit(surface)


def test_scree(surface):
    model = make(Autoencoder, encoding_dim=3).fit(surface)
    display = ScreeDisplay.from_estimator(model)
    np.testing.assert_array_equal(
        display.line_.get_ydata(), model.explained_variance_ratio_
    )
    beside = ScreeDisplay.from_estimator(PCA(3).fit(surface), ax=display.ax_)
    assert len(display.ax_.lines) == 2
    assert beside.ax_.get_legend() is not None
    with pytest.raises(ValueError, match="explained_variance_ratio_"):
        ScreeDisplay.from_estimator(make(SparseAutoencoder).fit(surface))


@pytest.mark.slow
@parametrize_with_checks([make(PrefixSearchCV)])
def test_a_search_is_an_estimator_of_scikit_learn(estimator, check):
    check(estimator)
