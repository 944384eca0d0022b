"""The networks for None: dense layers, as an example of functions of users."""

import math

from skae._keras import keras


def dense_encoder(input_shape, encoding_dim, units=(128, 64), activation="gelu"):
    """Dense layers of `units`, and the code."""
    x = inputs = keras.Input(input_shape)
    if len(input_shape) > 1:
        x = keras.layers.Flatten()(x)
    for size in units:
        x = keras.layers.Dense(size, activation=activation)(x)
    return keras.Model(inputs, keras.layers.Dense(encoding_dim)(x))


def dense_decoder(input_shape, encoding_dim, units=(64, 128), activation="gelu"):
    """Dense layers of `units`, and the outputs."""
    x = code = keras.Input((encoding_dim,))
    for size in units:
        x = keras.layers.Dense(size, activation=activation)(x)
    x = keras.layers.Dense(math.prod(input_shape))(x)
    if len(input_shape) > 1:
        x = keras.layers.Reshape(input_shape)(x)
    return keras.Model(code, x)
