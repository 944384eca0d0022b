"""Centring per feature and division by one global scale, and the inverse."""

import keras
from keras import ops


class _Affine(keras.layers.Layer):
    """Base class with the mean and the scale, which are set before training."""

    def build(self, input_shape):
        self.mean = self.add_weight(
            name="mean", shape=input_shape[1:], initializer="zeros", trainable=False
        )
        self.scale = self.add_weight(
            name="scale", shape=(), initializer="ones", trainable=False
        )

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable(package="skae")
class Standardize(_Affine):
    """Map `x` to ``(x - mean) / scale``, with one `scale` for all features."""

    def call(self, inputs):
        return (inputs - self.mean) * (1 / ops.convert_to_tensor(self.scale))


@keras.saving.register_keras_serializable(package="skae")
class Unstandardize(_Affine):
    """Map `z` to ``z * scale + mean``: the inverse of `Standardize`."""

    def call(self, inputs):
        return inputs * self.scale + self.mean
