import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skae import (
    Autoencoder,
    AutoencoderOutlierDetector,
    ConvAutoencoder,
    RecurrentAutoencoder,
)

SMALL = Autoencoder(2, hidden_layer_sizes=(4,), epochs=3, batch_size=16)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The posterior has collapsed")
@parametrize_with_checks(
    [
        AutoencoderOutlierDetector(random_state=0),
    ]
)
def test_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture
def contaminated():
    """300 rows on a line in 5 dimensions, 30 of them off it; and which."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 1)) * [1, 2, -1, 0.5, 1] + 0.1 * rng.normal(size=(300, 5))
    outlier = np.arange(300) < 30
    X[outlier] = rng.permuted(X[outlier], axis=0) + rng.normal(size=(30, 5))
    return X.astype(np.float32), outlier


def test_it_finds_outliers_among_its_training_data(contaminated):
    X, outlier = contaminated
    detector = make_pipeline(
        StandardScaler(), AutoencoderOutlierDetector(contamination=0.1, random_state=0)
    ).fit(X)
    assert roc_auc_score(outlier, -detector.score_samples(X)) > 0.95
    assert np.mean(detector.predict(X) == -1) == pytest.approx(0.1)


@pytest.mark.slow
def test_trimming_keeps_outliers_from_shaping_the_model(contaminated):
    X, outlier = contaminated
    X = np.vstack([X, *[X[outlier] * 3] * 2])  # many, and far
    outlier = np.arange(len(X)) % 300 < 30
    outlier[300:] = True
    autoencoder = Autoencoder(1, random_state=0, epochs=30)
    area = [
        roc_auc_score(
            outlier,
            -AutoencoderOutlierDetector(autoencoder, trim=trim).fit(X).score_samples(X),
        )
        for trim in (0.0, 0.3)
    ]
    assert area[1] > area[0]


def test_the_line(contaminated):
    X, _ = contaminated
    detector = AutoencoderOutlierDetector(SMALL, random_state=0).fit(X)
    scores = detector.score_samples(X)
    np.testing.assert_array_equal(scores, detector.autoencoder_.score_samples(X))
    median = np.median(scores)
    line = median - 3 * 1.4826 * np.median(np.abs(scores - median))
    assert detector.offset_ == pytest.approx(line)
    np.testing.assert_allclose(detector.decision_function(X), scores - line, rtol=1e-5)
    np.testing.assert_array_equal(detector.predict(X) == -1, scores < line)


def test_the_last_model_has_not_seen_the_trimmed_rows(contaminated):
    X, _ = contaminated
    once = AutoencoderOutlierDetector(SMALL, random_state=0, trim=0.0).fit(X)
    scores = once.score_samples(X)
    twice = AutoencoderOutlierDetector(SMALL, random_state=0, n_trims=1).fit(X)
    kept = scores >= np.quantile(scores, 0.1)
    expected = clone(SMALL).set_params(random_state=0)
    expected.fit(X, sample_weight=kept.astype(np.float32))
    np.testing.assert_allclose(
        twice.score_samples(X), expected.score_samples(X), rtol=1e-5
    )


def test_images_and_sequences_of_any_length(X):
    images = X[:, :4].reshape(-1, 2, 2)
    conv = ConvAutoencoder(2, filters=(4,), epochs=1, random_state=0)
    assert AutoencoderOutlierDetector(conv).fit(images).predict(images).shape == (60,)
    sequences = [row[: 3 + i % 4, None] for i, row in enumerate(X)]
    recurrent = RecurrentAutoencoder(2, epochs=1, random_state=0)
    detector = AutoencoderOutlierDetector(recurrent).fit(sequences)
    assert detector.predict(sequences).shape == (60,)


def test_a_search_reaches_the_autoencoder_inside(contaminated):
    X, outlier = contaminated
    search = GridSearchCV(
        AutoencoderOutlierDetector(SMALL, n_trims=0, random_state=0),
        {"autoencoder__encoding_dim": [1, 2], "contamination": [0.05, 0.1]},
        scoring=lambda model, X, y: roc_auc_score(y, -model.score_samples(X)),
        cv=KFold(2, shuffle=True, random_state=0),
    ).fit(X, outlier)
    assert search.best_score_ > 0.5


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_data_frames_of_codes_change_nothing(container, X):
    pytest.importorskip(container)
    expected = AutoencoderOutlierDetector(SMALL, random_state=0).fit(X).score_samples(X)
    inner = clone(SMALL).set_output(transform=container)
    with config_context(transform_output=container):
        detector = AutoencoderOutlierDetector(inner, random_state=0).fit(X)
        np.testing.assert_array_equal(detector.score_samples(X), expected)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"contamination": 0.7}, "'contamination' parameter"),
        ({"trim": 0.6}, "'trim' parameter"),
        ({"n_trims": -1}, "'n_trims' parameter"),
    ],
)
def test_errors(parameters, message, X):
    with pytest.raises(ValueError, match=message):
        AutoencoderOutlierDetector(**parameters).fit(X)
