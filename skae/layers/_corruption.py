"""Noise on the input of an autoencoder."""

import keras
from keras import ops

NOISES = ("gaussian", "masking", "dropout", "salt_and_pepper")
_EVALUATION_SEED = 0


@keras.saving.register_keras_serializable(package="skae")
class Corruption(keras.layers.Layer):
    """Add noise, in training and, by default, in evaluation.

    Training draws new noise at each step. Evaluation uses the same noise each time, so
    that the losses of two epochs can be compared.

    Parameters
    ----------
    noise : {"gaussian", "masking", "dropout", "salt_and_pepper"}
        "gaussian" adds normal noise; "masking" sets entries to 0; "dropout" sets
        entries to 0 and divides the others by the share of entries kept;
        "salt_and_pepper" sets entries to the weights `low` or `high`, with equal
        probability.

    level : float or None
        Standard deviation of the noise, or share of the entries that are changed. With
        None it is a weight, `auto_level`, that is set before training.

    clip : bool, default=False
        Whether to clip to the range from `low` to `high`.

    evaluates : bool, default=True
        Whether there is noise in evaluation as well.

    seed : int, default=None
        Seed of the noise in training.
    """

    def __init__(self, noise, level, clip=False, evaluates=True, seed=None, **kwargs):
        super().__init__(**kwargs)
        if noise not in NOISES:
            raise ValueError(f"noise must be one of {NOISES}; got {noise!r}.")
        self.noise, self.level, self.clip = noise, level, clip
        self.evaluates, self.seed = evaluates, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        constants = {"low": "zeros", "high": "ones"}
        if self.level is None:
            constants["auto_level"] = "zeros"
        for name, value in constants.items():
            weight = self.add_weight(
                name=name, shape=(), initializer=value, trainable=False
            )
            setattr(self, name, weight)

    def call(self, inputs, training=False):
        if not (training or self.evaluates):
            return inputs
        seed = self.seed_generator if training else _EVALUATION_SEED
        level = self.auto_level if self.level is None else self.level
        shape = ops.shape(inputs)
        if self.noise == "gaussian":
            noisy = inputs + level * keras.random.normal(
                shape, dtype=inputs.dtype, seed=seed
            )
        else:
            chance = keras.random.uniform(shape, dtype=inputs.dtype, seed=seed)
            kept = inputs / (1 - level) if self.noise == "dropout" else inputs
            noisy = ops.where(chance < level, self._extreme(chance, level), kept)
        return ops.clip(noisy, self.low, self.high) if self.clip else noisy

    def _extreme(self, chance, level):
        if self.noise != "salt_and_pepper":
            return 0.0
        return ops.where(chance < level / 2, self.low, self.high)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {"noise": self.noise, "level": self.level}
        config |= {"clip": self.clip, "evaluates": self.evaluates, "seed": self.seed}
        return {**super().get_config(), **config}
