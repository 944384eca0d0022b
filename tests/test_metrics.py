import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skae import Autoencoder, ConvAutoencoder, EncoderClassifier, SparseAutoencoder
from skae.metrics import (
    SCORERS,
    active_units,
    dead_units,
    explained_variance,
    l0,
    neighborhood_preservation,
    report,
    trustworthiness,
)

RNG = np.random.default_rng(0)


def nearest(X, k):
    """By NumPy alone: for each row the set of its k nearest others."""
    distance = np.linalg.norm(X[:, None] - X[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    return [set(row[:k]) for row in np.argsort(distance, axis=1)]


def test_units_by_hand():
    codes = np.array([[0.0, 0.005, 2.0], [0.0, 0.005, -1.0], [0.0, 0.02, 0.0]])
    assert l0(codes) == pytest.approx(1.0)
    assert l0(codes, threshold=0) == pytest.approx(5 / 3)
    assert dead_units(codes) == pytest.approx(1 / 3)
    assert active_units(codes) == 1
    assert active_units(codes, threshold=0) == 2


def test_neighborhoods_against_numpy():
    X, codes = RNG.normal(size=(40, 6)), RNG.normal(size=(40, 2))
    both = zip(nearest(X, 4), nearest(codes, 4), strict=True)
    shared = np.mean([len(a & b) / 4 for a, b in both])
    assert neighborhood_preservation(X, codes, n_neighbors=4) == pytest.approx(shared)


def test_trustworthiness_against_numpy():
    n, k = 30, 3
    X, codes = RNG.normal(size=(n, 5)), RNG.normal(size=(n, 2))
    ranks = np.linalg.norm(X[:, None] - X[None], axis=2).argsort(axis=1).argsort(axis=1)
    found = nearest(codes, k)
    excess = sum(max(0, ranks[i, j] - k) for i in range(n) for j in found[i])
    expected = 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * excess
    assert trustworthiness(X, codes, n_neighbors=k) == pytest.approx(expected)


def test_explained_variance_is_that_of_pca():
    X = RNG.normal(size=(50, 4)) * [5, 3, 1, 1]
    pca = PCA(2).fit(X)
    explained = explained_variance(X, pca.inverse_transform(pca.transform(X)))
    assert explained == pytest.approx(pca.explained_variance_ratio_.sum())
    assert explained_variance(np.ones((3, 2)), np.ones((3, 2))) == 1
    assert explained_variance(np.ones((3, 2)), np.zeros((3, 2))) == 0


def test_images_are_compared_pixel_by_pixel():
    images, codes = RNG.normal(size=(20, 4, 4)), RNG.normal(size=(20, 2))
    flat = images.reshape(20, -1)
    for metric in (trustworthiness, neighborhood_preservation):
        assert metric(images, codes) == metric(flat, codes)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: explained_variance([[1.0]], [[1.0, 2.0]]), r"\(1, 1\).*\(1, 2\)"),
        (lambda: l0([[1.0]], threshold=-1), "threshold == -1"),
        (lambda: dead_units([1.0]), "Expected 2D array"),
        (lambda: active_units([[np.nan]]), "codes contains NaN"),
        (
            lambda: neighborhood_preservation([[1.0], [2.0]], [[1.0], [2.0]]),
            "n_neighbors == 5, must be <= 1",
        ),
        (lambda: trustworthiness(np.ones((9, 1)), np.ones((8, 1))), "inconsistent"),
        (lambda: trustworthiness([["a"], ["b"]], np.ones((2, 1))), "must be numbers"),
        (lambda: trustworthiness(np.full((9, 1), np.nan), np.ones((9, 1))), "X cont"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("name", SCORERS)
def test_scorers_take_what_encodes_and_decodes(name, X):
    model = SparseAutoencoder(3, epochs=2, random_state=0).fit(X)
    pipeline = make_pipeline(StandardScaler(), PCA(3)).fit(X)
    for estimator in (model, pipeline):
        assert np.isfinite(SCORERS[name](estimator, X))
    again = pickle.loads(pickle.dumps(SCORERS[name]))
    assert again(model, X) == SCORERS[name](model, X)


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize("most_rows", [60, 40])
def test_scorers_leave_a_data_frame_its_columns(library, most_rows, X, monkeypatch):
    monkeypatch.setattr("skae.metrics._scorers._MAX_ROWS", most_rows)
    frame = pytest.importorskip(library).DataFrame(
        {name: X[:, i] for i, name in enumerate("abcdef")}
    )
    by_name = ColumnTransformer([("scaled", StandardScaler(), ["b", "d", "e"])])
    by_place = ColumnTransformer([("scaled", StandardScaler(), [1, 3, 4])])
    for name in ("code_trustworthiness", "code_neighborhood_preservation"):
        score = SCORERS[name](make_pipeline(by_name, PCA(2)).fit(frame), frame)
        assert score == SCORERS[name](make_pipeline(by_place, PCA(2)).fit(X), X)


def test_neighbours_of_a_data_frame_need_numbers(X):
    frame = pytest.importorskip("pandas").DataFrame({"a": X[:, 0], "b": X[:, 1]})
    frame["town"] = ["Graz", "Linz"] * 30
    numbers = ColumnTransformer([("scaled", StandardScaler(), ["a", "b"])])
    model = make_pipeline(numbers, PCA(1)).fit(frame)
    with pytest.raises(ValueError, match="X must be numbers, in all columns.*'Graz'"):
        SCORERS["code_trustworthiness"](model, frame)


def test_scorers_agree_with_the_methods(X):
    model = Autoencoder(2, epochs=2, random_state=0).fit(X)
    score = SCORERS["reconstruction_explained_variance"](model, X)
    assert score == pytest.approx(model.score(X), abs=1e-6)
    error = SCORERS["neg_reconstruction_error"](model, X)
    assert error == pytest.approx(-model.reconstruction_error(X).mean())


def test_a_search_takes_several_of_them(X):
    names = ["reconstruction_explained_variance", "code_trustworthiness"]
    search = GridSearchCV(
        Autoencoder(epochs=2, random_state=0),
        {"encoding_dim": [1, 3]},
        scoring={name: SCORERS[name] for name in names},
        refit=names[0],
        cv=2,
    ).fit(X)
    assert search.best_params_ == {"encoding_dim": 3}
    assert {f"mean_test_{name}" for name in names} <= search.cv_results_.keys()


def test_report(X):
    model = Autoencoder(2, random_state=0, epochs=100).fit(X)
    table = report(model, X)
    assert list(table.index) == ["Autoencoder", "PCA"]
    assert table.explained_variance["Autoencoder"] == pytest.approx(model.score(X))
    pca = PCA(2).fit(X)
    assert table.explained_variance["PCA"] == pytest.approx(
        pca.explained_variance_ratio_.sum(), rel=1e-4
    )
    kept = neighborhood_preservation(X, model.transform(X))
    assert table.neighborhood_preservation["Autoencoder"] == pytest.approx(kept)
    assert list(table.dead_units) == [0, 0] and list(table.active_units) == [2, 2]


def test_report_warns_when_pca_wins(X):
    poor = SparseAutoencoder(
        3, penalty="l1", sparsity_weight=10.0, init="random", epochs=2
    )
    poor.fit(X)
    with pytest.warns(UserWarning, match="PCA explains 0.7.*SparseAutoencoder"):
        report(poor, X)


def test_report_hides_no_column(X):
    with pd.option_context("display.width", 80, "display.max_columns", 3):
        table = report(Autoencoder(2, epochs=1, random_state=0).fit(X), X)
        shown = repr(table)
    assert all(name in shown for name in table.columns) and "..." not in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert type(table.round(2)) is pd.DataFrame


def test_report_of_a_pipeline_that_goes_on(X):
    y = X[:, 0] > X[:, 0].mean()
    pipeline = make_pipeline(
        Autoencoder(2, epochs=1, random_state=0), RidgeClassifier()
    )
    grid = {"autoencoder__encoding_dim": [2]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    table = report(search, X)
    alone = report(search.best_estimator_[0], X)
    pd.testing.assert_frame_equal(table, alone)
    with pytest.raises(TypeError, match="RidgeClassifier has no codes"):
        report(RidgeClassifier().fit(X, y), X)
    with pytest.raises(TypeError, match="give its autoencoder_"):
        report(
            EncoderClassifier(Autoencoder(2, epochs=1), fine_tune_epochs=0).fit(X, y), X
        )


def test_report_of_images_and_pipelines(X):
    images = X[:, None, :4].reshape(-1, 2, 2)
    conv = ConvAutoencoder(2, init="random", filters=(4,), epochs=1, random_state=0)
    conv = conv.fit(images)
    pipeline = make_pipeline(StandardScaler(), Autoencoder(2, epochs=1)).fit(X)
    with pytest.warns(UserWarning, match="PCA"):
        assert "ConvAutoencoder" in report(conv, images).index
    assert "Autoencoder" in report(pipeline, X, X_train=X[:30]).index
