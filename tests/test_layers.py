import keras
import numpy as np
import pytest

from skae.layers import Standardize, TiedDense, Unstandardize


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)


def test_standardize_and_back(x):
    scale, back = Standardize(), Unstandardize()
    for layer in (scale, back):
        layer.build(x.shape)
        layer.mean.assign([1.0, 2.0, 3.0])
        layer.scale.assign(4.0)
    found = np.asarray(scale(x))
    np.testing.assert_allclose(found, (x - [1, 2, 3]) / 4, rtol=1e-5)
    np.testing.assert_allclose(np.asarray(back(found)), x, atol=1e-5)
    assert not scale.trainable_weights and len(scale.weights) == 2


def test_tied_dense_follows_its_source(x):
    source = keras.layers.Dense(5)
    h = source(x)
    tied = TiedDense(source, activation="tanh")
    expected = np.tanh(np.asarray(h) @ np.asarray(source.kernel).T)
    np.testing.assert_allclose(np.asarray(tied(h)), expected, atol=1e-5)
    source.kernel.assign(2 * source.kernel)
    changed = np.tanh(np.asarray(h) @ np.asarray(source.kernel).T)
    np.testing.assert_allclose(np.asarray(tied(h)), changed, atol=1e-5)
    assert any(weight is source.kernel for weight in tied.weights)


# Keras' saving hands TensorFlow variables to np.array(), which asks for `copy`.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_layers_survive_keras_own_format(x, tmp_path):
    inputs = keras.Input((3,))
    source = keras.layers.Dense(5, name="source")
    h = Standardize()(inputs)
    outputs = Unstandardize()(TiedDense(source)(source(h)))
    model = keras.Model(inputs, outputs)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(np.asarray(loaded(x)), np.asarray(model(x)), atol=1e-5)
