import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV

from skae import SparseAutoencoder
from skae.datasets import load_digits
from skae.engine import Field, _cache
from skae.families.sparse import SparseArchitecture
from skae.layers import KeepLargest

SETTINGS = {"early_stopping": False, "random_state": 0, "epochs": 40}
# Those of the textbooks.
L1 = {"penalty": "l1", "code_activation": "sigmoid", "init": "random"}
KL = {**L1, "penalty": "kl"}


@pytest.fixture(scope="module")
def digits():
    return load_digits()


def test_l1_is_the_mean_over_rows_of_the_sum_over_units(X):
    sparse = SparseAutoencoder(4, sparsity_weight=0.1, **L1, **SETTINGS)
    sparse.set_params(epochs=1, learning_rate=1e-9, shuffle=False).fit(X)
    expected = 0.1 * np.abs(sparse.transform(X)).sum(axis=1).mean()
    assert sparse.history_["sparsity"][0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("penalty", [L1, KL], ids=["l1", "kl"])
def test_penalty_does_not_depend_on_the_batch_size(X, penalty):
    X = np.tile(X[:16], (4, 1))  # each batch of 16 is the same

    def first_penalty(batch_size):
        sparse = SparseAutoencoder(4, shuffle=False, **penalty, **SETTINGS)
        sparse.set_params(epochs=1, learning_rate=1e-9, batch_size=batch_size)
        return sparse.fit(X).history_["sparsity"][0]

    assert first_penalty(16) == pytest.approx(first_penalty(64), rel=1e-4)


def test_divergence_is_that_of_numpy(X):
    sparse = SparseAutoencoder(
        4, sparsity_weight=0.5, sparsity_target=0.2, batch_size=60, **KL
    )
    sparse.set_params(**SETTINGS).set_params(epochs=1, learning_rate=1e-9).fit(X)
    q, p = sparse.transform(X).mean(axis=0, dtype=np.float64), 0.2
    kl = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    assert sparse.history_["sparsity"][0] == pytest.approx(0.5 * kl.sum(), rel=1e-4)


def test_penalties_do_what_they_are_for(X):
    settings = {**SETTINGS, "learning_rate": 0.02}
    free = SparseAutoencoder(8, sparsity_weight=0.0, **L1, **settings)
    l1 = SparseAutoencoder(8, sparsity_weight=0.5, **L1, **settings)
    mean = [model.fit_transform(X).mean() for model in (free, l1)]
    assert mean[1] < 0.6 * mean[0]
    kl = SparseAutoencoder(8, sparsity_weight=5.0, **KL, **settings)
    activity = kl.set_params(epochs=150).fit_transform(X).mean(axis=0)
    assert np.all((activity > 0.05) & (activity < 0.2))


def test_a_search_over_the_weight_builds_one_program(X, own_cache):
    _cache.clear_cache()
    grid = {"sparsity_weight": [0.0, 1e-3, 1e-2]}
    GridSearchCV(SparseAutoencoder(4, epochs=2, batch_size=16, **L1), grid, cv=2).fit(X)
    assert sum(map(len, _cache._programs.values())) == 1


def test_divergence_needs_activities_between_0_and_1(X):
    sparse = SparseAutoencoder(4, penalty="kl", code_activation="relu")
    with pytest.raises(ValueError, match="code_activation='sigmoid'.*got 'relu'"):
        sparse.fit(X)
    with pytest.raises(ValueError, match="'penalty' parameter"):
        SparseAutoencoder(penalty="l0").fit(X)
    with pytest.raises(ValueError, match="'sparsity_target' parameter"):
        SparseAutoencoder(sparsity_target=1.0).fit(X)


def test_the_largest_of_each_row_stay():
    x = np.random.default_rng(0).normal(size=(200, 40)).astype(np.float32)
    x[0], x[1], x[2] = 0.0, -1.0, 1e-3 * x[2]
    kept = np.asarray(KeepLargest(7)(x))
    threshold = np.sort(x, axis=1)[:, [-7]]
    expected = np.where((x >= threshold) & (x > 0), x, 0)
    np.testing.assert_array_equal(kept, expected)
    # A row depends on itself alone, however large the others are.
    np.testing.assert_array_equal(np.asarray(KeepLargest(7)(x[5:6])), kept[5:6])
    layer = keras.layers.deserialize(keras.layers.serialize(KeepLargest(7)))
    np.testing.assert_array_equal(np.asarray(layer(x)), kept)


def test_codes_have_so_many_active_units(digits):
    sparse = SparseAutoencoder(40, n_active=5, epochs=5, random_state=0)
    X = digits.X_train[:300]
    codes = sparse.fit(X).transform(X)
    assert set((codes != 0).sum(axis=1)) == {5} and codes.min() >= 0
    assert "sparsity" not in sparse.history_
    outputs = sparse.inverse_transform(codes)
    np.testing.assert_allclose(outputs, sparse.reconstruct(X), atol=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden_layer_sizes": (16,)},
        {"hidden_layer_sizes": (16,), "tied_weights": True},
        {"tied_weights": True},
        {"init": "random", "code_activation": "sigmoid"},
        {"loss": "binary_crossentropy"},
    ],
    ids=str,
)
def test_selection_goes_with_everything_else(digits, settings):
    X = digits.X_train[:300]
    sparse = SparseAutoencoder(40, epochs=30, random_state=0, **settings)
    codes = sparse.fit(X).transform(X)
    assert (codes != 0).sum(axis=1).max() <= 10
    assert sparse.score(X) > 0.3


def test_the_first_atoms_are_rows_of_weight(X):
    weight = np.zeros(len(X))
    weight[:20] = 1.0
    sparse = SparseAutoencoder(
        12, n_active=3, learning_rate=1e-9, early_stopping=False, random_state=0
    )
    sparse.set_params(epochs=1).fit(X, sample_weight=weight)
    atoms = sparse._model.weights["output/kernel"]
    rows = X[:20] - X[:20].mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = atoms @ rows.T / np.linalg.norm(atoms, axis=1, keepdims=True)
    assert np.all(cosines.max(axis=1) > 0.98)
    np.testing.assert_allclose(np.linalg.norm(atoms, axis=1), 3**-0.5, rtol=1e-3)


@pytest.mark.parametrize("hidden_layer_sizes", [(), (8,)])
def test_a_small_code_begins_at_pca(X, hidden_layer_sizes):
    sparse = SparseAutoencoder(
        3, hidden_layer_sizes=hidden_layer_sizes, epochs=1, learning_rate=1e-9
    )
    pca = PCA(3).fit(X)
    expected = pca.inverse_transform(pca.transform(X))
    np.testing.assert_allclose(sparse.fit(X).reconstruct(X), expected, atol=1e-3)


@pytest.mark.parametrize(
    ("size", "n_active", "expected"),
    [(8, "auto", 8), (32, "auto", 32), (33, "auto", 10), (128, "auto", 11)]
    + [(1024, "auto", 32), (8, 8, 8), (8, 3, 3)],
)
def test_how_many_units_may_be_active(size, n_active, expected):
    values = {"penalty": "topk", "n_active": n_active}
    architecture = SparseArchitecture(
        {"data": Field((4,))}, encoding_dim=size, **values
    )
    assert architecture.most_active == expected
    assert architecture.selects == (expected < size)


def test_digits_by_default(digits):
    sparse = SparseAutoencoder(random_state=0).fit(digits.X_train)
    codes = sparse.transform(digits.X_test)
    assert (codes != 0).sum(axis=1).mean() <= 12
    assert np.mean(~codes.any(axis=0)) < 0.05  # units that no row switches on
    assert sparse.score(digits.X_test) > 0.85


def test_what_does_not_fit_is_refused(X):
    with pytest.raises(ValueError, match="n_active=9 .* out of encoding_dim=8"):
        SparseAutoencoder(8, n_active=9).fit(X)
    with pytest.raises(ValueError, match="'n_active' parameter"):
        SparseAutoencoder(8, n_active=0).fit(X)
    with pytest.raises(ValueError, match="init='pca' starts from linear codes"):
        SparseAutoencoder(8, penalty="l1", code_activation="relu").fit(X)


def test_only_small_codes_may_be_turned_afterwards():
    def turned(**values):
        values = {"encoding_dim": 40, "hidden_layer_sizes": (), "n_active": 5, **values}
        return SparseArchitecture({"data": Field((4,))}, **values).linear_code()

    assert turned(penalty="topk") is None
    assert turned(penalty="l1") is None
    assert turned(penalty="topk", n_active=40) is not None
