import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skae import (
    Autoencoder,
    ConvAutoencoder,
    DenoisingAutoencoder,
    EncoderClassifier,
    EncoderRegressor,
    RecurrentAutoencoder,
    VariationalAutoencoder,
)
from skae.datasets import load_digits
from skae.semi_supervised._fine_tuning import Head

SMALL = Autoencoder(2, hidden_layer_sizes=(4,), epochs=3, batch_size=16)
WIDE = Autoencoder(10, epochs=3, batch_size=16)


@pytest.mark.slow
@parametrize_with_checks(
    [
        EncoderClassifier(WIDE, fine_tune_epochs=3),
        EncoderRegressor(WIDE, fine_tune_epochs=3),
    ]
)
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def digits():
    return load_digits()


def some(y, n):
    return np.where(np.arange(len(y)) < n, y, -1)


def test_rows_without_labels_help(digits):
    autoencoder = DenoisingAutoencoder(
        64,
        code_activation="relu",
        init="random",
        noise="dropout",
        noise_level=0.5,
        epochs=40,
    )
    settings = {"fine_tune_epochs": 20, "random_state": 0}
    few, labels = slice(0, 30), some(digits.y_train, 30)
    alone = EncoderClassifier(autoencoder, **settings)
    alone.fit(digits.X_train[few], labels[few])
    helped = EncoderClassifier(autoencoder, **settings).fit(digits.X_train, labels)
    scores = [m.score(digits.X_test, digits.y_test) for m in (alone, helped)]
    assert scores[1] > scores[0] + 0.03


def test_fine_tuning_lowers_the_loss_and_moves_the_encoder(digits):
    X, y = digits.X_train[:400], digits.y_train[:400]
    fitted = Autoencoder(8, epochs=20, random_state=0).fit(X)
    frozen = FrozenEstimator(fitted)
    codes = fitted.transform(X)
    settings = {"early_stopping": False, "learning_rate": 1e-3, "random_state": 0}
    head_only = EncoderClassifier(frozen, fine_tune_epochs=0, **settings).fit(X, y)
    tuned = EncoderClassifier(frozen, fine_tune_epochs=20, **settings).fit(X, y)
    np.testing.assert_array_equal(head_only.autoencoder_.transform(X), codes)
    assert np.abs(tuned.autoencoder_.transform(X) - codes).max() > 0.01
    np.testing.assert_array_equal(fitted.transform(X), codes)  # left as it was
    losses = [
        -np.log(m.predict_proba(X))[np.arange(400), y].mean()
        for m in (head_only, tuned)
    ]
    assert losses[1] < 0.8 * losses[0]
    # What training says of its last epoch is about what we find.
    assert tuned.history_["loss"][-1] == pytest.approx(losses[1], rel=0.1)


def test_the_head_is_logistic_regression_on_the_codes(digits):
    from sklearn.linear_model import LogisticRegression

    X, y = digits.X_train[:300], digits.y_train[:300]
    for keep in (y < 10, y < 2):  # many classes, and two
        fitted = Autoencoder(8, epochs=20, random_state=0).fit(X[keep])
        model = EncoderClassifier(FrozenEstimator(fitted), fine_tune_epochs=0)
        model.fit(X[keep], y[keep])
        codes = fitted.transform(X[keep])
        codes /= codes.std(axis=0).mean()
        logistic = LogisticRegression(max_iter=1000).fit(codes, y[keep])
        np.testing.assert_allclose(
            model.predict_proba(X[keep]), logistic.predict_proba(codes), atol=1e-3
        )


def test_labels_of_any_kind(X):
    names = np.array(["low", "high"], dtype=object)[(X[:, 0] > 0.5).astype(int)]
    names[::3] = -1
    model = EncoderClassifier(SMALL, random_state=0, fine_tune_epochs=2).fit(X, names)
    assert set(model.classes_) == {"low", "high"}
    assert set(model.predict(X)) <= {"low", "high"}
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=1e-6)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("dtype", [str, object])
def test_minus_one_among_strings_is_no_label(dtype, X):
    """What ``np.where(known, strings, -1)`` made before NumPy refused to."""
    names = np.array(["low", "high"])[(X[:, 0] > 0.5).astype(int)]
    y = np.where(np.arange(len(X)) % 3 == 0, "-1", names).astype(dtype)
    model = EncoderClassifier(SMALL, n_rounds=0, fine_tune_epochs=0, random_state=0)
    model.fit(X, y)
    assert list(model.classes_) == sorted({*names.astype(dtype)})
    plus_or_minus = np.where(X[:, 0] > 0.5, 1, -1).astype(dtype)
    assert len(model.fit(X, plus_or_minus).classes_) == 2


@pytest.mark.parametrize(
    "gap", [np.nan, None, pd.NA, pd.NaT], ids=["nan", "None", "NA", "NaT"]
)
def test_missing_labels_are_refused_with_a_way_out(gap, X):
    names = np.array(["low", "high"], object)[(X[:, 0] > 0.5).astype(int)]
    names[5] = gap
    model = EncoderClassifier(SMALL, n_rounds=0, fine_tune_epochs=0, random_state=0)
    for y in (names, pd.Series(names)):
        with pytest.raises(ValueError, match="first in row 5.* are marked by -1"):
            model.fit(X, y)
    with pytest.warns(UserWarning, match=f"labels that are called '{gap}'"):
        model.fit(X, [str(name) for name in names])
    y = np.where(np.arange(len(X)) == 5, "-1.0", names.astype(str))
    assert list(model.fit(X, y).classes_) == ["high", "low"]


def test_minus_one_and_one_are_classes(X):
    y = np.where(X[:, 0] > 0.5, 1, -1)
    model = EncoderClassifier(SMALL, fine_tune_epochs=1, random_state=0).fit(X, y)
    assert list(model.classes_) == [-1, 1]


def test_the_regressor_is_in_the_units_of_the_targets(X):
    y = 1000 + 50 * X[:, 0]
    missing = np.where(np.arange(60) < 40, y, np.nan)
    model = EncoderRegressor(
        Autoencoder(3, epochs=100, random_state=0),
        learning_rate=3e-3,
        fine_tune_epochs=50,
        random_state=0,
    ).fit(X, missing)
    assert model.score(X[40:], y[40:]) > 0.8


@pytest.mark.parametrize(
    "autoencoder",
    [
        VariationalAutoencoder(2, epochs=2, hidden_layer_sizes=(4,)),
        ConvAutoencoder(2, filters=(4,), epochs=1),
        RecurrentAutoencoder(2, epochs=1),
    ],
    ids=lambda model: type(model).__name__,
)
def test_any_family_in_its_own_layout(autoencoder, X):
    y = (X[:, 0] > 0.5).astype(int)
    data = X
    if isinstance(autoencoder, ConvAutoencoder):
        data = X[:, :4].reshape(-1, 2, 2)
    if isinstance(autoencoder, RecurrentAutoencoder):
        data = [row[: 3 + i % 4, None] for i, row in enumerate(X)]
    model = EncoderClassifier(autoencoder, fine_tune_epochs=2, random_state=0)
    assert model.fit(data, y).predict(data).shape == (60,)
    assert np.isfinite(model.history_["loss"]).all()


def test_in_a_pipeline_and_a_search(X):
    y = np.where(X[:, 0] > 0.5, "right", "left")
    pipeline = make_pipeline(
        StandardScaler(), EncoderClassifier(SMALL, fine_tune_epochs=2, random_state=0)
    )
    grid = {"encoderclassifier__autoencoder__encoding_dim": [1, 2]}
    assert GridSearchCV(pipeline, grid, cv=2).fit(X, y).best_score_ > 0.5


@pytest.mark.parametrize("cls", [EncoderClassifier, EncoderRegressor])
@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_data_frames_of_codes_change_nothing(container, cls, X):
    pytest.importorskip(container)
    y, settings = X[:, 0] > 0.5, {"fine_tune_epochs": 1, "random_state": 0}
    expected = cls(SMALL, **settings).fit(X, y).predict(X)
    inner = clone(SMALL).set_output(transform=container)
    np.testing.assert_array_equal(cls(inner, **settings).fit(X, y).predict(X), expected)
    with config_context(transform_output=container):
        model = cls(SMALL, **settings).fit(X, y)
        np.testing.assert_array_equal(model.predict(X), expected)


@pytest.mark.parametrize("fine_tune_epochs", [0, 1])
@pytest.mark.parametrize("cls", [EncoderClassifier, EncoderRegressor])
def test_a_frozen_autoencoder_is_left_alone_and_not_followed(cls, fine_tune_epochs, X):
    own = clone(SMALL).set_params(random_state=0).fit(X)
    codes, history = own.transform(X), {k: list(v) for k, v in own.history_.items()}
    model = cls(FrozenEstimator(own), fine_tune_epochs=fine_tune_epochs, random_state=0)
    model.fit(X, X[:, 0] > 0.5)
    outputs = model._outputs(X)
    model.autoencoder_.partial_fit(X)
    np.testing.assert_array_equal(own.transform(X), codes)
    assert own.history_ == history
    model.fit(X, X[:, 0] > 0.5)
    own.partial_fit(X[::-1]).fit(X[:30] ** 2)
    np.testing.assert_array_equal(model._outputs(X), outputs)


@pytest.mark.parametrize("fraction", [0.01, 0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("n", [1, 2, 3, 50])
def test_some_targets_are_always_trained_on(n, fraction):
    labelled = np.arange(7, 7 + n)
    regressor = EncoderRegressor(SMALL, validation_fraction=fraction)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        trained, held_out = regressor._split(labelled, None, rng)
        assert sorted([*trained, *held_out]) == list(labelled)
        assert len(held_out) == min(round(n * fraction), n - 1)


@pytest.mark.parametrize("fraction", [0.01, 0.1, 0.3, 0.5, 0.9])
@pytest.mark.parametrize(
    "counts", [(1, 1), (2, 1), (1, 2, 40), (10, 10, 10), (3, 30, 300)]
)
def test_each_class_is_trained_on_and_held_out_alike(counts, fraction):
    targets = np.repeat(np.arange(len(counts)), counts)
    labelled = np.flatnonzero(targets >= 0)
    classifier = EncoderClassifier(SMALL, validation_fraction=fraction)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        trained, held_out = classifier._split(labelled, targets, rng)
        assert sorted([*trained, *held_out]) == list(labelled)
        n_held_out = np.bincount(targets[held_out], minlength=len(counts))
        assert (np.bincount(targets[trained], minlength=len(counts)) >= 1).all()
        possible = np.minimum(np.multiply(counts, fraction), np.subtract(counts, 1))
        assert (np.abs(n_held_out - possible) < 1 + 1e-9).all()


def test_early_stopping_with_one_label_per_class(X):
    y = np.r_[np.arange(5), np.full(55, -1)]
    model = EncoderClassifier(
        SMALL, n_rounds=3, early_stopping=True, fine_tune_epochs=2, random_state=0
    )
    assert list(model.fit(X, y).classes_) == list(range(5))
    assert "val_loss" not in model.history_ and model.n_iter_ == 6
    y = np.r_[1.0, 2, 3, np.full(57, np.nan)]
    model = EncoderRegressor(
        SMALL, early_stopping=True, validation_fraction=0.9, fine_tune_epochs=2
    )
    assert np.isfinite(model.fit(X, y).predict(X)).all()


def test_outputs_of_the_head_do_not_depend_on_the_batch():
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(300, 200)).astype(np.float32)
    head = Head(
        rng.normal(size=(200, 1)).astype(np.float32), np.ones(1, dtype=np.float32)
    )
    outputs = head(codes)
    assert outputs.dtype == np.float32
    one_by_one = np.vstack([head(row[None]) for row in codes])
    np.testing.assert_allclose(one_by_one, outputs, atol=1e-7, rtol=1.2e-7)


@pytest.mark.parametrize(
    ("model", "y", "message"),
    [
        (EncoderClassifier(SMALL), np.full(60, -1), "-1 for all rows"),
        (EncoderClassifier(SMALL), np.r_[np.full(59, -1), 3], "only one class"),
        (EncoderClassifier(SMALL), np.arange(60) / 7, "Unknown label type"),
        (EncoderClassifier(SMALL), np.zeros(59), "inconsistent numbers"),
        (EncoderClassifier(SMALL, head_alpha=0), np.zeros(60), "'head_alpha'"),
        (EncoderRegressor(SMALL), np.full(60, np.nan), "NaN for all rows"),
        (EncoderRegressor(SMALL), np.full(60, np.inf), "y contains infinity"),
        (EncoderRegressor(SMALL, fine_tune_epochs=-1), np.zeros(60), "fine_tune"),
    ],
)
def test_errors(model, y, message, X):
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert not hasattr(model, "autoencoder_")
