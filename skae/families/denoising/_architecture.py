"""Denoising: noisy inputs in training, and clean targets."""

import math
from numbers import Real

import numpy as np

from skae import layers
from skae._sklearn import Interval, StrOptions
from skae.engine import Architecture, is_auto
from skae.families.conv import ConvArchitecture
from skae.families.dense import DenseArchitecture, LinearPath, auto_noise_level

# Share of the entries that are changed with "auto".
_AUTO_SHARE = 0.3


class Denoising(Architecture):
    """Mixin that adds noise to the input of the encoder, in training only.

    Uses the parameters `noise`, `noise_level` and `clip_noise`. In the list of base
    classes it precedes the architecture that encodes and decodes. Its layer is called
    ``corruption``.
    """

    parameter_constraints = {
        "noise": [StrOptions({"gaussian", "masking", "dropout", "salt_and_pepper"})],
        "noise_level": [StrOptions({"auto"}), Interval(Real, 0, None, closed="left")],
        "clip_noise": [StrOptions({"auto"}), "boolean"],
    }

    @property
    def auto_training(self):
        """No XLA: on a CPU its random numbers cost more time than it saves."""
        return super().auto_training._replace(jit_compile=False)

    def check(self):
        """Check that a `noise_level` that is a share is between 0 and 1."""
        super().check()
        limit = 0.99 if self.noise == "dropout" else 1
        level = self._level
        if self.noise != "gaussian" and level is not None and level > limit:
            raise ValueError(
                f"noise={self.noise!r} takes the share of the entries to hit as its "
                f"noise_level, between 0 and {limit}; got {self.noise_level!r}."
            )

    def corrupt(self, x):
        """Add noise."""
        clip = self.clip_noise
        if is_auto(clip):
            clip = self.noise == "gaussian" and self.reconstruction_loss().unit_interval
        return layers.Corruption(
            self.noise, self._level, clip=bool(clip), name="corruption"
        )(x)

    @property
    def _level(self) -> float | None:
        """Level in units of the rows; None for normal noise relative to the data."""
        if not is_auto(self.noise_level):
            exponent = self.unit_exponent if self.noise == "gaussian" else 0
            return math.ldexp(self.noise_level, -exponent)
        return None if self.noise == "gaussian" else _AUTO_SHARE

    def baseline(self, rows, summary, weight, rng):
        """Add the range of the data, for clipping, and the level of the noise."""
        baseline = super().baseline(rows, summary, weight, rng)
        if "target" in self.fields:
            return baseline
        limits = {"low": summary.minimum, "high": summary.maximum}
        found = {f"corruption/{k}": np.float32(v) for k, v in limits.items()}
        if self._level is None:
            level = auto_noise_level(self, baseline.weights, summary)
            found["corruption/auto_level"] = level
        return baseline.with_weights(found)


class DenseDenoising(Denoising, LinearPath, DenseArchitecture):
    """Dense denoising network."""

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
        **Denoising.parameter_constraints,
    }


class ConvDenoising(Denoising, LinearPath, ConvArchitecture):
    """Convolutional denoising network."""

    map_filters = (32, 32)

    parameter_constraints = {
        **ConvArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
        **Denoising.parameter_constraints,
    }
