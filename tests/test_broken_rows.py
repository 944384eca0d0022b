"""One row that is broken: what it costs the others, and what is said of it."""

import warnings

import numpy as np
import pandas as pd
import pytest
from discovery import autoencoder_classes, make
from scipy import sparse
from sklearn.datasets import make_blobs
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier

from skae import (
    Autoencoder,
    AutoencoderDensity,
    AutoencoderOutlierDetector,
    EncoderClassifier,
    EncoderRegressor,
    NeighborAutoencoder,
    TableAutoencoder,
)
from skae.data import Rows
from skae.data._far_rows import dominating_row, far_rows
from skae.data._sequences import Sequences
from skae.neighbors import Neighborhood
from skae.semi_supervised._label_graph import LabelGraph

LEFT_OUT = "so far from all others"
SMALL = Autoencoder(4, hidden_layer_sizes=(16,), epochs=5, batch_size=32)


def rows_of(X, dtype=np.float64):
    return Rows(X, "test", dtype=dtype)


def normal(n_rows=1000, n_columns=5, seed=0):
    return np.random.default_rng(seed).normal(1.0, 1.0, size=(n_rows, n_columns))


def all_times(factor):
    def change(X):
        X[7] *= factor
        return [7]

    return change


def one_value(X):
    X[7, 2] = -9999.0
    return [7]


def three_rows(X):
    X[[7, 100, 103]] *= np.array([[1e3], [-1e5], [1e8]])
    return [7, 100, 103]


def the_first_rows(X):
    X[:2] *= 1e5
    return [0, 1]


def stand_ins_for_gaps(X):
    X[7], X[50, 1] = -9999.0, 1e20
    return [7, 50]


MISTAKES = [
    *map(all_times, (1e3, 1e5, 1e8)),
    one_value,
    three_rows,
    the_first_rows,
    stand_ins_for_gaps,
]


@pytest.mark.parametrize("change", MISTAKES)
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_broken_rows_are_found(change, container):
    X = normal()
    broken = change(X)
    np.testing.assert_array_equal(far_rows(rows_of(container(X), np.float32)), broken)
    weight = np.full(len(X), 3.0)
    weight[broken[0]] = 0
    found = far_rows(rows_of(container(X)), weight)
    np.testing.assert_array_equal(found, broken[1:])


def long_tails():
    rng = np.random.default_rng(0)
    return [
        *(rng.standard_t(df, size=(500, 3)) for df in (3, 5)),
        rng.lognormal(sigma=1.5, size=(2000, 4)),
        rng.pareto(3, size=(1000, 2)),
    ]


def sparse_counts():
    X = np.zeros((1000, 20))
    X[:10, 3] = 1
    return X


def two_groups():
    return np.r_[normal(980), 1e3 + normal(20)]


@pytest.mark.parametrize(
    "X",
    [
        normal(),
        normal(5),
        normal(12, 2),
        *long_tails(),
        sparse_counts(),
        two_groups(),
        np.ones((50, 3)),
        np.r_[np.ones((50, 3)), [[2.0, 2.0, 2.0]]],
        np.array([[0.0], [1.0], [9.0]]),
        np.ones((1, 3)),
    ],
)
def test_ordinary_rows_are_not_broken(X):
    rows = rows_of(X)
    assert len(far_rows(rows)) == 0
    if len(np.unique(X, axis=0)) > 2:
        assert dominating_row(rows, None, rows.summarize()) is None


def test_in_sequences_what_does_not_exist_is_not_far():
    X = normal(200, 12).reshape(200, 6, 2)
    X[::2, 4:] = np.nan
    X[31, :3] *= 1e4
    np.testing.assert_array_equal(far_rows(Sequences(X, "test", 6)), [31])


@pytest.mark.parametrize("cls", autoencoder_classes())
def test_the_fit_is_finite_and_names_the_row(cls, X):
    if not cls._architecture.layout.numeric_only:
        pytest.skip("each column has its own scale")
    X = X.copy()
    X[20] = 1e4 * (X[20] + 1)
    model = make(cls)
    if getattr(model, "loss", "") == "binary_crossentropy":
        model.set_params(loss="squared_error")
    if hasattr(model, "likelihood"):
        model.set_params(likelihood="gaussian")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        codes = model.fit(X).transform(X)
    told = [w for w in caught if str(w.message).startswith(("Row 20 ", "1 of 60 "))]
    assert len(told) == 1 and "20" in str(told[0].message)
    assert told[0].filename == __file__
    assert np.isfinite(codes).all()


def test_the_label_of_a_row_is_named_and_ordinary_rows_are_not(X):
    frame = pd.DataFrame(X, index=[f"id{i}" for i in range(len(X))])
    model = make(Autoencoder, epochs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(frame)
        frame.iloc[3] = 1e6
        weight = np.ones(len(X))
        weight[3] = 0
        model.fit(frame, sample_weight=weight)
    with pytest.warns(UserWarning, match=r"Row 3 \(label 'id3'\) of X .* over 99.9 %"):
        model.fit(frame)


@pytest.fixture(scope="module")
def blobs():
    return make_blobs(400, 10, centers=4, cluster_std=2.5, random_state=0)


@pytest.mark.parametrize("at", [7, 300])
def test_a_classifier(at, blobs):
    """Broken rows with a label (7) and without one (300)."""
    X, y = blobs[0].copy(), np.where(np.arange(400) < 40, blobs[1], -1)
    settings = {"n_rounds": 1, "fine_tune_epochs": 3, "random_state": 0}
    model = EncoderClassifier(SMALL, **settings)
    others = np.arange(400) != at
    before = model.fit(X, y).score(X[others], blobs[1][others])
    for factor in (1e3, 1e8):
        X[at] = factor * blobs[0][at]
        with pytest.warns(UserWarning, match=LEFT_OUT) as caught:
            model.fit(X, y)
        assert caught[0].filename == __file__ and f": {at} " in str(caught[0].message)
        assert model.score(X[others], blobs[1][others]) >= before - 0.02
        assert np.isfinite(model.predict_proba(X)).all()


@pytest.mark.filterwarnings(f"ignore:.*{LEFT_OUT}")
def test_a_class_that_is_far_out_remains_one(blobs):
    X, y = blobs[0].copy(), np.where(np.arange(400) < 40, blobs[1], -1)
    X[7] *= 1e4
    y[7] = 9
    model = EncoderClassifier(SMALL, n_rounds=1, fine_tune_epochs=1, random_state=0)
    assert 9 in model.fit(X, y).classes_
    assert model.transduction_[7] == 9


def test_a_row_with_hardly_any_links_gives_its_label_to_none(blobs):
    X, y = blobs[0].astype(np.float32), blobs[1]
    labelled = np.arange(40)

    def spread(X):
        graph = LabelGraph(Neighborhood(Rows(X, "test"), None, 7))
        return graph.spread(labelled, np.eye(4)[y[labelled]])[1][40:]

    before = spread(X)
    X[7] *= 20
    found = spread(X)
    assert np.mean(found.argmax(axis=1) == before.argmax(axis=1)) > 0.97
    assert found.std() == pytest.approx(before.std(), rel=0.1)


@pytest.mark.parametrize("novelty", [False, True])
def test_a_detector_says_nothing_and_finds_it(novelty, blobs):
    X = blobs[0].copy()
    rng = np.random.default_rng(0)
    new = np.r_[X[200:], rng.permuted(X[200:], axis=0)]
    outlier = np.arange(400) >= 200
    detector = AutoencoderOutlierDetector(SMALL, novelty=novelty, random_state=0)
    before = roc_auc_score(outlier, -detector.fit(X[:200]).score_samples(new))
    for factor in (1e3, 1e8):
        X[7] = factor * blobs[0][7]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            detector.fit(X[:200])
        found = roc_auc_score(outlier, -detector.score_samples(new))
        assert found >= before - 0.02
        assert detector.predict(X[7:8]) == [-1]


def test_a_density(blobs):
    X = blobs[0].copy()
    density = AutoencoderDensity(SMALL, n_components=4, random_state=0)
    expected = density.fit(X).score(X[10:])
    X[7] *= 1e5
    with pytest.warns(UserWarning, match=LEFT_OUT):
        density.fit(X)
    assert density.score(X[10:]) == pytest.approx(expected, abs=0.5)
    assert np.abs(density.sample(50, random_state=0)).max() < 100


def test_a_map(blobs):
    X, y = blobs[0].copy(), blobs[1]
    others = np.arange(400) != 7
    model = NeighborAutoencoder(hidden_layer_sizes=(64, 32), epochs=20, random_state=0)

    def accuracy():
        codes = model.fit(X).transform(X)
        assert np.isfinite(codes).all()
        near = KNeighborsClassifier(3).fit(codes[others][::2], y[others][::2])
        return near.score(codes[others][1::2], y[others][1::2])

    before = accuracy()
    X[7] *= 1e5
    with pytest.warns(UserWarning, match=LEFT_OUT):
        assert accuracy() >= before - 0.02


@pytest.mark.parametrize("factor", [1e3, 1e8])
def test_a_target(factor, blobs):
    """A target out of all proportion is taken for missing; a ridge is bent by it."""
    X = blobs[0]
    y = X @ np.linspace(-1, 1, 10) + 5
    targets = np.where(np.arange(400) < 100, y, np.nan)
    model = EncoderRegressor(SMALL, fine_tune_epochs=3, random_state=0)
    before = model.fit(X, targets).score(X[100:], y[100:])
    targets[3] = 20 * factor
    with pytest.warns(UserWarning, match="of row 3 .* taken for missing|row 3"):
        model.fit(X, targets)
    found = model.score(X[100:], y[100:])
    rival = Ridge().fit(X[:100], targets[:100]).score(X[100:], y[100:])
    assert found >= before - 0.02 and found > rival


@pytest.mark.parametrize("value", [1e4, 1e9, 1e15])
def test_a_value_that_decides_on_the_scale_of_its_column_is_named(value):
    frame = pd.DataFrame(normal(60, 2), columns=["a", "b"])
    frame["c"] = ["x", "y"] * 30
    frame["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(60), "D")
    fit = make(TableAutoencoder, epochs=1).fit
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(frame)
        fit(frame.assign(b=(np.arange(60) == 7) * value))  # an indicator
        frame.loc[7, "b"] = value
        fit(frame, sample_weight=np.arange(60) != 7)
        make(TableAutoencoder, epochs=1, scaling="quantile").fit(frame)
    with pytest.warns(UserWarning, match="Row 7 of X .* the median of column 'b'") as w:
        fit(frame)
    assert w[0].filename == __file__
    late = frame.assign(b=0.0, day=frame["day"].astype("datetime64[s]"))
    late.loc[9, "day"] = pd.Timestamp("9999-12-31").as_unit("s")
    with pytest.warns(UserWarning, match="Row 9 of X .* the median of column 'day'"):
        fit(late)
