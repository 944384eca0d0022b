import keras
import numpy as np
import pytest

from skae import layers
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
# Keras 3.10 wonders about the inputs of any model that it has loaded.
@pytest.mark.filterwarnings("ignore:The structure of:UserWarning")
def test_layers_survive_keras_own_format(x, tmp_path):
    inputs = keras.Input((3,))
    source = keras.layers.Dense(5, name="source")
    h = Standardize()(inputs)
    outputs = Unstandardize()(TiedDense(source)(source(h)))
    model = keras.Model(inputs, outputs)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(np.asarray(loaded(x)), np.asarray(model(x)), atol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Corruption("masking", 0.25, clip=True, seed=3),
        layers.Sampling(seed=3),
        layers.GaussianNegativeLogLikelihood(),
        layers.MaskPadding(),
        layers.UpsampleConv2D(4, 3, activation="relu"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_survive_their_config(layer):
    config = keras.saving.serialize_keras_object(layer)
    twin = keras.saving.deserialize_keras_object(config)
    assert type(twin) is type(layer) and twin.get_config() == layer.get_config()


def test_an_unknown_noise_is_an_error():
    with pytest.raises(ValueError, match="noise must be one of.*got 'pepper'"):
        layers.Corruption("pepper", 0.1)


def test_gaussian_likelihood_is_that_of_scipy():
    from scipy.stats import norm

    rng = np.random.default_rng(0)
    x, mean = rng.normal(size=(2, 5, 3)).astype(np.float32)
    layer = layers.GaussianNegativeLogLikelihood()
    layer.build([x.shape, x.shape])
    layer.log_scale.assign(0.3)
    expected = -norm.logpdf(x, mean, np.exp(0.3)).sum(axis=1)
    np.testing.assert_allclose(layer([x, mean]), expected, rtol=1e-5)


def test_mask_of_padding():
    x = np.float32([[[1.0], [2.0], [np.nan]]])
    layer = layers.MaskPadding()
    np.testing.assert_array_equal(layer(x), [[[1.0], [2.0], [0.0]]])
    np.testing.assert_array_equal(layer.compute_mask(x), [[True, True, False]])
