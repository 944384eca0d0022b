"""Nested dropout: training on truncated codes."""

import keras
from keras import ops

_EVALUATION_SEED = 0
# Share of the rows that keep all code dimensions.
_ALL_OF_THEM = 0.1


@keras.saving.register_keras_serializable(package="skae")
class NestedDropout(keras.layers.Layer):
    """Set a random number of the last code dimensions to zero, for each row.

    A tenth of the rows keep all dimensions. For the others, every number of kept
    dimensions is possible, and small numbers are more probable, so that the first
    dimensions carry the most information. Training draws new numbers at each step;
    evaluation uses the same each time, so that the losses of two epochs can be
    compared.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        seed = self.seed_generator if training else _EVALUATION_SEED
        size = inputs.shape[-1]
        shape = (ops.shape(inputs)[0], 1)
        chance = keras.random.uniform(shape, dtype=inputs.dtype, seed=seed)
        # At least the number of dimensions for a tenth of the rows.
        n_kept = 1 + (size - 1) * (chance / (1 - _ALL_OF_THEM)) ** 1.5
        place = ops.arange(1, size + 1, dtype=inputs.dtype)
        return ops.where(place <= n_kept, inputs, 0.0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}
