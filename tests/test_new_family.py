"""A new family is one class: defined here, it keeps every promise."""

import pickle
from numbers import Real
from typing import ClassVar

import numpy as np
import pytest
from discovery import make
from keras import layers, ops
from sklearn.utils.estimator_checks import parametrize_with_checks
from test_common import EXPECTED_FAILURES

from skae._sklearn import Interval, StrOptions
from skae.base import BaseAutoencoder
from skae.families.dense import DenseArchitecture
from skae.testing import autoencoder_checks


class Decorrelated(DenseArchitecture):
    """Knows the products of different code units."""

    def penalties(self, forward):
        code = forward.tensors["code"]
        products = ops.square(ops.sum(code, axis=1)) - ops.sum(ops.square(code), axis=1)
        return {"decorrelation": ops.sum(forward.row_weight * ops.square(products))}


class DecorrelatedAutoencoder(BaseAutoencoder):
    """Penalizes the products of different code units."""

    _architecture = Decorrelated
    _outside_graph = ("decorrelation",)

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **DenseArchitecture.parameter_constraints,
        "code_activation": [str, callable],
        "loss": [StrOptions({"squared_error"})],
        "decorrelation": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        encoding_dim=3,
        *,
        hidden_layer_sizes=(8,),
        activation="tanh",
        code_activation="linear",
        loss="squared_error",
        decorrelation=0.1,
        dropout=0.1,
        tied_weights=False,
        optimizer="adam",
        learning_rate=0.01,
        learning_rate_schedule="constant",
        epochs=5,
        batch_size=16,
        shuffle=True,
        early_stopping=True,
        validation_fraction=0.1,
        n_iter_no_change="auto",
        tol=0.0,
        warm_start=False,
        callbacks=None,
        jit_compile="auto",
        random_state=None,
        verbose=0,
    ):
        self.encoding_dim = encoding_dim
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.code_activation = code_activation
        self.loss = loss
        self.decorrelation = decorrelation
        self.dropout = dropout
        self.tied_weights = tied_weights
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.epochs = epochs
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.jit_compile = jit_compile
        self.random_state = random_state
        self.verbose = verbose

    def _loss_weights(self, epoch):
        return {"decorrelation": float(self.decorrelation)}


PROMISES = dict(autoencoder_checks(DecorrelatedAutoencoder))


@pytest.mark.parametrize("name", PROMISES)
def test_promises(name):
    PROMISES[name]()


@pytest.mark.slow
@parametrize_with_checks(
    [make(DecorrelatedAutoencoder)],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learn(estimator, check):
    check(estimator)


def test_the_penalty_is_reported_and_acts(X):
    free = make(DecorrelatedAutoencoder, epochs=30, decorrelation=0.0).fit(X)
    held = make(DecorrelatedAutoencoder, epochs=30, decorrelation=10.0).fit(X)

    def products(estimator):
        code = estimator.transform(X)
        return abs(code.sum(axis=1) ** 2 - (code**2).sum(axis=1)).mean()

    assert products(held) < 0.5 * products(free)
    total = held.history_["reconstruction_loss"][0] + held.history_["decorrelation"][0]
    assert held.history_["loss"][0] == pytest.approx(total, rel=1e-5)


def test_a_hook_that_reads_a_strength_as_a_constant_fails_loudly(X):
    class CarelessArchitecture(DenseArchitecture):
        def penalties(self, forward):
            return {"decorrelation": self.decorrelation * ops.sum(forward.row_weight)}

    class Careless(DecorrelatedAutoencoder):
        _architecture = CarelessArchitecture

    with pytest.raises(AttributeError, match="decorrelation"):
        make(Careless).fit(X)


class AroundOneHalf(DenseArchitecture):
    """Its encoder begins with layers that hold constants which are no weights."""

    def encode(self, x):
        constant = layers.Normalization(mean=0.5, variance=2.0)(x)
        return super().encode(Shift()(constant))


class Shift(layers.Layer):
    """Subtracts a tensor that it made when it was built."""

    def build(self, input_shape):
        self.center = ops.convert_to_tensor(0.25 * ops.ones(input_shape[-1]))

    def call(self, inputs):
        return inputs - self.center


class AroundOneHalfAutoencoder(DecorrelatedAutoencoder):
    """The same estimator with such layers."""

    _architecture = AroundOneHalf

    def _loss_weights(self, epoch):
        return {}


def test_layers_may_hold_constants(X):
    model = AroundOneHalfAutoencoder(random_state=0).fit(X)
    codes = model.transform(X)
    np.testing.assert_allclose(codes, model.encoder_(X), 1e-4, 1e-6)
    np.testing.assert_allclose(
        model.inverse_transform(codes), model.decoder_(codes), 1e-4, 1e-6
    )
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.transform(X), codes)
