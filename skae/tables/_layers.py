"""Rows of numbers and categories: to a vector, to probabilities, and their errors."""

import math

import keras
import numpy as np
from keras import ops

# Logits are held so near to the mean of their category: beyond, float32 overflows.
_LARGEST_LOGIT = 40.0
_LOG_DEVIATIONS = (math.log(0.05), math.log(1e2))
_TINY = 1e-12
# By so much a value that the encoder saw counts less than one that it did not.
_LESS_IF_SEEN = 0.7


class _TableLayer(keras.layers.Layer):
    """Knows how many numbers come first, and how many levels each category has."""

    def __init__(self, n_numbers, levels, **kwargs):
        super().__init__(**kwargs)
        self.n_numbers, self.levels = int(n_numbers), tuple(int(n) for n in levels)
        self.n_levels = sum(self.levels)
        # Of each level its category, and its number there.
        self.owner = np.repeat(np.arange(len(self.levels)), self.levels)
        numbers = [np.arange(n) for n in self.levels]
        self.number = np.concatenate(numbers).astype("float32") if numbers else None
        self.first = np.cumsum((0, *self.levels[:-1]), dtype=int)

    def sums(self, values):
        """Sums over the levels of each category."""
        member = self.owner[:, None] == np.arange(len(self.levels))
        return ops.matmul(values, ops.convert_to_tensor(member.astype("float32")))

    def spread(self, values):
        """The value of each level's category."""
        return ops.take(values, self.owner, axis=1)

    def log_probabilities(self, logits):
        """Logarithms of the probabilities of all levels."""
        means = self.sums(logits) / np.asarray(self.levels, dtype="float32")
        logits = logits - self.spread(means)
        logits = ops.clip(logits, -_LARGEST_LOGIT, _LARGEST_LOGIT)
        return logits - self.spread(ops.log(self.sums(ops.exp(logits))))

    def get_config(self):
        config = {"n_numbers": self.n_numbers, "levels": self.levels}
        return {**super().get_config(), **config}


@keras.saving.register_keras_serializable(package="skae")
class TableToVector(_TableLayer):
    """Map numbers and numbers of levels to numbers and scaled indicators of levels.

    An indicator less the weight `share` is divided by the weight `deviation`. NaN stays
    NaN, in all levels of a category.
    """

    def build(self, input_shape):
        for name, value in {"share": "zeros", "deviation": "ones"}.items():
            weight = self.add_weight(
                name=name, shape=(self.n_levels,), initializer=value, trainable=False
            )
            setattr(self, name, weight)

    def call(self, inputs):
        if not self.levels:
            return inputs
        own = self.spread(inputs[:, self.n_numbers :])
        found = ops.cast(ops.equal(own, self.number), inputs.dtype)
        found = ops.where(ops.isnan(own), own, found)
        found = (found - self.share) / ops.convert_to_tensor(self.deviation)
        return ops.concatenate([inputs[:, : self.n_numbers], found], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.n_numbers + self.n_levels)


@keras.saving.register_keras_serializable(package="skae")
class LevelProbabilities(_TableLayer):
    """Leave numbers as they are, and turn logits into probabilities of levels."""

    def call(self, inputs):
        if not self.levels:
            return inputs
        chances = ops.exp(self.log_probabilities(inputs[:, self.n_numbers :]))
        return ops.concatenate([inputs[:, : self.n_numbers], chances], axis=1)

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable(package="skae")
class TableError(_TableLayer):
    """Map normal data and raw outputs to the mean error of the columns that are there.

    A number's error is its square, a category's its cross-entropy over the weight
    `entropy`. `weights` says what each value counts.
    """

    def __init__(self, n_numbers, levels, weights, **kwargs):
        super().__init__(n_numbers, levels, **kwargs)
        self.value_weights = tuple(float(weight) for weight in weights)

    def build(self, input_shape):
        self.entropy = self.add_weight(
            name="entropy",
            shape=(len(self.levels),),
            initializer="ones",
            trainable=False,
        )

    def call(self, inputs):
        normal, raw, *seen = inputs
        errors, there = self.errors(normal, raw)
        weight = ops.cast(there, errors.dtype) * np.float32(self.value_weights)
        for mask in seen:
            weight = weight * (1 - _LESS_IF_SEEN * mask)
        total = ops.sum(weight * errors, axis=1)
        return total / ops.maximum(ops.sum(weight, axis=1), _TINY)

    def errors(self, normal, raw):
        """Error of each number and category, and whether it is there."""
        m = self.n_numbers
        numbers, logits = normal[:, :m], raw[:, m:]
        present = ops.logical_not(ops.isnan(numbers))
        squares = ops.square(ops.where(present, numbers, 0.0) - raw[:, :m])
        errors = self.number_errors(squares)
        if not self.levels:
            return errors, present
        indicators = normal[:, m:]
        chosen = ops.cast(indicators > 0, raw.dtype)
        nats = -self.sums(chosen * self.log_probabilities(logits))
        known = ops.logical_not(ops.isnan(ops.take(indicators, self.first, axis=1)))
        errors = ops.concatenate([errors, self.level_errors(nats)], axis=1)
        return errors, ops.concatenate([present, known], axis=1)

    def number_errors(self, squares):
        """Errors of numbers from squared differences."""
        return squares

    def level_errors(self, nats):
        """Errors of categories from cross-entropies."""
        return nats / ops.convert_to_tensor(self.entropy)

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0],)

    def get_config(self):
        return {**super().get_config(), "weights": self.value_weights}


@keras.saving.register_keras_serializable(package="skae")
class TableNegativeLogLikelihood(TableError):
    """Map normal data and raw outputs to nats per row, summed over what is there.

    Each number has its standard deviation, learned as its logarithm.
    """

    # A logarithm has far to go, and steps of the learning rate are short: the weight is
    # a tenth of it.
    PACE = 10.0

    @classmethod
    def deviations(cls, weight):
        """Standard deviations from the weight `log_deviation`, in NumPy."""
        return np.exp(np.clip(cls.PACE * weight, *_LOG_DEVIATIONS))

    def build(self, input_shape):
        super().build(input_shape)
        self.log_deviation = self.add_weight(
            name="log_deviation", shape=(self.n_numbers,), initializer="zeros"
        )

    def call(self, inputs):
        normal, raw = inputs
        errors, there = self.errors(normal, raw)
        weight = ops.cast(there, errors.dtype) * np.float32(self.value_weights)
        return ops.sum(weight * errors, axis=1)

    def number_errors(self, squares):
        log_deviation = ops.clip(self.PACE * self.log_deviation, *_LOG_DEVIATIONS)
        nats = 0.5 * squares * ops.exp(-2 * log_deviation)
        return nats + log_deviation + 0.5 * math.log(2 * math.pi)

    def level_errors(self, nats):
        return nats


@keras.saving.register_keras_serializable(package="skae")
class TableNoise(keras.layers.Layer):
    """Take values away, or swap them with those of other rows of the mini-batch.

    Parameters
    ----------
    noise : {"swap", "masking"}

    level : float
        Share of the values. For masking it is a mean: each row has its own share, as
        much below as above.

    evaluates : bool
        Whether there is noise in evaluation as well, the same each time.
    """

    def __init__(self, noise, level, evaluates=False, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.noise, self.level, self.evaluates = noise, level, evaluates
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not (training or self.evaluates):
            return inputs
        seed = self.seed_generator if training else 0
        shape = ops.shape(inputs)
        like = {"dtype": inputs.dtype}
        chance = keras.random.uniform(shape, seed=seed, **like)
        seed = self.seed_generator if training else 1
        if self.noise == "masking":
            width = min(self.level, 1 - self.level)
            share = keras.random.uniform((shape[0], 1), seed=seed, **like)
            share = self.level + width * (2 * share - 1)
            return ops.where(chance < share, np.float32("nan"), inputs)
        hit = chance < self.level
        place = keras.random.uniform(shape, seed=seed, **like)
        place = place * ops.cast(shape[0], inputs.dtype)
        others = ops.minimum(ops.cast(place, "int32"), shape[0] - 1)
        return ops.where(hit, ops.take_along_axis(inputs, others, axis=0), inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {"noise": self.noise, "level": self.level}
        config |= {"evaluates": self.evaluates, "seed": self.seed}
        return {**super().get_config(), **config}
