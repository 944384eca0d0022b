"""SciKeras' estimators work beside ours; nothing in skae needs them."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from skae import Autoencoder
from skae.datasets import load_digits

scikeras = pytest.importorskip("scikeras.wrappers")
keras = pytest.importorskip("keras")

pytestmark = pytest.mark.filterwarnings("ignore")  # SciKeras' and Keras' own

TRAINING = {"epochs": 15, "verbose": 0, "random_state": 0, "optimizer": "adam"}


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    return data.X_train[:600], data.y_train[:600]


def test_a_keras_classifier_after_our_encoder(digits):
    X, y = digits

    def build(meta):
        return keras.Sequential(
            [
                keras.Input((meta["n_features_in_"],)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(meta["n_classes_"], activation="softmax"),
            ]
        )

    pipeline = make_pipeline(
        Autoencoder(16, epochs=20, random_state=0),
        scikeras.KerasClassifier(
            build, loss="sparse_categorical_crossentropy", **TRAINING
        ),
    )
    assert pipeline.fit(X[:400], y[:400]).score(X[400:], y[400:]) > 0.7


@pytest.mark.slow
def test_our_encoder_as_the_base_of_a_keras_classifier(digits):
    X, y = digits
    fitted = Autoencoder(16, epochs=20, random_state=0).fit(X)

    def build():
        encoder = keras.models.clone_model(fitted.encoder_)
        encoder.set_weights(fitted.encoder_.get_weights())
        output = keras.layers.Dense(10, activation="softmax")(encoder.output)
        return keras.Model(encoder.input, output)

    classifier = scikeras.KerasClassifier(
        build, loss="sparse_categorical_crossentropy", **TRAINING
    )
    before = fitted.transform(X)
    assert classifier.fit(X[:400], y[:400]).score(X[400:], y[400:]) > 0.7
    np.testing.assert_array_equal(fitted.transform(X), before)
