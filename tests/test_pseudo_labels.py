import numpy as np
import pytest
from sklearn.datasets import make_moons
from sklearn.linear_model import LogisticRegression

from skae import Autoencoder, ConvAutoencoder, EncoderClassifier, EncoderRegressor
from skae.data import ImageLayout, Rows, ShiftedRows, TableLayout
from skae.neighbors import Neighborhood
from skae.semi_supervised import _pseudo_labels
from skae.semi_supervised._label_graph import WALK_LENGTHS, LabelGraph
from skae.semi_supervised._pretraining import _resolve_max_shift
from skae.semi_supervised._pseudo_labels import PseudoLabels, most_certain

SMALL = Autoencoder(2, hidden_layer_sizes=(4,), epochs=3, batch_size=16)


def rows_of(X):
    rows = Rows(np.asarray(X, dtype=np.float32), "X")
    rows.summarize()
    return rows


def graph_of(X, n_neighbors=7):
    return LabelGraph(Neighborhood(rows_of(X), None, n_neighbors))


@pytest.fixture(scope="module")
def moons():
    X, y = make_moons(600, noise=0.05, random_state=0)
    return X.astype(np.float32), y


def pool_of(X, y, labelled):
    def fit_head(codes, classes):
        return LogisticRegression().fit(codes, classes).predict_log_proba

    rng = np.random.default_rng(0)
    among = np.arange(len(X))
    return PseudoLabels(X, among, labelled, y[labelled], fit_head, rng)


def test_a_walk_is_what_its_formula_says():
    X = np.random.default_rng(0).normal(size=(40, 3))
    around = Neighborhood(rows_of(X), None, 5)
    neighbors, apart = around.neighbors, around.distances()
    one_way = np.zeros((40, 40))
    for i in range(40):
        for j, d in zip(neighbors[i], apart[i], strict=True):
            one_way[i, j] = np.exp(-(d**2) / (apart[i, -1] * apart[j, -1]))
    W = np.maximum(one_way, one_way.T)
    labelled, targets = np.array([3, 7, 20]), np.eye(2)[[0, 1, 1]]
    b, u, found = np.zeros((40, 2)), np.zeros((40, 2)), []
    b[labelled] = targets - targets.mean(axis=0)
    for step in range(1, 301):
        u = (W @ u + b) / W.sum(axis=0)[:, None]
        if step in WALK_LENGTHS:
            found.append(u / u.std())
    spread = LabelGraph(around).spread(labelled, targets)
    np.testing.assert_allclose(spread, found, atol=2e-4)


def test_distances_are_those_between_rows():
    X = np.random.default_rng(0).normal(size=(30, 4))
    around = Neighborhood(rows_of(X), None, 3)
    X = (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0).mean())
    expected = np.linalg.norm(X[:, None] - X[around.neighbors], axis=2)
    np.testing.assert_allclose(around.distances(), expected, rtol=1e-4)


def test_copies_of_a_row_are_finite():
    X = np.repeat(np.eye(3), 20, axis=0)
    spread = graph_of(X).spread(np.array([0, 20, 40]), np.eye(3))
    assert np.isfinite(spread).all()
    assert (spread[-1].argmax(axis=1) == np.repeat([0, 1, 2], 20)).all()


def test_labels_follow_curved_islands(moons):
    X, y = moons
    labelled = np.random.default_rng(0).choice(600, 20, replace=False)
    pool = pool_of(X, y, labelled)
    found = pool.probabilities()
    alone = LogisticRegression().fit(X[labelled], y[labelled]).score(X, y)
    assert (found.argmax(axis=1) == y).mean() > 0.97 > alone
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_array_equal(pool.rows, np.arange(600))


def test_the_head_is_trusted_where_neighbours_know_nothing():
    # Twenty columns of noise beside the one that tells.
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1000, 21)).astype(np.float32)
    y = (X[:, 0] > 0).astype(int)
    labelled = np.arange(100)
    found = pool_of(X, y, labelled).probabilities().argmax(axis=1)
    walk = graph_of(X).spread(labelled, np.eye(2)[y[labelled]])[-1].argmax(axis=1)
    alone = LogisticRegression().fit(X[labelled], y[labelled]).score(X, y)
    assert (walk == y).mean() < 0.75
    assert (found == y).mean() > alone - 0.02 > 0.8


def test_one_label_of_each_class(moons):
    X, y = moons
    labelled = np.array([np.flatnonzero(y == c)[0] for c in (0, 1)])
    assert np.isfinite(pool_of(X, y, labelled).probabilities()).all()


def test_of_many_rows_some_have_opinions(moons, monkeypatch):
    X, y = moons
    monkeypatch.setattr(_pseudo_labels, "_MAX_ROWS", 200)
    labelled = np.arange(0, 600, 20)
    pool = pool_of(X, y, labelled)
    found = pool.probabilities()
    assert len(found) == len(pool.rows) < 240
    assert np.isin(labelled, pool.rows).all()
    assert (found.argmax(axis=1) == y[pool.rows]).mean() > 0.9
    model = EncoderClassifier(SMALL, fine_tune_epochs=1, random_state=0)
    some = np.where(np.isin(np.arange(600), labelled), y, -1)
    assert model.fit(X, some).transduction_.shape == (600,)


def test_a_network_is_corrected_by_what_is_around(moons):
    X, y = moons
    labelled = np.arange(10)
    thought = np.where(np.random.default_rng(0).random(600) < 0.2, 1 - y, y)
    found = pool_of(X, y, labelled).smooth(np.eye(2)[thought])
    assert (found.argmax(axis=1) == y).mean() > 0.99
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-4)


def test_the_most_certain_are_a_share_of_each_class():
    p = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1, 0.5])
    chosen = most_certain(np.stack([p, 1 - p], axis=1), 0.5)
    np.testing.assert_array_equal(chosen, [0, 1, 6, 7])
    # Where both are equal nothing is known.
    chosen = most_certain(np.stack([p, 1 - p], axis=1), 1.0)
    np.testing.assert_array_equal(chosen, range(8))


def test_labels_are_found_for_all_rows(moons):
    X, y = moons
    labelled = np.random.default_rng(0).choice(600, 20, replace=False)
    names = np.full(600, -1, dtype=object)
    names[labelled] = np.array(["up", "down"])[y[labelled]]
    autoencoder = Autoencoder(8, hidden_layer_sizes=(32,), epochs=20)
    settings = {"learning_rate": 0.01, "random_state": 0}
    models = [
        EncoderClassifier(autoencoder, n_rounds=n, **settings).fit(X, names)
        for n in (0, 4)
    ]
    assert models[0].n_iter_ > 0
    truth = np.array(["up", "down"])[y]
    found = [np.mean(model.transduction_ == truth) for model in models]
    assert found[1] > 0.95 > found[0]
    np.testing.assert_array_equal(models[1].transduction_[labelled], names[labelled])
    others = np.setdiff1d(np.arange(600), labelled)
    np.testing.assert_array_equal(
        models[1].transduction_[others], models[1].predict(X)[others]
    )


def test_images_move_in_training_alone():
    X = np.random.default_rng(0).random((50, 5, 4, 2)).astype(np.float32)
    rows = ShiftedRows(rows_of(X), 1, seed=3)
    indices = np.array([4, 0, 9])
    out = np.zeros((3, 5, 4, 2), np.float32)
    rows.gather(indices, out)
    np.testing.assert_array_equal(out, X[indices])
    rows.gather(indices, out, epoch=1)
    padded = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    for i, image in zip(indices, out, strict=True):
        places = [padded[i, a : a + 5, b : b + 4] for a in (0, 1, 2) for b in (0, 1, 2)]
        assert sum(np.array_equal(image, place) for place in places) == 1
    again = np.zeros_like(out)
    ShiftedRows(rows_of(X), 1, seed=3).gather(indices, again, epoch=1)
    np.testing.assert_array_equal(again, out)
    every, other = np.zeros_like(X), np.zeros_like(X)
    rows.gather(np.arange(50), every, epoch=2)
    rows.gather(np.arange(50), other, epoch=3)
    assert not np.array_equal(every, other)


def test_auto_moves_images_by_a_fourteenth():
    assert _resolve_max_shift("auto", ImageLayout((28, 30, 1), (840,))) == 2
    assert _resolve_max_shift("auto", ImageLayout((8, 8, 1), (64,))) == 1
    assert _resolve_max_shift("auto", TableLayout.fit(np.zeros((3, 4)), "x")) == 0
    assert _resolve_max_shift(3, ImageLayout((8, 8, 1), (64,))) == 3


@pytest.mark.parametrize("cls", [EncoderClassifier, EncoderRegressor])
def test_what_is_no_image_is_not_moved(cls, X):
    with pytest.raises(ValueError, match="Autoencoder have no height and width"):
        cls(SMALL, max_shift=1).fit(X, X[:, 0] > 0.5)
    conv = ConvAutoencoder(2, filters=(4,), epochs=1)
    model = cls(conv, max_shift=1, fine_tune_epochs=2, random_state=0)
    assert len(model.fit(X[:, :4], X[:, 0] > 0.5).predict(X[:, :4])) == 60


def test_mistakes(X):
    with pytest.raises(ValueError, match="n_rounds"):
        EncoderClassifier(SMALL, n_rounds=-1).fit(X, X[:, 0] > 0.5)
    with pytest.raises(ValueError, match="max_shift"):
        EncoderRegressor(SMALL, max_shift=-1).fit(X, X[:, 0])
