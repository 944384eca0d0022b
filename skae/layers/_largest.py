"""Only the largest values of each row."""

import keras
from keras import ops

# Halvings of the range in which the threshold lies: to the rounding of float32.
_N_HALVINGS = 24


@keras.saving.register_keras_serializable(package="skae")
class KeepLargest(keras.layers.Layer):
    """Set all but the `n` largest positive values of each row to zero.

    A row has fewer where fewer are positive, and more only where several are equal. The
    gradient is that of the values that are kept.

    Parameters
    ----------
    n : int
        Values to keep per row.
    """

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.n = n

    def call(self, inputs):
        positive = ops.relu(inputs)
        # The threshold is found by halving, in each row by itself. Sorting would be no
        # quicker, and under XLA much slower.
        values = ops.stop_gradient(positive)
        high = ops.max(values, axis=-1, keepdims=True)
        low = ops.zeros_like(high)
        for _ in range(_N_HALVINGS):
            middle = (low + high) / 2
            above = ops.cast(values >= middle, values.dtype)
            enough = ops.sum(above, axis=-1, keepdims=True) >= self.n
            low, high = ops.where(enough, middle, low), ops.where(enough, high, middle)
        return ops.where(values >= low, positive, ops.zeros_like(positive))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "n": self.n}
