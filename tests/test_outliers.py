import numpy as np
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skae import (
    Autoencoder,
    AutoencoderDensity,
    AutoencoderOutlierDetector,
    ConvAutoencoder,
    RecurrentAutoencoder,
)
from skae.outliers import _detector as _outliers
from skae.outliers import _features as _features
from skae.outliers._scores import (
    MahalanobisDistance,
    NeighborDistance,
    tail,
    tail_score,
)

SMALL = Autoencoder(2, hidden_layer_sizes=(4,), epochs=3, batch_size=16)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The posterior has collapsed")
@parametrize_with_checks(
    [
        AutoencoderOutlierDetector(random_state=0),
        AutoencoderOutlierDetector(SMALL, novelty=True, random_state=0),
        AutoencoderOutlierDetector(SMALL, criterion="reconstruction", random_state=0),
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
    for criterion in ("reconstruction", "distance"):
        area = [
            roc_auc_score(
                outlier,
                -AutoencoderOutlierDetector(autoencoder, criterion=criterion, trim=trim)
                .fit(X)
                .score_samples(X),
            )
            for trim in (0.0, 0.3)
        ]
        assert area[1] > area[0]


def mahalanobis(u):
    """Distance of rows from their mean, with the ridge that the guide names."""
    covariance = np.cov(u.T, bias=True)
    ridge = (1e-3 + 0.1 * u.shape[1] / len(u)) * np.diag(np.diag(covariance))
    z = u - u.mean(axis=0)
    squares = np.einsum("ij,jk,ik->i", z, np.linalg.inv(covariance + ridge), z)
    return np.sqrt(squares / u.shape[1])


def test_the_score_is_a_mean_of_two_distances(contaminated):
    X, _ = contaminated
    detector = AutoencoderOutlierDetector(SMALL, n_trims=0, random_state=0).fit(X)
    model = detector.autoencoder_
    expected = clone(SMALL).set_params(random_state=0).fit(X)
    np.testing.assert_array_equal(model.transform(X), expected.transform(X))
    # No unit matters: columns may be measured in any.
    u = np.hstack([model.transform(X), 7 * (X - model.reconstruct(X))])
    nearest = NearestNeighbors(n_neighbors=30).fit(X)  # a tenth of 300 rows
    far = nearest.kneighbors()[0].mean(axis=1)
    expected = np.sqrt(far / np.median(far) * mahalanobis(u))
    np.testing.assert_allclose(-detector.score_samples(X), expected, rtol=1e-4)


def test_the_default_network_trains_for_some_epochs_on_all_rows(
    contaminated, monkeypatch
):
    X, _ = contaminated
    model = AutoencoderOutlierDetector(random_state=0).fit(X).autoencoder_
    assert model.n_iter_ == 50
    assert "val_loss" not in model.history_  # no row is held out, nor PCA kept instead
    assert not model.kept_initialization_
    monkeypatch.setattr(_outliers, "auto_epochs", lambda n_steps: 7)  # of many rows
    many = AutoencoderOutlierDetector(random_state=0).fit(X)
    assert many.autoencoder_.n_iter_ == 7
    clean = AutoencoderOutlierDetector(novelty=True, random_state=0).fit(X)
    assert "val_loss" in clean.autoencoder_.history_
    given = AutoencoderOutlierDetector(SMALL, random_state=0).fit(X).autoencoder_
    assert given.n_iter_ == 3
    assert "val_loss" in given.history_


def test_neighbours_are_others():
    rows = np.array([[0.0], [1.0], [3.0], [3.0], [7.0]])
    neighbors = NeighborDistance(rows, 2)
    # Those of the first row: 1 and 3. The twins have each other, and 1.
    found = neighbors.of(np.array([[0.0], [3.0], [7.0], [0.5]]))
    np.testing.assert_allclose(found, [2.0, 1.0, 4.0, 0.5])


def test_rows_are_left_out_that_are_far_without_a_network(contaminated):
    X, _ = contaminated
    detector = AutoencoderOutlierDetector(SMALL, n_trims=1, random_state=0).fit(X)
    rows = X.astype(np.float64)
    found = mahalanobis(rows)
    kept = found <= np.quantile(found, 0.9)
    trimmed = MahalanobisDistance(rows, 0.1, 1).of(rows)
    np.testing.assert_allclose(trimmed[kept], mahalanobis(rows[kept]), rtol=1e-6)
    expected = clone(SMALL).set_params(random_state=0)
    weight = (trimmed <= np.quantile(trimmed, 0.9)).astype(np.float32)
    expected.fit(X, sample_weight=weight)
    np.testing.assert_array_equal(
        detector.autoencoder_.transform(X), expected.transform(X)
    )


def test_reconstruction_as_the_criterion(contaminated):
    X, _ = contaminated
    options = {"criterion": "reconstruction", "random_state": 0}
    once = AutoencoderOutlierDetector(SMALL, trim=0.0, **options).fit(X)
    scores = once.score_samples(X)
    np.testing.assert_array_equal(scores, once.autoencoder_.score_samples(X))
    median = np.median(scores)
    line = median - 3 * 1.4826 * np.median(np.abs(scores - median))
    assert once.offset_ == pytest.approx(line)
    np.testing.assert_allclose(once.decision_function(X), scores - line, rtol=1e-5)
    np.testing.assert_array_equal(once.predict(X) == -1, scores < line)
    twice = AutoencoderOutlierDetector(SMALL, n_trims=1, **options).fit(X)
    kept = scores >= np.quantile(scores, 0.1)
    expected = clone(SMALL).set_params(random_state=0)
    expected.fit(X, sample_weight=kept.astype(np.float32))
    np.testing.assert_allclose(
        twice.score_samples(X), expected.score_samples(X), rtol=1e-5
    )


@pytest.mark.parametrize("novelty", [False, True])
def test_few_usual_rows_are_beyond_the_line(novelty):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1200, 4)) @ rng.normal(size=(4, 6)) + rng.normal(
        size=(1200, 6)
    )
    detector = AutoencoderOutlierDetector(SMALL, novelty=novelty, random_state=0)
    detector.fit(X[:800])
    flagged = np.mean(detector.predict(X[800:]) == -1)
    assert 0 < flagged < 0.05
    np.testing.assert_array_equal(
        detector.decision_function(X), detector.score_samples(X) - detector.offset_
    )
    detector.set_params(contamination=0.2).fit(X[:800])
    assert np.mean(detector.predict(X[800:]) == -1) == pytest.approx(0.2, abs=0.06)


def test_novelty_asks_neighbours_and_mixtures(contaminated):
    X, outlier = contaminated
    clean, other = X[~outlier][:200], X[~outlier][200:]
    detector = AutoencoderOutlierDetector(novelty=True, random_state=0).fit(clean)
    judge = detector._scorer
    scores = detector.score_samples(other)
    nearest = NearestNeighbors(n_neighbors=2).fit(clean.astype(np.float64))
    unit = clean.astype(np.float64).std(axis=0)
    unit = np.sqrt(np.mean(unit**2))  # of all distances, whatever that of the data
    distances = nearest.kneighbors(other)[0].mean(axis=1) / unit
    alone = nearest.kneighbors()[0].mean(axis=1) / unit
    # The share of training rows that are farther from others than themselves.
    share = [np.mean(alone > d) for d in distances]
    inside = distances < np.quantile(alone, 0.9)
    found = np.exp(-tail_score(judge.tails[0], distances))
    np.testing.assert_allclose(found[inside], np.array(share)[inside], atol=0.02)
    rare = [
        tail_score(tail, -mixture.score_samples(table))
        for tail, mixture, table in zip(
            judge.tails[1:],
            judge.mixtures,
            detector._features.tables(detector.autoencoder_, other),
            strict=True,
        )
    ]
    expected = -np.mean([tail_score(judge.tails[0], distances), *rare], axis=0)
    np.testing.assert_allclose(scores, expected, rtol=1e-6)
    bad = detector.score_samples(X[outlier])
    assert roc_auc_score(np.repeat([1, 0], [30, 70]), -np.append(bad, scores)) > 0.95


def test_surprise_is_minus_the_logarithm_of_a_share():
    usual = np.random.default_rng(0).exponential(size=100_000)
    # The share of exponential values above t is exp(-t), in the tail as well.
    t = np.linspace(0, 12, 25)
    np.testing.assert_allclose(tail_score(tail(usual), t), t, rtol=0.05, atol=0.01)
    assert tail_score(tail(np.ones(10)), np.array([1.0, 2.0]))[1] > 100


@pytest.mark.parametrize("novelty", [False, True])
def test_few_rows_of_many_columns(novelty):
    """Covariances of more columns than rows are regular, and mixtures simple."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2)) @ rng.normal(size=(2, 90))
    X += 0.1 * rng.normal(size=X.shape)
    X[:, 3] = 1.0
    inner = Autoencoder(2, epochs=5)
    detector = AutoencoderOutlierDetector(inner, novelty=novelty, random_state=0)
    detector.fit(X[:40])
    odd = X[40:] + rng.normal(size=(20, 90))
    scores = detector.score_samples(np.vstack([odd, X[40:]]))
    assert np.isfinite(scores).all()
    assert roc_auc_score(np.repeat([1, 0], 20), -scores) > 0.95


@pytest.mark.parametrize("novelty", [False, True])
def test_a_row_is_judged_alone(contaminated, novelty):
    X, _ = contaminated
    detector = AutoencoderOutlierDetector(SMALL, novelty=novelty, random_state=0)
    detector.fit(X)
    together = detector.score_samples(X)
    alone = np.concatenate([detector.score_samples(X[i : i + 1]) for i in range(20)])
    np.testing.assert_allclose(alone, together[:20], rtol=1e-6)


@pytest.mark.parametrize("novelty", [False, True])
def test_containers_and_blocks_change_nothing(
    contaminated, novelty, monkeypatch, tmp_path
):
    X, _ = contaminated
    np.save(tmp_path / "X.npy", X)
    detector = AutoencoderOutlierDetector(SMALL, novelty=novelty, random_state=0)
    expected = detector.fit(X).score_samples(X)
    monkeypatch.setattr(_features, "_BLOCK_VALUES", 40 * X.shape[1])
    for given in (sparse.csr_array(X), np.load(tmp_path / "X.npy", mmap_mode="r")):
        found = clone(detector).fit(given).score_samples(given)
        np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_of_many_rows_some_are_looked_at(contaminated, monkeypatch):
    X, outlier = contaminated
    monkeypatch.setattr(_outliers, "_MAX_ROWS", 100)
    detector = AutoencoderOutlierDetector(SMALL, random_state=0).fit(X)
    assert roc_auc_score(outlier, -detector.score_samples(X)) > 0.95
    clean = X[~outlier]
    detector = AutoencoderOutlierDetector(SMALL, novelty=True, random_state=0)
    assert len(detector.fit(clean)._scorer.neighbors.rows) == 100


@pytest.mark.parametrize("novelty", [False, True])
def test_no_seed_leaves_the_global_generator_alone(novelty, X):
    before = np.random.get_state()[1].copy()
    AutoencoderOutlierDetector(SMALL, novelty=novelty).fit(X)
    AutoencoderDensity(SMALL).fit(X).sample(2)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_no_fit_predict_of_clean_rows(X):
    detector = AutoencoderOutlierDetector(SMALL, novelty=True)
    assert not hasattr(detector, "fit_predict")
    with pytest.raises(AttributeError, match="fit_predict"):
        detector.fit_predict(X)
    assert hasattr(AutoencoderOutlierDetector(SMALL), "fit_predict")
    with pytest.raises(ValueError, match="n_samples=5, but novelty=True needs 6"):
        detector.fit(X[:5])


def test_explain_names_the_feature(contaminated):
    X, outlier = contaminated
    detector = AutoencoderOutlierDetector(Autoencoder(1, epochs=30), random_state=0)
    detector.fit(X[~outlier])
    row = X[~outlier][:1].copy()
    row[0, 3] += 2.0
    found = detector.explain(row)
    assert found.shape == (1, 5) and np.abs(found).argmax() == 3 and found[0, 3] > 3
    # In units of what is usual: the root of the mean square is 1.
    usual = detector.explain(X[~outlier])
    np.testing.assert_allclose(np.sqrt(np.mean(usual**2, axis=0)), 1, rtol=0.35)
    frame = pytest.importorskip("pandas").DataFrame(X, columns=list("abcde"))
    assert list(detector.fit(frame).explain(frame[:3]).columns) == list("abcde")


def test_images_and_sequences_of_any_length(X):
    images = X[:, :4].reshape(-1, 2, 2)
    conv = ConvAutoencoder(2, filters=(4,), epochs=1, random_state=0)
    detector = AutoencoderOutlierDetector(conv).fit(images)
    assert detector.predict(images).shape == (60,)
    assert detector.explain(images).shape == images.shape
    sequences = [row[: 3 + i % 4, None] for i, row in enumerate(X)]
    recurrent = RecurrentAutoencoder(2, epochs=1, random_state=0)
    for novelty in (False, True):
        detector = AutoencoderOutlierDetector(recurrent, novelty=novelty)
        detector.fit(sequences)
        assert detector.predict(sequences).shape == (60,)
    assert [x.shape for x in detector.explain(sequences)] == [
        x.shape for x in sequences
    ]


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
        ({"criterion": "error"}, "'criterion' parameter"),
        ({"novelty": "yes"}, "'novelty' parameter"),
    ],
)
def test_errors(parameters, message, X):
    with pytest.raises(ValueError, match=message):
        AutoencoderOutlierDetector(**parameters).fit(X)


@pytest.mark.parametrize("novelty", [False, True])
@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_units_change_nothing(unit, novelty, contaminated):
    X = contaminated[0].astype(float)
    detector = AutoencoderOutlierDetector(SMALL, novelty=novelty, random_state=0)
    expected = detector.fit(X[30:]).score_samples(X)
    found = detector.fit(unit * X[30:]).score_samples(unit * X)
    assert np.corrcoef(found, expected)[0, 1] > 0.999
    np.testing.assert_allclose(found, expected, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("novelty", [False, True])
def test_one_row(novelty, X):
    detector = AutoencoderOutlierDetector(SMALL, novelty=novelty, random_state=0)
    with pytest.raises(ValueError, match="n_samples=1, but"):
        detector.fit(X[:1])
    assert detector.fit(X).predict(X[:1]).shape == (1,)


def test_a_frozen_autoencoder_is_not_followed(X):
    fitted = Autoencoder(2, epochs=1, random_state=0).fit(X)
    detector = AutoencoderOutlierDetector(FrozenEstimator(fitted), random_state=0)
    found = detector.fit(X).score_samples(X)
    fitted.set_params(random_state=1).fit(X)
    np.testing.assert_array_equal(detector.score_samples(X), found)
