"""Selection of the largest values of each row."""

import keras
from keras import ops

# Number of bisections for the threshold: to the precision of float32.
_N_HALVINGS = 24


@keras.saving.register_keras_serializable(package="skae")
class KeepLargest(keras.layers.Layer):
    """Set all but the `n` largest positive values of each row to zero.

    Fewer values are kept if fewer are positive, and more only in case of ties. The
    gradient is that of the values that are kept.

    Parameters
    ----------
    n : int
        Number of values to keep per row.
    """

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.n = n

    def call(self, inputs):
        positive = ops.relu(inputs)
        # The threshold of each row is found by bisection. Sorting would not be faster,
        # and much slower with XLA.
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
