"""The user's own Keras networks, given as functions that build them."""

from typing import ClassVar

import keras
from keras import layers

from skae.base import BaseAutoencoder
from skae.engine import Architecture


class OwnNetworks(Architecture):
    def encode(self, x):
        return self.make_encoder(self.sample_shape)(x)

    def decode(self, code, encoder):
        return self.make_decoder(code.shape[1:], self.sample_shape)(code)

    def redraws(self, name):
        return not self.pretrained


@keras.saving.register_keras_serializable(package="tests")
def dense_encoder(shape):
    # Layers without names: Keras counts them.
    return keras.Sequential(
        [
            layers.Input(shape),
            layers.Dense(128, activation="gelu"),
            layers.BatchNormalization(),
            layers.Dense(8),
        ]
    )


@keras.saving.register_keras_serializable(package="tests")
def dense_decoder(code_shape, shape):
    return keras.Sequential(
        [
            layers.Input(code_shape),
            layers.Dense(128, activation="gelu"),
            layers.Dense(shape[-1]),
        ]
    )


class OwnAutoencoder(BaseAutoencoder):
    """`pretrained`: whether the networks come with weights that are to be kept."""

    _architecture: ClassVar = OwnNetworks

    def __init__(
        self,
        make_encoder=dense_encoder,
        make_decoder=dense_decoder,
        *,
        pretrained=False,
        epochs=60,
        random_state=None,
    ):
        self.make_encoder = make_encoder
        self.make_decoder = make_decoder
        self.pretrained = pretrained
        self.epochs = epochs
        self.random_state = random_state
