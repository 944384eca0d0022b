"""With the parameters for which it is claimed no fit explains less than PCA."""

import warnings

import numpy as np
import pytest
from sklearn.decomposition import PCA

from skae import Autoencoder, StackedAutoencoder, VariationalAutoencoder
from skae.datasets import load_digits
from skae.metrics import explained_variance

SMALL = {"hidden_layer_sizes": (16,), "epochs": 8, "random_state": 0}


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    return data.X_train[:300], data.X_test[:200]


def of_pca(n_codes, train, test):
    with warnings.catch_warnings():  # shares of no variance
        warnings.simplefilter("ignore", RuntimeWarning)
        pca = PCA(min(n_codes, *train.shape)).fit(train)
    return explained_variance(test, pca.inverse_transform(pca.transform(test)))


@pytest.mark.parametrize(
    "settings",
    [
        {"l2": 0.01},
        {"l2": 0.1},
        {"l2": 0.003, "dropout": 0.2},
        {"nested": True, "l2": 0.01},
        {"tied_weights": True, "activation": "relu", "l2": 0.01},
    ],
    ids=str,
)
def test_with_penalties(digits, settings):
    train, test = digits
    model = Autoencoder(5, **SMALL, **settings).fit(train)
    assert model.score(test) >= of_pca(5, train, test) - 2e-3


@pytest.mark.parametrize("cls", [StackedAutoencoder, VariationalAutoencoder])
def test_other_families(digits, cls):
    train, test = digits
    model = cls(5, **SMALL).fit(train)
    assert model.score(test) >= of_pca(5, train, test) - 2e-3


def odd_data():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(60, 6))
    constant = noise.copy()
    constant[:, [1, 4]] = 3.0
    few = rng.normal(size=(4, 6))
    return {
        "noise": (noise, rng.normal(size=(200, 6))),
        "duplicates": (np.repeat(noise[:8], 6, axis=0), noise[:8]),
        "constant columns": (constant, constant + 0.0),
        "fewer rows than codes": (few, few),
        "one row": (few[:1], few[:1]),
        "all alike": (np.ones((20, 6)), np.ones((3, 6))),
    }


@pytest.mark.parametrize("name", odd_data())
def test_odd_data(name):
    train, test = odd_data()[name]
    settings = SMALL | {"batch_size": 16, "epochs": 3}
    model = Autoencoder(5, **settings).fit(train)
    # Fewer than ten rows are all trained on, and judge what was learned.
    assert model.score(test) >= of_pca(5, train, test) - 1e-3


def test_sparse_codes_are_judged_with_their_penalty(digits):
    train, _ = digits
    model = Autoencoder(5, l1=0.3, l2=0.01, **SMALL).fit(train)
    assert not model.kept_initialization_
