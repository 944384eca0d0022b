"""Inside what scikit-learn builds: unions, ensembles, searches, routing, caching."""

import pickle

import joblib
import keras
import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.manifold import TSNE
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
)
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skae import Autoencoder, DenoisingAutoencoder, VariationalAutoencoder
from skae.datasets import load_digits
from skae.engine import _cache

SMALL = {"hidden_layer_sizes": (16,), "epochs": 5, "batch_size": 32, "random_state": 0}


@pytest.fixture(scope="module")
def digits():
    """300 digits, pixels in [0, 1], and their names."""
    data = load_digits()
    names = np.array("zero one two three four five six seven eight nine".split())
    return data.X_train[:300], names[data.y_train[:300]]


@pytest.fixture
def encoder():
    return Autoencoder(8, **SMALL)


def test_a_classifier_on_the_codes_learns(digits, encoder):
    X, y = digits
    pipeline = make_pipeline(MinMaxScaler(), encoder, LogisticRegression(max_iter=500))
    assert pipeline.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.7


@pytest.mark.slow
def test_codes_then_tsne(digits, encoder):
    plane = make_pipeline(MinMaxScaler(), encoder, TSNE(max_iter=250, random_state=0))
    assert plane.fit_transform(digits[0][:100]).shape == (100, 2)


def test_columns_and_unions(digits, encoder):
    X, _ = digits
    by_column = ColumnTransformer(
        [("pixels", encoder, slice(0, 32)), ("rest", "passthrough", slice(32, 64))]
    )
    assert by_column.fit_transform(X).shape == (300, 8 + 32)
    union = make_union(encoder, PCA(3))
    assert union.fit_transform(X).shape == (300, 11)
    assert list(union.get_feature_names_out())[0] == "autoencoder__autoencoder0"


def test_ensembles_and_wrappers(digits, encoder):
    X, y = digits
    pipeline = make_pipeline(encoder, LogisticRegression(max_iter=500))
    bagged = BaggingClassifier(pipeline, n_estimators=2, random_state=0).fit(X, y)
    calibrated = CalibratedClassifierCV(pipeline, cv=2).fit(X, y)
    for model in (bagged, calibrated):
        assert model.score(X, y) > 0.7
    target = TransformedTargetRegressor(
        make_pipeline(encoder, Ridge()), func=np.log1p, inverse_func=np.expm1
    )
    y = X.sum(axis=1, dtype=np.float64)
    assert target.fit(X, y).score(X, y) > 0.2


def test_a_cache_saves_the_second_fit(digits, encoder, tmp_path, monkeypatch):
    X, y = digits
    pipeline = make_pipeline(encoder, LogisticRegression(), memory=str(tmp_path))
    first = pipeline.fit(X, y).predict_proba(X)
    monkeypatch.setattr(Autoencoder, "fit", None)  # would fail if it were called
    pipeline.set_params(logisticregression__C=0.1).fit(X, y)
    pipeline.set_params(logisticregression__C=1.0).fit(X, y)
    np.testing.assert_array_equal(pipeline.predict_proba(X), first)


@pytest.mark.parametrize(("kind", "frame"), [("pandas", pd), ("polars", pl)])
def test_frames_in_and_frames_back(digits, encoder, kind, frame):
    names = [f"pixel{i}" for i in range(64)]
    X = frame.DataFrame(dict(zip(names, digits[0].T, strict=True)))
    pipeline = make_pipeline(encoder).set_output(transform=kind)
    codes = pipeline.fit_transform(X)
    assert list(codes.columns) == [f"autoencoder{i}" for i in range(8)]
    decoded = pipeline.inverse_transform(codes)
    assert isinstance(decoded, frame.DataFrame) and list(decoded.columns) == names
    expected = pipeline.inverse_transform(codes.to_numpy())
    np.testing.assert_array_equal(decoded.to_numpy(), expected)
    if kind == "pandas":
        some = codes.iloc[[5, 3]]
        assert list(pipeline.inverse_transform(some).index) == [5, 3]


def test_inverse_through_a_pipeline_is_in_the_units_of_the_data(digits, encoder):
    X = 100 + 7 * digits[0]
    pipeline = make_pipeline(MinMaxScaler(), encoder).fit(X)
    decoded = pipeline.inverse_transform(pipeline.transform(X))
    assert np.mean((decoded - X) ** 2) < 0.7 * X.var(axis=0).mean()


@pytest.mark.slow
def test_searches_of_all_kinds(digits, encoder):
    X, _ = digits
    grid = {"encoding_dim": [2, 8], "l2": [0.0, 1e-3]}
    for search in (
        GridSearchCV(encoder, grid, cv=2),
        RandomizedSearchCV(encoder, grid, n_iter=2, cv=2, random_state=0),
        HalvingGridSearchCV(
            encoder,
            {**grid, "hidden_layer_sizes": [(), (16,)]},
            resource="epochs",
            min_resources=2,
            max_resources=4,
            cv=2,
            random_state=0,
        ),
    ):
        assert search.fit(X).best_params_["encoding_dim"] == 8


def test_a_search_scored_by_what_comes_after(digits, encoder):
    X, y = digits
    pipeline = make_pipeline(MinMaxScaler(), encoder, LogisticRegression(max_iter=500))
    grid = {"autoencoder__encoding_dim": [1, 8], "autoencoder__l1": [0.0, 1e-4]}
    search = GridSearchCV(pipeline, grid, cv=2, scoring="accuracy").fit(X, y)
    assert search.best_params_["autoencoder__encoding_dim"] == 8


@pytest.mark.parametrize(
    "backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)]
)
def test_parallel_searches_agree_bit_for_bit(digits, backend):
    model = VariationalAutoencoder(2, **SMALL)
    grid = {"beta": [0.1, 1.0], "encoding_dim": [1, 2]}
    alone = GridSearchCV(model, grid, cv=2).fit(digits[0])
    with joblib.parallel_backend(backend, n_jobs=2):
        together = GridSearchCV(model, grid, cv=2, n_jobs=2).fit(digits[0])
    for i in range(2):
        key = f"split{i}_test_score"
        np.testing.assert_array_equal(alone.cv_results_[key], together.cv_results_[key])


def test_a_search_leaves_few_programs_behind(digits, encoder, own_cache):
    _cache.clear_cache()
    grid = {"l1": np.logspace(-6, -3, 4), "learning_rate": [1e-3, 2e-3]}
    GridSearchCV(encoder, grid, cv=3).fit(digits[0])
    assert sum(map(len, _cache._programs.values())) == 1


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def test_weights_and_validation_data_reach_a_pipeline(routing, digits):
    X, y = digits
    weight = (np.arange(200) < 100).astype(float)
    settings = {**SMALL, "shuffle": False}
    encoder = Autoencoder(8, **settings)
    encoder.set_fit_request(sample_weight=True, X_val=True)
    pipeline = make_pipeline(
        StandardScaler().set_fit_request(sample_weight=False), encoder
    )
    pipeline.set_params(transform_input=["X_val"])
    pipeline.fit(X[:200], sample_weight=weight, X_val=X[200:])
    scaler, fitted = pipeline[0], pipeline[1]
    alone = Autoencoder(8, **settings).fit(
        scaler.transform(X[:200]),
        sample_weight=weight,
        X_val=scaler.transform(X[200:]),  # scaled on its way
    )
    assert fitted.history_ == alone.history_


def test_targets_and_weights_reach_a_search(routing, digits):
    X, _ = digits
    noisy = X + 0.1 * np.random.default_rng(0).normal(size=X.shape)
    denoiser = DenoisingAutoencoder(8, **SMALL)
    denoiser.set_fit_request(target=True, sample_weight=True)
    denoiser.set_score_request(sample_weight=True)
    search = GridSearchCV(
        denoiser, {"encoding_dim": [8]}, cv=[(range(200), range(200, 300))]
    )
    weight = np.arange(300) % 3 + 1.0
    search.fit(noisy, target=X, sample_weight=weight)
    alone = DenoisingAutoencoder(8, **SMALL)
    alone.fit(noisy[:200], target=X[:200], sample_weight=weight[:200])
    score = alone.score(noisy[200:], sample_weight=weight[200:])
    assert search.best_score_ == pytest.approx(score)


def test_weights_count_in_the_score_as_repetitions(digits, encoder):
    X, _ = digits
    encoder.fit(X)
    weight = np.arange(300) % 3
    repeated = encoder.score(np.repeat(X, weight, axis=0))
    assert encoder.score(X, sample_weight=weight) == pytest.approx(repeated, rel=1e-5)


# Keras' callbacks hand TensorFlow variables to np.array(), which asks for `copy`.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_callbacks_survive_clone_pickle_and_search(digits, tmp_path):
    callbacks = [
        keras.callbacks.EarlyStopping("loss", patience=1, min_delta=10),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.ModelCheckpoint(tmp_path / "last.keras"),
        keras.callbacks.TensorBoard(tmp_path / "board"),
    ]
    plateau = keras.callbacks.ReduceLROnPlateau("loss")
    if "<lambda>" not in str(vars(plateau)):  # Keras 3.10 cannot pickle its own
        callbacks.append(plateau)
    encoder = Autoencoder(4, **{**SMALL, "epochs": 9}, callbacks=callbacks)
    search = GridSearchCV(encoder, {"l2": [0.0, 1e-3]}, cv=2).fit(digits[0])
    best = search.best_estimator_
    assert best.n_iter_ == 2  # stopped by the first of them
    assert [type(c) for c in best.callbacks_] == [type(c) for c in callbacks]
    for again in (pickle.loads(pickle.dumps(best)), clone(best).fit(digits[0])):
        assert again.callbacks_[0].stopped_epoch == 1
        np.testing.assert_array_equal(
            again.transform(digits[0]), best.transform(digits[0])
        )
    assert any((tmp_path / "board").rglob("events*"))
