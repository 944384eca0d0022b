"""Normal distributions: sampling with the reparameterization trick, and densities."""

import math

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="skae")
class GaussianNegativeLogLikelihood(keras.layers.Layer):
    """Map data and means to nats per row, summed over the features.

    The standard deviation is the same for all features. Its logarithm is learned, and
    clipped to standard deviations from 1e-3 to 1e3.
    """

    def build(self, input_shape):
        self.log_scale = self.add_weight(
            name="log_scale", shape=(), initializer="zeros"
        )

    def call(self, inputs):
        x, mean = inputs
        limit = math.log(1e3)
        log_scale = ops.clip(self.log_scale, -limit, limit)
        z = (x - mean) * ops.exp(-log_scale)
        nats = 0.5 * ops.square(z) + log_scale + 0.5 * math.log(2 * math.pi)
        return ops.sum(nats, axis=tuple(range(1, len(x.shape))))

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0],)


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
