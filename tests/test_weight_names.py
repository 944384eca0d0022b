"""Weights are known by their place: whatever Keras counts, no layer gets another's."""

import copy
import functools
import pickle

import keras
import numpy as np
import pytest
from keras import layers
from test_testing import Plain, PlainAutoencoder

import skae
from skae import Autoencoder
from skae.engine import freeze
from skae.testing._settings import make


class NamedAfterItself(layers.Layer):
    """Gives the layer inside a name that is made of its own, which Keras counts."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.inside = layers.Dense(units, name=f"{self.name}_inside")

    def build(self, input_shape):
        self.inside.build(input_shape)

    def call(self, x):
        return self.inside(x)


def two_of_a_kind(h, units):
    h = layers.Dense(4, activation="tanh")(h)
    return layers.Dense(units)(layers.Dense(4, activation="tanh")(h))


def both_directions(h, units):
    h = layers.Reshape((-1, 1))(h)
    return layers.Dense(units)(layers.Bidirectional(layers.LSTM(3))(h))


def named_after_itself(h, units):
    return layers.Dense(units)(NamedAfterItself(4)(NamedAfterItself(4)(h)))


def sequential(h, units):
    return keras.Sequential([layers.Dense(4), layers.Dense(units)])(h)


def shared(h, units):
    layer = layers.Dense(4)
    return layers.Dense(units)(layer(layer(h)))


class UnnamedArchitecture(Plain):
    def bottleneck(self, h, x):
        return globals()[self.how](h, self.encoding_dim)


class Unnamed(PlainAutoencoder):
    _architecture = UnnamedArchitecture

    def __init__(self, encoding_dim=2, how="", epochs=2, random_state=0):
        super().__init__(encoding_dim, epochs, random_state)
        self.how = how


@pytest.mark.parametrize(
    "how",
    ["two_of_a_kind", "both_directions", "named_after_itself", "sequential", "shared"],
)
def test_unnamed_layers(how, X, own_cache):
    model = Unnamed(3, how=how).fit(X)
    codes, names = model.transform(X), sorted(model._model.weights)
    Unnamed(2, how=how).fit(X)  # Keras counts on
    twin = pickle.loads(pickle.dumps(model))
    skae.clear_cache()
    np.testing.assert_array_equal(twin.transform(X), codes)
    np.testing.assert_allclose(np.asarray(twin.encoder_(X)), codes, atol=1e-6)
    again = Unnamed(3, how=how).fit(X)
    np.testing.assert_array_equal(again.transform(X), codes)
    assert sorted(again._model.weights) == names
    assert twin.partial_fit(X).n_iter_ == 3


def test_keras_goes_on_counting_where_it_was(X, own_cache):
    before = keras.layers.Dense(1).name
    skae.clear_cache()
    Unnamed(3, how="two_of_a_kind").fit(X)
    assert int(keras.layers.Dense(1).name[6:]) == int(before[6:] or 0) + 1


@pytest.mark.parametrize("name", ["encoder_0/kernel", "output/bias"])
def test_a_missing_weight_is_never_made_up(name, X):
    for use in ("transform", "reconstruct", "partial_fit", "encoder_", "fit"):
        broken = copy.deepcopy(make(Autoencoder, warm_start=True).fit(X))
        del broken._model.weights[name], broken._model.state["weights"][name]
        with pytest.raises(ValueError, match=f"weights '{name}' are not among"):
            call = getattr(broken, use)
            call(X)


def test_what_can_be_the_same_network(X):
    class Local:
        def __init__(self, slope=1.0):
            self.slope = slope

        def __call__(self, x):
            return keras.ops.tanh(self.slope * x)

        def method(self, x):
            return keras.ops.tanh(x)

    def steep(x, slope):
        return keras.ops.tanh(slope * x)

    for make_activation in (
        Local,
        lambda: Local().method,
        lambda: functools.partial(steep, slope=2.0),
        lambda: keras.layers.LeakyReLU(0.2),
    ):
        first, second = make_activation(), make_activation()
        assert freeze(first) == freeze(second)
        model = make(Autoencoder, activation=first, init="random")
        assert model.partial_fit(X).partial_fit(X).n_iter_ == 2
    for one, other in (
        (Local(1.0), Local(2.0)),
        (Local(1.0).method, Local(2.0).method),
        (functools.partial(steep, slope=2.0), functools.partial(steep, slope=3.0)),
        (keras.layers.LeakyReLU(0.2), keras.layers.LeakyReLU(0.3)),
        (1, 1.0),
        (1, True),
        ((1, 2), [1, 2]),
    ):
        assert freeze(one) != freeze(other)
