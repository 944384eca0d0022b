"""Settings of Keras, TensorFlow and NumPy that are the user's change no result."""

import copy
from contextlib import contextmanager

import keras
import numpy as np
import pytest
import tensorflow as tf
from discovery import autoencoder_classes, make

import skae
from skae import ConvVariationalAutoencoder

each_family = pytest.mark.parametrize("cls", autoencoder_classes(), scope="module")


def settings():
    config = keras.config
    policy = config.dtype_policy().name
    return config.image_data_format(), config.floatx(), policy, config.epsilon()


@contextmanager
def keras_settings(
    layout="channels_last", floatx="float32", policy="float32", eps=1e-7
):
    """Inside, Keras has these settings, and has them afterwards."""
    before, new = settings(), (layout, floatx, policy, eps)

    def set_to(layout, floatx, policy, eps):
        keras.config.set_image_data_format(layout)
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)
        keras.config.set_epsilon(eps)

    set_to(*new)
    try:
        yield
        assert settings() == new
    finally:
        set_to(*before)


@contextmanager
def settings_of_others():
    """Everything is set to what it is not by default."""
    with (
        keras_settings("channels_first", "float64", "mixed_float16", 0.1),
        np.errstate(all="raise"),
    ):
        keras.utils.set_random_seed(3)
        tf.config.run_functions_eagerly(True)
        try:
            yield
        finally:
            tf.config.run_functions_eagerly(False)


def results(estimator, X):
    codes = estimator.transform(X)
    found = [codes, estimator.score(X)]
    if hasattr(estimator, "inverse_transform"):
        found.append(estimator.inverse_transform(codes))
    return found


@each_family
def test_they_change_no_result(cls, X, tmp_path):
    fitted = make(cls).fit(X)
    untraced = copy.deepcopy(fitted)
    skae.clear_cache()
    with settings_of_others():
        found = results(untraced, X)  # traced here
        skae.save(untraced, tmp_path / "file")
        loaded = skae.load(tmp_path / "file")
        skae.clear_cache()
        again = make(cls).fit(X)
    expected = results(fitted, X)
    for name, estimator in {"fitted": again, "loaded": loaded}.items():
        np.testing.assert_equal(results(estimator, X), expected, err_msg=name)
    np.testing.assert_equal(found, expected)


@pytest.mark.parametrize("policy", ["float64", "mixed_bfloat16", "float16"])
def test_policies(policy, X):
    expected = results(make(ConvVariationalAutoencoder).fit(X), X)
    skae.clear_cache()
    with keras_settings("channels_first", policy=policy):
        model = make(ConvVariationalAutoencoder).fit(X)
        np.testing.assert_equal(results(model, X), expected)
        assert model.transform(X).dtype == np.float32
        # What users get in their hands has types of its own as well.
        images = X.reshape(-1, *model.encoder_.input_shape[1:])
        np.testing.assert_allclose(model.encoder_(images), expected[0], 1e-5, 1e-5)
