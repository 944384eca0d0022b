import pickle

import numpy as np
import pytest
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
        64, code_activation="relu", noise="dropout", noise_level=0.5, epochs=40
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
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


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
