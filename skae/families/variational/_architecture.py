"""Variational networks: a posterior per row, and a standard normal prior."""

from numbers import Integral, Real

import numpy as np

from skae import layers
from skae._keras import keras, ops
from skae._sklearn import Interval, StrOptions
from skae.engine import Architecture
from skae.families.conv import ConvArchitecture
from skae.families.dense import DenseArchitecture, LinearPath
from skae.losses import LIKELIHOODS

# Outside this range, exp() has no benefit for training and may overflow in float32.
_LOG_VAR_RANGE = (-12.0, 8.0)
# Lower bound of the variance of the noise, as a share of the mean variance.
_MIN_NOISE = 1e-3


class Variational(Architecture):
    """Mixin for the evidence lower bound: a likelihood minus the KL divergence.

    Uses the parameters `encoding_dim`, `free_bits` and `likelihood`; its term is called
    "kl". In the list of base classes it precedes the architecture that encodes and
    decodes, whose `bottleneck` it extends.
    """

    parameter_constraints = {
        "encoding_dim": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "likelihood": [StrOptions(set(LIKELIHOODS))],
        "free_bits": [Interval(Real, 0, None, closed="left")],
    }

    free_bits = 0.0

    def reconstruction_loss(self):
        """Negative log-likelihood, in nats."""
        return LIKELIHOODS[self.likelihood]()

    def bottleneck(self, h, x):
        """Mean and log-variance of the posterior, and a sample from it."""
        mean, log_var = self.posterior(h, x)
        log_var = ops.clip(log_var, *_LOG_VAR_RANGE)
        sample = layers.Sampling(name="sampling")([mean, log_var])
        return {"code": mean, "log_var": log_var, "sample": sample}

    def posterior(self, h, x):
        """Mean and log-variance, from the output `h` of the last hidden layer."""
        units = int(self.encoding_dim)
        return super().bottleneck(h, x), keras.layers.Dense(units, name="log_var")(h)

    def baseline(self, rows, summary, weight, rng):
        """Baseline with probabilistic PCA instead of PCA, if there is a linear path.

        With codes of unit variance along axes of variance v, and noise of variance s in
        each direction, the posterior has the variance s / v, and its mean is shrunk by
        the factor sqrt(1 - s / v) [1]_.

        References
        ----------
        .. [1] M. E. Tipping and C. M. Bishop, "Probabilistic principal component
           analysis", JRSS B 61 (1999), :doi:`10.1111/1467-9868.00196`.
        """
        baseline = super().baseline(rows, summary, weight, rng)
        weights = dict(baseline.weights)
        if not isinstance(self, LinearPath):
            return baseline
        encoder, decoder = self.pca_layers
        if f"{decoder}/kernel" not in weights:
            return baseline
        kernel = weights[f"{decoder}/kernel"]
        gain = self.reconstruction_loss().link(summary).gain
        variances = np.sum((kernel / gain) ** 2, axis=1)
        rest = max(self.unexplained_variance(weights, summary), _MIN_NOISE)
        noise = rest * self.normal_variance(summary)
        unsure = np.clip(noise / np.maximum(variances, noise), *np.exp(_LOG_VAR_RANGE))
        shrunk = np.sqrt(1 - np.minimum(unsure, 1.0)).astype(np.float32)
        weights[f"{encoder}/kernel"] = weights[f"{encoder}/kernel"] * shrunk
        weights["code/bias"] = weights["code/bias"] * shrunk
        # The decoder undoes the shrinkage: from the means, it reconstructs like PCA.
        weights[f"{decoder}/kernel"] = kernel / np.maximum(shrunk, 0.5)[:, None]
        weights["log_var/kernel"] = np.float32(0.0)
        weights["log_var/bias"] = np.log(unsure).astype(np.float32)
        if self.likelihood == "gaussian":
            weights["likelihood/log_scale"] = np.float32(0.5 * np.log(noise))
        return baseline.with_weights(weights)

    def penalties(self, forward):
        """KL divergence of the posterior from the prior, in nats per row."""
        mean, log_var = forward.tensors["code"], forward.tensors["log_var"]
        nats = 0.5 * (ops.exp(log_var) + ops.square(mean) - 1.0 - log_var)
        per_dimension = ops.sum(forward.row_weight[:, None] * nats, axis=0)
        if self.free_bits:
            per_dimension = ops.maximum(per_dimension, float(self.free_bits))
        return {"kl": ops.sum(per_dimension)}

    def linear_code(self):
        """Only signs and order may change: prior and variances are per dimension."""
        code = super().linear_code()
        return code and code._replace(
            followers=("log_var/kernel", "log_var/bias"),
            mixes=False,
            scales=False,
            shifts=False,
        )

    def functions(self, parts):
        """Models of the posterior, and of the negative log-likelihood given a code."""
        posterior = keras.layers.Concatenate(name="posterior")(
            [parts.tensors["code"], parts.tensors["log_var"]]
        )
        nats = parts.loss.row_loss(parts.normal, {"raw": parts.raw})
        seen = {"data": parts.x, **{k: parts.fields[k] for k in self.encoder_inputs}}
        told = {"data": parts.x, **{k: parts.fields[k] for k in self.decoder_inputs}}
        told["codes"] = parts.codes
        return {
            "posterior": keras.Model(seen, posterior),
            "negative_log_likelihood": keras.Model(told, nats),
        }


class DenseVariational(Variational, LinearPath, DenseArchitecture):
    """Dense variational autoencoder."""

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
        **Variational.parameter_constraints,
    }


class ConvVariational(Variational, LinearPath, ConvArchitecture):
    """Convolutional variational autoencoder."""

    parameter_constraints = {
        **ConvArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
        **Variational.parameter_constraints,
    }
