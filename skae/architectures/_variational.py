"""A distribution of codes per row, held near a standard normal one."""

from numbers import Integral, Real

from skae._sklearn import Interval, StrOptions
from skae.architectures._architecture import Architecture
from skae.architectures._conv import ConvArchitecture
from skae.architectures._dense import DenseArchitecture
from skae.losses import LIKELIHOODS

# Beyond these, exp() is worth nothing for training and dangerous in float32.
_LOG_VAR_RANGE = (-12.0, 8.0)


class Variational(Architecture):
    """Evidence lower bound: likelihood of the decoded sample minus a divergence.

    Reads `encoding_dim`, `free_bits` and `likelihood`; its term is called "kl". Stands
    left of the architecture that encodes and decodes, whose `bottleneck` it replaces.
    """

    has_normal_prior = True
    parameter_constraints = {
        "encoding_dim": [Interval(Integral, 1, None, closed="left")],
        "likelihood": [StrOptions(set(LIKELIHOODS))],
        "free_bits": [Interval(Real, 0, None, closed="left")],
    }

    free_bits = 0.0

    def reconstruction_loss(self):
        """Minus the log-likelihood, in nats."""
        return LIKELIHOODS[self.likelihood]()

    def bottleneck(self, h):
        """Mean and log-variance of the posterior, and a sample of it."""
        from keras import layers, ops

        from skae.layers import Sampling

        units = int(self.encoding_dim)
        # The posterior mean is the code: it is not squeezed.
        mean = layers.Dense(units, name="code")(h)
        log_var = ops.clip(layers.Dense(units, name="log_var")(h), *_LOG_VAR_RANGE)
        sample = Sampling(name="sampling")([mean, log_var])
        return {"code": mean, "log_var": log_var, "sample": sample}

    def penalties(self, forward):
        """Divergence from the prior, in nats per row."""
        from keras import ops

        mean, log_var = forward.tensors["code"], forward.tensors["log_var"]
        nats = 0.5 * (ops.exp(log_var) + ops.square(mean) - 1.0 - log_var)
        per_dimension = ops.sum(forward.row_weight[:, None] * nats, axis=0)
        if self.free_bits:
            per_dimension = ops.maximum(per_dimension, float(self.free_bits))
        return {"kl": ops.sum(per_dimension)}

    def functions(self, parts):
        """The posterior, and what a code says of data."""
        import keras

        posterior = keras.layers.Concatenate(name="posterior")(
            [parts.tensors["code"], parts.tensors["log_var"]]
        )
        nats = parts.loss.row_loss(parts.normal, parts.raw)
        seen = {"data": parts.x, **{k: parts.fields[k] for k in self.encoder_inputs}}
        told = {"data": parts.x, **{k: parts.fields[k] for k in self.decoder_inputs}}
        told["codes"] = parts.codes
        return {
            "posterior": keras.Model(seen, posterior),
            "negative_log_likelihood": keras.Model(told, nats),
        }


class DenseVariational(Variational, DenseArchitecture):
    """Dense layers, to a distribution of codes and back."""

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **Variational.parameter_constraints,
    }


class ConvVariational(Variational, ConvArchitecture):
    """Convolutions, to a distribution of codes and back."""

    parameter_constraints = {
        **ConvArchitecture.parameter_constraints,
        **Variational.parameter_constraints,
    }
