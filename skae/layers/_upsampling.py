"""Twice the height and width, cut to a given size."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="skae")
class UpsampleTo(keras.layers.Layer):
    """Repeat each pixel 2 x 2 times, and cut the image to `size`.

    The inverse of a 2 x 2 pooling with padding "same", for odd sizes too. Written as
    a broadcast, whose gradient is a sum: quicker than repeating the indices.

    Parameters
    ----------
    size : tuple of int
        Height and width, each either even (twice the input's) or one less.
    """

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = tuple(size)

    def call(self, inputs):
        _, height, width, channels = inputs.shape
        x = ops.reshape(inputs, (-1, height, 1, width, 1, channels))
        x = ops.broadcast_to(x, (ops.shape(inputs)[0], height, 2, width, 2, channels))
        x = ops.reshape(x, (-1, 2 * height, 2 * width, channels))
        return x[:, : self.size[0], : self.size[1]]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.size, input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "size": self.size}
