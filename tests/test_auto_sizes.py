"""Sizes that are left to the data: no code has more numbers than a row, unasked."""

import math

import numpy as np
import pytest
from discovery import autoencoder_classes, make
from sklearn.base import clone

from skae import (
    Autoencoder,
    ConvAutoencoder,
    ConvDenoisingAutoencoder,
    PrefixSearchCV,
    StackedAutoencoder,
)
from skae.engine._architecture import Field
from skae.engine._auto_sizes import auto_encoding_dim, auto_hidden_sizes
from skae.families.dense._linear_path import LinearPathArchitecture
from skae.fitting import auto_epochs
from skae.fitting._sizes import resolve_epochs, resolve_learning_rate, resolve_sizes


def test_the_rules():
    found = [auto_encoding_dim(n) for n in (1, 2, 3, 13, 63, 784)]
    assert found == [1, 1, 2, 7, 32, 32]
    assert auto_hidden_sizes(784, many_rows=False) == (128, 64)
    assert auto_hidden_sizes(20, many_rows=True) == (256, 128)
    assert auto_hidden_sizes(64, many_rows=True) == (512, 256)
    assert auto_hidden_sizes(784, many_rows=True) == (512, 256)


def test_epochs_fall_with_many_rows():
    def epochs(n_rows):
        return auto_epochs(math.ceil(n_rows / 256), n_rows)

    assert epochs(60000) == 12
    assert [epochs(10**n) for n in (4, 5, 6)] == [68, 10, 3]
    rows = np.geomspace(10**5, 10**7, 20).astype(int)
    steps = [epochs(n) * math.ceil(n / 256) for n in rows]
    # A hundred times the rows, about ten times the steps.
    assert steps[-1] / steps[0] < 20
    assert epochs(10**8) == 2


@pytest.mark.parametrize(
    ("settings", "n_rows", "width", "epochs", "rate"),
    [
        ({}, 9000, 20, 50, 4e-3),
        ({}, 9000, 400, 38, 4e-3),
        ({}, 9000, 2000, 50, 4e-3),
        ({}, 4095, 400, 85, 2e-3),
        ({}, 20000, 400, 35, 3e-3),
        ({"init": "random"}, 9000, 400, 75, 2e-3),
        ({"nested": True}, 9000, 400, 75, 2e-3),
        ({"learning_rate": 1e-3}, 9000, 400, 75, 1e-3),
        ({"hidden_layer_sizes": (8,)}, 9000, 400, 75, 2e-3),
        ({"l2": 0.1}, 9000, 400, 75, 2e-3),
    ],
)
def test_large_steps_are_fewer(settings, n_rows, width, epochs, rate):
    model = Autoencoder(4, **settings)
    values = {"hidden_layer_sizes": (128, 64)} | settings
    values |= {"encoding_dim": 4, "init": model.init, "loss": model.loss}
    values.pop("learning_rate", None)
    values.pop("l2", None)
    architecture = LinearPathArchitecture({"data": Field((width,))}, **values)
    _, n_steps, _ = resolve_sizes(model, n_rows)
    assert resolve_epochs(model, architecture, n_steps, n_rows) == epochs
    assert resolve_learning_rate(model, architecture, n_rows) == rate


def test_a_default_fit_takes_large_steps():
    X = np.random.default_rng(0).normal(size=(4600, 2)).astype(np.float32)
    model = Autoencoder(1, n_iter_no_change=1, tol=1.0).set_params(random_state=0)
    asked = clone(model).set_params(learning_rate=2e-3)
    assert model.fit(X).history_["loss"] != asked.fit(X).history_["loss"]


@pytest.mark.parametrize("cls", autoencoder_classes())
def test_a_default_code_is_no_larger_than_a_row(cls, X):
    settings = {"hidden_layer_sizes": (4,), "epochs": 1, "batch_size": 64}
    settings = {k: v for k, v in settings.items() if k in cls._get_param_names()}
    model = cls(**settings)
    before = model.get_params()
    data = X.reshape(-1, 1, X.shape[1]) if hasattr(model, "filters") else X
    codes = model.fit(data).transform(data)
    assert codes.shape[1] == model.encoding_dim_ <= X.shape[1]
    assert model.get_params() == before
    assert clone(model).get_params() == before
    with pytest.raises(AttributeError, match="not fitted"):
        cls().encoding_dim_  # noqa: B018


def test_numbers_that_are_asked_for_are_honoured(X):
    model = make(Autoencoder, encoding_dim=9).fit(X)
    assert model.encoding_dim_ == model.transform(X).shape[1] == 9
    model.set_params(encoding_dim=1).fit(X)
    assert model.encoding_dim_ == 1


def test_a_warm_start_keeps_the_number(X):
    model = make(Autoencoder, encoding_dim="auto", warm_start=True).fit(X)
    assert model.fit(X[:20]).encoding_dim_ == auto_encoding_dim(X.shape[1])


def test_feature_maps_are_what_filters_make_of_images():
    images = np.random.default_rng(0).uniform(size=(8, 12, 12)).astype(np.float32)
    settings = {"epochs": 1, "batch_size": 8}
    asked = ConvAutoencoder(filters=(4, 2), **settings).fit(images)
    assert asked.code_shape_ == (3, 3, 2)
    denoiser = ConvDenoisingAutoencoder(**settings).fit(images)
    assert denoiser.code_shape_ == (3, 3, 8)  # half of 144 numbers
    assert denoiser.encoding_dim_ == 72


def test_searches_by_prefixes_and_stacks_know_the_number(X):
    search = PrefixSearchCV(make(Autoencoder, encoding_dim="auto"), cv=2).fit(X)
    assert list(search.cv_results_["encoding_dim"]) == [1, 2, 3]
    stacked = make(StackedAutoencoder, encoding_dim="auto").fit(X)
    assert stacked.encoding_dim_ == 3
