"""Maps that keep neighbours, and the autoencoder that learns them."""

import sys
from copy import deepcopy

import numpy as np
import pytest
from discovery import make
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_matrix
from sklearn.datasets import make_blobs
from sklearn.manifold import TSNE, trustworthiness
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import KNeighborsClassifier

from skae import Autoencoder, NeighborAutoencoder
from skae.data._rows import Rows
from skae.datasets import load_digits
from skae.engine import Field
from skae.families.neighbors import DenseNeighbors
from skae.fitting._sizes import resolve_epochs, resolve_sizes
from skae.neighbors import _map as _neighbor_map
from skae.neighbors import _search as _neighbors
from skae.neighbors._map import neighbor_map
from skae.neighbors._mixup import Mixup, MixupRows
from skae.neighbors._search import Neighborhood


def rows_of(X):
    return Rows(np.asarray(X, dtype=np.float32), "test")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def digits():
    return load_digits()


@pytest.fixture(scope="module")
def around(digits):
    return Neighborhood(rows_of(digits.X_train), None, 15)


@pytest.fixture(scope="module")
def mapper(digits):
    return NeighborAutoencoder(random_state=0).fit(digits.X_train)


def gradient(places, neighbors, attraction):
    """Of the loss of t-SNE, from all pairs of rows, as its formula says."""
    n = len(places)
    graph = np.zeros((n, n))
    graph[np.arange(n)[:, None], neighbors] = 1
    graph += graph.T
    graph /= graph.sum()
    ways = places[:, None] - places[None]
    kernel = 1 / (1 + np.sum(ways**2, axis=-1))
    np.fill_diagonal(kernel, 0)
    pull = attraction * graph * kernel - kernel**2 / kernel.sum()
    return 4 * np.einsum("ij,ijk->ik", pull, ways)


def test_attraction_and_repulsion_are_the_gradient(rng):
    places = rng.normal(size=(60, 2)).astype(np.float32)
    neighbors = np.argsort(pairwise_distances(places), axis=1)[:, 1:6]
    pull = _neighbor_map._attraction(places, _neighbor_map._edges(neighbors))
    push, total = _neighbor_map._repulsion(places, places)
    found = 4 * (2.0 * pull - push / total)
    assert_allclose(found, gradient(places, neighbors, 2.0), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("spread", [1e-3, 1.0, 30.0])
def test_repulsion_on_a_grid(rng, spread):
    places = (spread * rng.normal(size=(1500, 2))).astype(np.float32)
    exact, total = _neighbor_map._repulsion(places, places)
    found, estimate = _neighbor_map._repulsion_on_grid(places)
    assert estimate == pytest.approx(total, rel=0.02)
    assert np.abs(found - exact).mean() < 0.03 * np.abs(exact).mean() + 1e-3


def test_repulsion_from_a_sample(rng):
    """On average over samples it is that of all rows."""
    places = rng.normal(size=(600, 3)).astype(np.float32)
    exact, total = _neighbor_map._repulsion(places, places)
    draws = [
        _neighbor_map._repulsion(places, _neighbor_map._sample(places, rng))
        for _ in range(100)
    ]
    assert np.mean([t for _, t in draws]) == pytest.approx(total, rel=0.05)
    assert_allclose(np.mean([f for f, _ in draws], axis=0), exact, rtol=0.1, atol=5.0)


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("max_pairs", [10, 10**9])
def test_map_separates_blobs(n_dims, max_pairs, monkeypatch):
    monkeypatch.setattr(_neighbor_map, "_MAX_PAIRS", max_pairs)
    X, y = make_blobs(300, 10, centers=3, random_state=0)
    around = Neighborhood(rows_of(X), None, 10)
    places = neighbor_map(around.neighbors, around.leading_directions(n_dims))
    assert places.shape == (300, n_dims)
    near = KNeighborsClassifier(5).fit(places, y)
    assert near.score(places, y) > 0.98
    again = neighbor_map(around.neighbors, around.leading_directions(n_dims))
    assert_array_equal(again, places)


def test_map_is_as_good_as_tsne(digits, around):
    places = neighbor_map(around.neighbors, around.leading_directions(2))
    rival = TSNE(random_state=0).fit_transform(digits.X_train)
    found = trustworthiness(digits.X_train, places)
    assert found > trustworthiness(digits.X_train, rival) - 0.005


def test_attraction_draws_islands_together(around):
    def width(attraction):
        start = around.leading_directions(2)
        return neighbor_map(around.neighbors, start, attraction).std()

    assert width(1.0) > 1.3 * width(2.0) > 1.69 * width(4.0)


def test_neighbors_are_the_nearest_rows(rng):
    X = rng.normal(size=(80, 6)).astype(np.float32)
    order = np.argsort(pairwise_distances(X), axis=1)
    around = Neighborhood(rows_of(X), None, 4)
    assert_array_equal(around.neighbors, order[:, 1:5])
    assert_array_equal(around.kept, np.arange(80))
    new = rng.normal(size=(9, 6))
    nearest = np.argmin(pairwise_distances(new, X), axis=1)
    assert_array_equal(around.nearest(rows_of(new)), nearest)


def test_rows_of_weight_zero_are_nobodys_neighbors(rng):
    X, weight = rng.normal(size=(50, 3)), np.ones(50)
    weight[::2] = 0
    X[::2] = 1e30
    around = Neighborhood(rows_of(X), weight, 5)
    alone = Neighborhood(rows_of(X[1::2]), None, 5)
    assert_array_equal(around.kept, np.arange(50)[1::2])
    assert_array_equal(around.neighbors, alone.neighbors)


def test_many_columns_are_projected(rng):
    X = rng.normal(size=(100, 3)) @ rng.normal(size=(3, 70))
    around = Neighborhood(rows_of(X), None, 4)
    order = np.argsort(pairwise_distances(X), axis=1)
    assert_array_equal(around.neighbors, order[:, 1:5])
    assert around.leading_directions(60).shape == (100, 60)


def test_few_rows():
    for n_rows in (1, 2, 3):
        X = np.arange(3.0 * n_rows).reshape(n_rows, 3)
        around = Neighborhood(rows_of(X), None, 15)
        assert around.neighbors.shape == (n_rows, max(1, n_rows - 1))
        places = neighbor_map(around.neighbors, around.leading_directions(2))
        assert np.isfinite(places).all()


def test_approximate_neighbors(rng, monkeypatch):
    pytest.importorskip("pynndescent", reason="an optional package")
    X = rng.normal(size=(500, 5))
    exact = Neighborhood(rows_of(X), None, 5).neighbors
    monkeypatch.setattr(_neighbors, "_MAX_EXACT", 100)
    found = Neighborhood(rows_of(X), None, 5).neighbors
    assert (found == exact).mean() > 0.95
    assert not (found == np.arange(500)[:, None]).any()


def test_without_the_extra_it_says_what_to_install(rng, monkeypatch):
    monkeypatch.setattr(_neighbors, "_MAX_EXACT", 100)
    monkeypatch.setitem(sys.modules, "pynndescent", None)
    monkeypatch.setattr(_neighbors, "find_spec", lambda name: None)
    with pytest.warns(UserWarning, match=r"pip install 'skae\[neighbors\]'"):
        Neighborhood(rows_of(rng.normal(size=(150, 3))), None, 5)


def test_training_mixes_rows_with_neighbors(rng):
    X = rng.normal(size=(40, 3)).astype(np.float32)
    places = X[:, :2].copy()
    around = Neighborhood(rows_of(X), None, 4)
    mixture = Mixup(around)
    data, place = (MixupRows(rows_of(x), mixture) for x in (X, places))

    def served(rows, epoch):
        out = np.empty((40, *rows.sample_shape), dtype=np.float32)
        rows.gather(np.arange(40), out, epoch)
        return out

    assert_array_equal(served(data, 0), X)
    first, second = served(data, 1), served(data, 2)
    assert not np.allclose(first, second)
    assert_allclose(served(data, 1), first)
    # A row and its place are mixed alike, and lie between the row and a neighbour.
    assert_allclose(served(place, 1), first[:, :2], rtol=1e-5)
    ways = X[around.neighbors] - X[:, None]
    share = np.einsum("ijk,ik->ij", ways, first - X) / np.sum(ways**2, axis=-1)
    rest = np.linalg.norm(first[:, None] - X[:, None] - share[..., None] * ways, axis=2)
    nearest = np.argmin(rest, axis=1)
    assert rest.min(axis=1).max() < 1e-5
    assert np.all(share[np.arange(40), nearest] >= -1e-6)
    assert np.all(share[np.arange(40), nearest] <= 1 + 1e-6)
    # Reading is for everybody else: nothing is mixed there.
    assert_array_equal(data.read(slice(0, 40)), X)
    later = MixupRows(rows_of(X), Mixup(around, n_before=1))
    assert_allclose(served(later, 1), second)


def test_rows_held_out_are_in_no_other_row():
    X = np.eye(30) + 0.3 * np.eye(30, k=1) + 0.3 * np.eye(30, k=-1)
    around = Neighborhood(rows_of(X), None, 4)
    data = MixupRows(rows_of(X), Mixup(around))

    def shares(epoch):
        """What each row is made of, from row to row."""
        out = np.empty((30, 30), dtype=np.float32)
        data.gather(np.arange(30), out, epoch)
        found = out @ np.linalg.inv(X)
        return np.where(np.abs(found) < 1e-5, 0, found)

    held_out = np.arange(0, 30, 3)
    others = np.setdiff1d(np.arange(30), held_out)
    assert shares(1)[np.ix_(others, held_out)].any()
    data.hold_out(held_out)
    for epoch in range(2, 12):
        found = shares(epoch)[others]
        assert not found[:, held_out].any()
        assert np.count_nonzero(found) > 25  # of 20 rows, most are mixed as before
    model = make(NeighborAutoencoder, early_stopping=True, epochs=3)
    seen = []

    class Watched(MixupRows):
        def hold_out(self, indices):
            seen.append(indices)
            super().hold_out(indices)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skae.families.neighbors._objective.MixupRows", Watched)
        model.fit(X)
    assert len(seen) == 2  # the data and the places
    assert len(seen[0]) == 3


def accuracy(model, digits):
    """Of the nearest neighbour among the codes of the training rows, on new rows."""
    near = KNeighborsClassifier(1)
    near.fit(model.transform(digits.X_train), digits.y_train)
    return near.score(model.transform(digits.X_test), digits.y_test)


@pytest.mark.parametrize(
    ("n_rows", "n_epochs"), [(1257, 135), (20000, 35), (50000, 30), (100000, 19)]
)
def test_of_many_rows_a_map_is_trained_for_longer(n_rows, n_epochs):
    """Of 50000 digits 30 epochs keep more neighbours than 14, as the others have."""
    model = NeighborAutoencoder()
    _, n_steps, _ = resolve_sizes(model, n_rows)
    fields = {"data": Field((784,), "float32")}
    own = {name: getattr(model, name) for name in model._graph_parameters()}
    rows = Rows(np.zeros((n_rows, 1), np.float32), "test")
    architecture = DenseNeighbors(
        fields=fields,
        terms=(),
        padded=False,
        **DenseNeighbors.resolve_auto(own, rows, {}),
    )
    assert resolve_epochs(model, architecture, n_steps, n_rows) == n_epochs


def test_new_rows_find_their_place(digits, mapper):
    plain = Autoencoder(2, random_state=0).fit(digits.X_train)
    assert accuracy(mapper, digits) > max(0.92, accuracy(plain, digits) + 0.02)
    assert trustworthiness(digits.X_test, mapper.transform(digits.X_test)) > 0.93


def test_the_map_decodes(digits, mapper):
    assert mapper.score(digits.X_test) > 0.5
    codes = mapper.transform(digits.X_test)
    assert_allclose(
        mapper.inverse_transform(codes), mapper.reconstruct(digits.X_test), atol=1e-4
    )


def test_without_weight_it_is_the_plain_autoencoder(X):
    settings = {"hidden_layer_sizes": (8, 4), "epochs": 3, "random_state": 0}
    settings |= {"input_noise": 0.0, "early_stopping": True}
    found = NeighborAutoencoder(2, neighbor_weight=0, **settings).fit(X)
    plain = Autoencoder(2, init="random", **settings).fit(X)
    assert "neighbor_loss" not in found.history_
    assert_allclose(found.history_["loss"], plain.history_["loss"], rtol=1e-5)
    assert_allclose(found.reconstruct(X), plain.reconstruct(X), rtol=1e-4, atol=1e-5)


def test_pure_map_does_not_ask_the_decoder(X):
    """With no weight worth a step on the map either, the encoder stays as it is."""

    def codes(epochs, reconstruction_weight):
        model = make(NeighborAutoencoder, neighbor_weight=1e-12, optimizer="sgd")
        model.set_params(epochs=epochs, early_stopping=False)
        model.set_params(reconstruction_weight=reconstruction_weight).fit(X)
        losses = model.history_["reconstruction_loss"]
        assert epochs == 1 or losses[-1] < losses[0]  # the decoder learns all the same
        return model.transform(X)

    assert_allclose(codes(4, 0.0), codes(1, 0.0), atol=1e-6)
    assert np.abs(codes(4, 1.0) - codes(1, 1.0)).max() > 1e-4


def test_sparse_rows_and_memory_maps(X, tmp_path):
    np.save(tmp_path / "x.npy", X)
    kinds = [csr_matrix(X), np.load(tmp_path / "x.npy", mmap_mode="r")]
    expected = make(NeighborAutoencoder).fit(X).transform(X)
    for kind in kinds:
        found = make(NeighborAutoencoder).fit(kind).transform(kind)
        assert found.shape == expected.shape
        assert np.isfinite(found).all()
    assert_array_equal(found, expected)


def test_validation_rows_take_their_neighbors_places(X):
    mapper = make(NeighborAutoencoder, epochs=2)
    mapper.fit(X, X_val=X)
    # The same rows have the same places; only in training they are mixed.
    assert mapper.history_["val_neighbor_loss"][-1] > 0
    own = make(NeighborAutoencoder, epochs=2).fit(X, X_val=X[::2])
    assert np.isfinite(own.history_["val_neighbor_loss"]).all()


def test_partial_fit_turns_the_map_to_where_it_was(digits):
    mapper = NeighborAutoencoder(epochs=30, early_stopping=True, random_state=0)
    codes = mapper.fit(digits.X_train).transform(digits.X_test)
    going_on = deepcopy(mapper).partial_fit(digits.X_train)
    moved = going_on.transform(digits.X_test)
    assert np.mean((moved - codes) ** 2) < 0.5 * np.var(codes)
    assert accuracy(going_on, digits) > 0.9
