"""Upsampling by a factor of 2 and a convolution, as one operation."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="skae")
class UpsampleConv2D(keras.layers.Layer):
    """Repeat each pixel 2 x 2 times, then convolve with padding "same".

    Gives the results of `UpSampling2D` followed by `Conv2D`, computed as a transposed
    convolution of stride 2 whose kernel is one pixel larger: 16 products per input
    pixel instead of 36 for a 3 x 3 kernel, and no upsampled image in between.

    Parameters
    ----------
    filters : int
        Number of output channels.

    kernel_size : int
        Height and width of the kernel.

    activation : str or callable, default=None
        As in `keras.layers.Conv2D`.
    """

    def __init__(self, filters, kernel_size, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.kernel_size = filters, kernel_size
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.GlorotUniform()

    def build(self, input_shape):
        size = self.kernel_size
        self.kernel = self.add_weight(
            name="kernel",
            shape=(size, size, input_shape[-1], self.filters),
            initializer=self.kernel_initializer,
        )
        self.bias = self.add_weight(
            name="bias", shape=(self.filters,), initializer="zeros"
        )
        # Each entry of the kernel applies to two of the repeated pixels. A kernel of
        # even size gets a row of zeros, for the same alignment as in `Conv2D`.
        n_taps = size + 1 if size % 2 else size + 2
        self._spread = np.zeros((n_taps, size), dtype=np.float32)
        for tap in range(size):
            self._spread[tap : tap + 2, tap] = 1

    def call(self, inputs):
        # Keras 3.10 flips one axis at a time.
        kernel = ops.flip(ops.flip(self.kernel, axis=0), axis=1)
        kernel = ops.einsum("au,bv,uvio->aboi", self._spread, self._spread, kernel)
        outputs = ops.conv_transpose(
            inputs, kernel, strides=2, padding="same", data_format="channels_last"
        )
        return self.activation(outputs + self.bias)

    def compute_output_shape(self, input_shape):
        n, height, width, _ = input_shape
        return (n, 2 * height, 2 * width, self.filters)

    def get_config(self):
        config = {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "activation": keras.activations.serialize(self.activation),
        }
        return {**super().get_config(), **config}
