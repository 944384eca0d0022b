"""Functions and classes of users: another value of a variable is another network."""

import copy
import functools
import sys
from types import ModuleType, SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers, ops

import skae
from skae.engine import freeze
from skae.fitting._identity import fit_identity

settings = ModuleType("settings_of_the_user")
settings.factor = 1.0
SCALE, TABLE, UNITS = 1.0, {"factor": 1.0}, 4
NAMESPACE, WEIGHTS, LEVELS = SimpleNamespace(factor=1.0), np.ones(3), {1.0}
ITSELF: list = [1.0]
ITSELF.append(ITSELF)


class Settings:
    """What a notebook collects in a class."""

    def __init__(self, factor):
        self.factor = factor


OBJECT = Settings(1.0)


def helper(x):
    """Scale, in another function."""
    return x * SCALE


@functools.lru_cache
def cached(x):
    """Scale, once."""
    return x * SCALE


def uses_helper(x):
    return helper(x)


def uses_cached(x):
    return cached(x)


def uses_lambda(x):
    return (lambda z: z * SCALE)(x)


def uses_objects(x):
    return x * OBJECT.factor * NAMESPACE.factor * TABLE["factor"] * ITSELF[0]


def uses_module(x):
    return x * settings.factor


def uses_array(x):
    return x * WEIGHTS * max(LEVELS)


def uses_itself(x, n=3):
    return x * SCALE if n == 0 else uses_itself(x, n - 1)


class Layer(layers.Layer):
    """A layer whose class has settings."""

    factor = 1.0

    def call(self, x):
        return x * SCALE * self.factor


class Heir(Layer):
    """A layer whose base has settings."""


class Loss(keras.losses.Loss):
    """A loss whose class uses a helper."""

    def call(self, y_true, y_pred):
        return ops.mean(helper(y_true - y_pred), axis=-1)


class Callable:
    """An object that uses a variable through a method, a property and a function."""

    def __init__(self):
        self.function = helper

    @property
    def scale(self):
        return SCALE

    @staticmethod
    def twice(x):
        return 2 * x * SCALE

    def __call__(self, x):
        return self.function(x)

    def method(self, x):
        return x * self.scale


def uses_layer(x):
    return Layer()(x)


GLOBAL = {"SCALE": 2.0}
CASES = {
    "helper": (uses_helper, GLOBAL),
    "lambda": (uses_lambda, GLOBAL),
    "lru_cache": (uses_cached, GLOBAL),
    "recursion": (uses_itself, GLOBAL),
    "partial": (functools.partial(uses_helper), GLOBAL),
    "class": (Layer, GLOBAL),
    "class of a layer": (Layer(), GLOBAL),
    "class of a loss": (Loss(), GLOBAL),
    "class by name": (uses_layer, GLOBAL),
    "callable": (Callable(), GLOBAL),
    "method": (Callable().method, GLOBAL),
    "object replaced": (uses_objects, {"OBJECT": Settings(2.0)}),
    "attribute": (uses_objects, {"OBJECT.factor": 2.0}),
    "namespace": (uses_objects, {"NAMESPACE.factor": 2.0}),
    "dict": (uses_objects, {"TABLE": {"factor": 2.0}}),
    "list in itself": (uses_objects, {"ITSELF": [2.0, ITSELF]}),
    "module": (uses_module, {"settings.factor": 2.0}),
    "array": (uses_array, {"WEIGHTS": 2 * np.ones(3)}),
    "set": (uses_array, {"LEVELS": {1.0, 2.0}}),
    "class attribute": (Layer, {"Layer.factor": 2.0}),
    "attribute of a base": (Heir, {"Layer.factor": 2.0}),
}


@pytest.mark.parametrize("name", CASES)
def test_another_value_of_a_variable(name, monkeypatch):
    value, changes = CASES[name]
    before, text = freeze(value), identity(value)
    assert hash(freeze(value)) == hash(before) and freeze(value) == before
    assert identity(value) == text
    for place, new in changes.items():
        monkeypatch.setattr(f"{__name__}.{place}", new)
    assert freeze(value) != before
    assert identity(value) != text
    monkeypatch.undo()
    assert freeze(value) == before
    assert identity(value) == text


def identity(value):
    return fit_identity(skae.Autoencoder(activation=value), [], [])


def test_a_copy_of_an_object_is_the_same():
    for value in (Callable(), Settings([1.0, 2.0]), SimpleNamespace(f=helper)):
        assert freeze(copy.deepcopy(value)) == freeze(value)


def test_an_object_at_the_address_of_another():
    def uses(x):
        return x * held.factor

    found, addresses = [], set()
    for factor in range(20):
        held = Settings(float(factor))
        addresses.add(id(held))
        found.append(freeze(uses))
    assert len(addresses) < 20  # the point of this test
    assert len(set(found)) == 20


def test_a_library_is_not_followed(monkeypatch):
    before = freeze(uses_layer), freeze(ops.relu)
    monkeypatch.setattr(sys.modules["keras"].ops, "a_new_function", 3, raising=False)
    assert (freeze(uses_layer), freeze(ops.relu)) == before


def test_a_network_follows_its_variables(monkeypatch):
    def encoder(input_shape):
        return keras.Sequential([layers.Input(input_shape), units(), layers.Dense(2)])

    def units():
        return layers.Dense(UNITS)

    X = np.random.default_rng(0).normal(size=(32, 3)).astype(np.float32)
    model = skae.KerasAutoencoder(encoder, epochs=1, random_state=0)
    before = model.fit(X).encoder_.count_params()
    monkeypatch.setattr(f"{__name__}.UNITS", UNITS + 2)
    assert model.fit(X).encoder_.count_params() == before + 2 * (3 + 1) + 2 * 2
