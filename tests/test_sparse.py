import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from skae import SparseAutoencoder
from skae.training import _cache

SETTINGS = {"early_stopping": False, "random_state": 0, "epochs": 40}


def test_l1_is_the_mean_over_rows_of_the_sum_over_units(X):
    sparse = SparseAutoencoder(4, sparsity_weight=0.1, **SETTINGS)
    sparse.set_params(epochs=1, learning_rate=1e-9, shuffle=False).fit(X)
    expected = 0.1 * np.abs(sparse.transform(X)).sum(axis=1).mean()
    assert sparse.history_["sparsity"][0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("penalty", ["l1", "kl"])
def test_penalty_does_not_depend_on_the_batch_size(X, penalty):
    X = np.tile(X[:16], (4, 1))  # each batch of 16 is the same

    def first_penalty(batch_size):
        sparse = SparseAutoencoder(4, penalty=penalty, shuffle=False, **SETTINGS)
        sparse.set_params(epochs=1, learning_rate=1e-9, batch_size=batch_size)
        return sparse.fit(X).history_["sparsity"][0]

    assert first_penalty(16) == pytest.approx(first_penalty(64), rel=1e-4)


def test_divergence_is_that_of_numpy(X):
    sparse = SparseAutoencoder(
        4, penalty="kl", sparsity_weight=0.5, sparsity_target=0.2, batch_size=60
    )
    sparse.set_params(**SETTINGS).set_params(epochs=1, learning_rate=1e-9).fit(X)
    q, p = sparse.transform(X).mean(axis=0, dtype=np.float64), 0.2
    kl = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    assert sparse.history_["sparsity"][0] == pytest.approx(0.5 * kl.sum(), rel=1e-4)


def test_penalties_do_what_they_are_for(X):
    free = SparseAutoencoder(8, sparsity_weight=0.0, learning_rate=0.02, **SETTINGS)
    l1 = SparseAutoencoder(8, sparsity_weight=0.5, learning_rate=0.02, **SETTINGS)
    mean = [model.fit_transform(X).mean() for model in (free, l1)]
    assert mean[1] < 0.6 * mean[0]
    kl = SparseAutoencoder(
        8, penalty="kl", sparsity_weight=5.0, learning_rate=0.02, **SETTINGS
    )
    activity = kl.set_params(epochs=150).fit_transform(X).mean(axis=0)
    assert np.all((activity > 0.05) & (activity < 0.2))


def test_a_search_over_the_weight_builds_one_program(X):
    _cache.clear_cache()
    grid = {"sparsity_weight": [0.0, 1e-3, 1e-2]}
    GridSearchCV(SparseAutoencoder(4, epochs=2, batch_size=16), grid, cv=2).fit(X)
    assert sum(map(len, _cache._programs.values())) == 1


def test_divergence_needs_activities_between_0_and_1(X):
    sparse = SparseAutoencoder(4, penalty="kl", code_activation="relu")
    with pytest.raises(ValueError, match="code_activation='sigmoid'.*got 'relu'"):
        sparse.fit(X)
    with pytest.raises(ValueError, match="'penalty' parameter"):
        SparseAutoencoder(penalty="l0").fit(X)
    with pytest.raises(ValueError, match="'sparsity_target' parameter"):
        SparseAutoencoder(sparsity_target=1.0).fit(X)
