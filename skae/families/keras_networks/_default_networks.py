"""The networks for None: dense layers, as an example of functions of users."""

import math

from skae._keras import keras


def dense_encoder(
    input_shape,
    encoding_dim,
    units=(128, 64),
    activation="gelu",
    condition_shape=None,
    variational=False,
):
    """Dense layers of `units`, and the code unless it is computed from their outputs.

    So it is in variational autoencoders.
    """
    inputs = keras.Input(input_shape)
    x = inputs if len(input_shape) == 1 else keras.layers.Flatten()(inputs)
    x, inputs = _told(x, inputs, condition_shape)
    for size in units:
        x = keras.layers.Dense(size, activation=activation)(x)
    outputs = x if variational else keras.layers.Dense(encoding_dim)(x)
    return keras.Model(inputs, outputs)


def dense_decoder(
    input_shape, encoding_dim, units=(64, 128), activation="gelu", condition_shape=None
):
    """Dense layers of `units`, and the outputs."""
    code = keras.Input((encoding_dim,))
    x, inputs = _told(code, code, condition_shape)
    for size in units:
        x = keras.layers.Dense(size, activation=activation)(x)
    x = keras.layers.Dense(math.prod(input_shape))(x)
    if len(input_shape) > 1:
        x = keras.layers.Reshape(input_shape)(x)
    return keras.Model(inputs, x)


def _told(x, inputs, condition_shape):
    """A vector beside a condition, if there is one, and all inputs."""
    if condition_shape is None:
        return x, inputs
    condition = keras.Input(condition_shape)
    return keras.layers.Concatenate()([x, condition]), [inputs, condition]
