"""Train on the beginnings of codes."""

import keras
from keras import ops

_EVALUATION_SEED = 0
# Share of the rows that keep all codes.
_ALL_OF_THEM = 0.1


@keras.saving.register_keras_serializable(package="skae")
class NestedDropout(keras.layers.Layer):
    """Set a random number of last codes to zero, row by row.

    A tenth of the rows keep all of their codes. Of the others every number is kept by
    some, a small one by more than a large one, so that the first codes count most.
    Training draws afresh at each step; evaluation draws the same each time, so that the
    losses of two epochs can be compared.
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
        # Beyond the last code for the tenth with the greatest chance.
        n_kept = 1 + (size - 1) * (chance / (1 - _ALL_OF_THEM)) ** 1.5
        place = ops.arange(1, size + 1, dtype=inputs.dtype)
        return ops.where(place <= n_kept, inputs, 0.0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}
