"""Noise on the input in training, and its level for "auto"."""

import math
from numbers import Real

import numpy as np

from skae import layers
from skae._sklearn import Interval, StrOptions
from skae.data import Summary
from skae.engine import MANY_ROWS, Architecture, is_auto

# Share of the root of the total variance, which preserves structure that many columns
# have in common; limited to the standard deviation of a column.
_SHARE_OF_ROWS, _MAX = 0.04, 1.0
# Share of the standard deviation of the discarded PCA directions, which preserves the
# kept ones.
_SHARE_OF_REST = 0.7


def auto_noise_level(
    architecture: Architecture, weights: dict[str, np.ndarray], summary: Summary
) -> np.float32:
    """Standard deviation of normal noise that preserves the information of the codes.

    The least of 4 % of the root of the total variance, the standard deviation of a
    column, and 70 % of the standard deviation of a discarded PCA direction.
    """
    width = math.prod(architecture.sample_shape)
    level = min(_MAX, _SHARE_OF_ROWS * math.sqrt(width))
    rest = architecture.unexplained_variance(weights, summary)
    if rest is not None:
        level = min(level, _SHARE_OF_REST * math.sqrt(rest))
    return np.float32(level * summary.scale)


class InputNoise(Architecture):
    """Mixin that adds normal noise to the input in training, against overfitting.

    Uses the parameter `input_noise`. In the list of base classes it precedes the
    architecture that encodes and decodes. Its layer is called ``input_noise``.
    """

    parameter_constraints = {
        "input_noise": [StrOptions({"auto"}), Interval(Real, 0, None, closed="left")]
    }

    input_noise = 0.0

    @classmethod
    def resolve_auto(cls, values, rows, data_values):
        """Resolve "auto"; no noise for many rows."""
        values = super().resolve_auto(values, rows, data_values)
        if is_auto(values.get("input_noise")) and len(rows) >= MANY_ROWS:
            values["input_noise"] = 0.0
        return values

    @property
    def auto_training(self):
        """No XLA with noise: on a CPU its random numbers cost more than it saves."""
        auto = super().auto_training
        return auto._replace(jit_compile=auto.jit_compile and not self._is_noisy)

    @property
    def _is_noisy(self) -> bool:
        # Data that have a target are corrupted already.
        return self.input_noise != 0 and "target" not in self.fields

    def corrupt(self, x):
        """Add noise in training, but not in evaluation."""
        x = super().corrupt(x)
        if not self._is_noisy:
            return x
        level = None
        if not is_auto(self.input_noise):
            level = math.ldexp(self.input_noise, -self.unit_exponent)
        return layers.Corruption(
            "gaussian", level, evaluates=False, name="input_noise"
        )(x)

    def baseline(self, rows, summary, weight, rng):
        """Add the level of the noise, if it is "auto"."""
        baseline = super().baseline(rows, summary, weight, rng)
        if not (self._is_noisy and is_auto(self.input_noise)):
            return baseline
        level = auto_noise_level(self, baseline.weights, summary)
        return baseline.with_weights({"input_noise/auto_level": level})
