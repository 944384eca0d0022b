"""Sampling from a normal distribution by the reparameterization trick."""

import keras
from keras import ops

_EVALUATION_SEED = 0


@keras.saving.register_keras_serializable(package="skae")
class Sampling(keras.layers.Layer):
    """Map a mean and a log-variance to ``mean + exp(log_var / 2) * epsilon``.

    Training draws a new `epsilon` at each step; evaluation uses the same each time, so
    that the losses of two epochs can be compared.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        mean, log_var = inputs
        seed = self.seed_generator if training else _EVALUATION_SEED
        epsilon = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=seed)
        return mean + ops.exp(log_var / 2) * epsilon

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}
