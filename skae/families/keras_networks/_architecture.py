"""Architectures of Keras networks that the user brings."""

import functools
import math
import warnings
from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any

import numpy as np

from skae._callers import level_of_user
from skae._keras import keras, ops
from skae._sklearn import Interval, StrOptions
from skae.data import ArrayLayout
from skae.engine import Architecture, Field, auto_encoding_dim, build_graph, is_auto
from skae.families.denoising import Denoising
from skae.families.keras_networks._shapes import call_network, reshaped
from skae.families.variational import Variational
from skae.losses import LIKELIHOODS, ReconstructionLoss, make_loss

_UNBOUNDED = (-math.inf, math.inf)
# Number of codes from which the range of a decoder's outputs is found, and factor by
# which half of them are far out, where activations saturate.
_N_CODES, _FAR = 64, 1e3
# Layers that take values, levels or a mask from the data.
_OF_RAW_DATA = {
    *("CategoryEncoding", "Discretization", "Embedding", "Masking"),
    *("Normalization", "Rescaling"),
}
# Layers that XLA makes faster on a CPU, and models of them.
_DENSE = {
    *("Activation", "BatchNormalization", "Dense", "ELU", "LayerNormalization"),
    *("Flatten", "InputLayer", "LeakyReLU", "PReLU", "ReLU", "Reshape", "Softmax"),
    *("Function", "Functional", "Sequential", "Standardize", "Unstandardize"),
}


class KerasArchitecture(Architecture):
    """An encoder and a decoder of the user.

    Uses the parameters `encoding_dim`, `loss` and `standardize`, and a `Network` each
    as `encoder` and `decoder`. `output_range` has the bounds of the decoder's outputs,
    and `is_dense` says whether all layers are dense.
    """

    layout = ArrayLayout
    parameter_constraints = {
        "encoding_dim": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "standardize": [StrOptions({"auto"}), "boolean"],
    }

    standardize = True
    output_range = _UNBOUNDED
    is_dense = True

    @classmethod
    def resolve_auto(cls, values, rows, data_values):
        """Resolve "auto" by the shapes and the range of the networks' outputs."""
        shape = tuple(rows.sample_shape)
        is_open, given = is_auto(values["encoding_dim"]), values["encoding_dim"]
        if is_open:
            given = auto_encoding_dim(math.prod(shape))
        values = {**values, "encoding_dim": given}
        # The loss of raw outputs, for the range of these.
        plain = {"standardize": False, "output_range": _UNBOUNDED}
        plain |= {"loss": "squared_error", "likelihood": "gaussian"}
        fields = {"data": Field(shape), **cls.further_fields(values)}
        found = _examine(cls(fields, **{**values, **plain}))
        code_shape, values["output_range"], values["is_dense"], takes_raw = found
        code_size = math.prod(code_shape)
        if is_open:
            values["encoding_dim"] = code_size
        elif code_size != given:
            raise ValueError(
                f"The encoder returns codes of shape {code_shape} for a row, which are "
                f"{code_size} values, but encoding_dim={given}. Leave encoding_dim at "
                "'auto', or build the encoder by it: it is passed to a function with "
                "a parameter of that name."
            )
        if is_auto(values["standardize"]):
            keeps = values["encoder"].keeps_weights or values["decoder"].keeps_weights
            is_bounded = values["output_range"] != _UNBOUNDED
            values["standardize"] = not (keeps or is_bounded or takes_raw)
        return values

    @classmethod
    def further_fields(cls, values: Mapping[str, Any]) -> dict[str, Field]:
        """Fields other than the data, which encoder and decoder take."""
        return {}

    @property
    def auto_training(self):
        """XLA where it is known to pay: networks of dense layers."""
        return super().auto_training._replace(jit_compile=self.is_dense)

    def check(self):
        """Check that standardized data are not compared with bounded outputs."""
        super().check()
        if self.standardize and self.output_range != _UNBOUNDED:
            raise ValueError(
                f"standardize=True, but the decoder's outputs are {self._bounds}: its "
                "last activation bounds them. End the decoder without an activation, "
                "or leave standardize at 'auto'."
            )
        is_logit_or_share = self.output_range in (_UNBOUNDED, (0, 1))
        if self.reconstruction_loss().unit_interval and not is_logit_or_share:
            raise ValueError(
                f"A cross-entropy needs outputs in [0, 1], or logits of any size, but "
                f"the decoder's outputs are {self._bounds}. End it with "
                "activation='sigmoid', or without an activation."
            )

    def reconstruction_loss(self):
        """The loss, of data as they are where they are not standardized."""
        return self.of_outputs(functools.partial(make_loss, self.loss))

    def of_outputs(self, make: Callable[..., ReconstructionLoss]) -> ReconstructionLoss:
        """The loss for the outputs of this network."""
        loss = make(padded=self.padded)
        as_given = loss.standardizes and not self.standardize
        as_given |= loss.unit_interval and self.output_range == (0, 1)
        return make(padded=self.padded, as_given=True) if as_given else loss

    def encode(self, x):
        """The user's encoder, and the code."""
        return self.encoded(x)

    def encoded(self, x, condition=None):
        """The user's encoder, which may be told a condition, and the code."""
        given = self.given(condition)
        h = call_network(self.encoder, "encoder", x, given, condition)
        return self.bottleneck(h, x)

    def bottleneck(self, h, x):
        """Outputs of the encoder, flattened."""
        if isinstance(h, list | tuple | dict):
            raise ValueError(
                f"The encoder returns {len(h)} outputs, where one is needed: the code. "
                "KerasVariationalAutoencoder takes encoders that return mean and "
                "log-variance."
            )
        return flat(h, "flat_code")

    def decode(self, code, encoder):
        """The user's decoder; its outputs have the shape of a row."""
        return self.decoded(code, encoder)

    def decoded(self, code, encoder, condition=None):
        """The user's decoder, which may be told a condition."""
        given = self.given(condition) | {"encoding_dim": code.shape[-1]}
        given["code_shape"] = _code_shape(encoder)
        raw = call_network(self.decoder, "decoder", code, given, condition)
        return reshaped(
            raw,
            self.sample_shape,
            "decoder_output",
            "The rows of the data have the shape {}, but the decoder returns {}",
        )

    def given(self, condition) -> dict[str, Any]:
        """Arguments for functions that build networks."""
        own = {"input_shape": self.sample_shape, "encoding_dim": self.encoding_dim}
        shape = {} if condition is None else {"condition_shape": condition.shape[1:]}
        return own | shape

    def redraws(self, name):
        """Not the weights of a network that keeps its own."""
        role = name.partition("/")[0]
        is_ours = role in ("encoder", "decoder")
        return not (is_ours and getattr(self, role).keeps_weights)

    def baseline(self, rows, summary, weight, rng):
        """Scaling alone; warns if outputs cannot reach the data."""
        low, high = self.output_range
        if not self.standardize and (summary.minimum < low or summary.maximum > high):
            warnings.warn(
                f"The decoder's outputs are {self._bounds}, but the data go from "
                f"{summary.minimum:g} to {summary.maximum:g}, which it cannot reach. "
                "Scale the data first, with sklearn.preprocessing.MinMaxScaler for "
                "example, or end the decoder without an activation.",
                stacklevel=level_of_user(),
            )
        return super().baseline(rows, summary, weight, rng)

    @property
    def _bounds(self) -> str:
        low, high = self.output_range
        return f"{low:g} or more" if high == math.inf else f"in [{low:g}, {high:g}]"

    def attributes(self, code_size):
        """`standardized_`."""
        own = {"standardized_": self.standardize}
        return super().attributes(code_size) | own


class KerasDenoising(Denoising, KerasArchitecture):
    """Denoising network of the user."""

    parameter_constraints = {
        **KerasArchitecture.parameter_constraints,
        **Denoising.parameter_constraints,
    }


class KerasVariational(Variational, KerasArchitecture):
    """Variational network of the user."""

    parameter_constraints = {
        **KerasArchitecture.parameter_constraints,
        **Variational.parameter_constraints,
    }

    def reconstruction_loss(self):
        """Negative log-likelihood, of data as they are if not standardized."""
        return self.of_outputs(LIKELIHOODS[self.likelihood])

    def given(self, condition):
        """Arguments for functions that build networks."""
        return super().given(condition) | {"variational": True}

    def baseline(self, rows, summary, weight, rng):
        """Scaling, and a noise of the size of the data if they are as given."""
        baseline = super().baseline(rows, summary, weight, rng)
        if self.likelihood != "gaussian" or self.standardize:
            return baseline
        scale = np.float32(np.log(summary.scale))
        return baseline.with_weights({"likelihood/log_scale": scale})

    def posterior(self, h, x):
        """Mean and log-variance: two outputs of the encoder, or layers on one."""
        if isinstance(h, dict):
            h = _mean_and_log_var(h)
        if isinstance(h, list | tuple) and len(h) == 1:
            (h,) = h
        if isinstance(h, list | tuple):
            mean, log_var, *_ = h
            if mean.shape != log_var.shape:
                raise ValueError(
                    "The encoder returns a mean of shape "
                    f"{tuple(mean.shape[1:])}, and a log-variance of shape "
                    f"{tuple(log_var.shape[1:])}: they must be alike."
                )
            return flat(mean, "flat_code"), flat(log_var, "flat_log_var")
        h, units = flat(h, "features"), int(self.encoding_dim)
        dense = keras.layers.Dense
        return dense(units, name="code")(h), dense(units, name="log_var")(h)


def _mean_and_log_var(outputs: Mapping[str, Any]) -> list:
    """The two outputs of an encoder that are needed, by their names."""
    found = []
    for wanted in (("mean", "z_mean", "code"), ("log_var", "z_log_var")):
        named = [outputs[name] for name in wanted if name in outputs]
        if len(named) != 1:
            raise ValueError(
                f"The encoder returns outputs with the names {sorted(outputs)}, of "
                f"which one must be {' or '.join(map(repr, wanted))}."
            )
        found += named
    return found


class KerasConditional(KerasVariational):
    """Variational network of the user, whose second input is a condition.

    Uses the number of values of a condition as `condition_size`.
    """

    starts_at_pca = False

    @classmethod
    def further_fields(cls, values):
        """The condition."""
        return {"condition": Field((values["condition_size"],))}

    def encode(self, x, condition):
        """The user's encoder, of rows and their conditions, and the code."""
        return self.encoded(x, condition)

    def decode(self, code, encoder, condition):
        """The user's decoder, of codes and conditions."""
        return self.decoded(code, encoder, condition)


def flat(x, name: str):
    """A vector per row."""
    x = ops.cast(x, "float32") if x.dtype != "float32" else x
    return x if len(x.shape) == 2 else keras.layers.Flatten(name=name)(x)


def _code_shape(encoder) -> tuple[int, ...]:
    """Shape of a code before it is flattened."""
    for layer in encoder.layers:
        if layer.name == "flat_code":
            return layer.input.shape[1:]
    return encoder.output_shape[1:]


@functools.lru_cache(maxsize=16)
def _examine(architecture: KerasArchitecture):
    """Shape of a code, and range of the decoder's outputs.

    Also whether all layers are dense, and whether some take data as they are.
    """
    graph = build_graph(architecture)
    codes = np.random.default_rng(0).normal(size=(_N_CODES, graph.code_size))
    codes[::2] *= _FAR
    inputs = {"codes": codes.astype(np.float32)}
    for name in architecture.decoder_inputs:
        shape_of_field = architecture.fields[name].shape
        inputs[name] = np.zeros((_N_CODES, *shape_of_field), dtype=np.float32)
    inputs = inputs if len(inputs) > 1 else inputs["codes"]
    outputs = np.asarray(graph.decoder(inputs, training=False))
    parts = {type(layer).__name__ for layer in graph.forward._flatten_layers()}
    return (
        *(_code_shape(graph.encoder), _range_of(outputs, graph.decoder)),
        *(parts <= _DENSE, not parts.isdisjoint(_OF_RAW_DATA)),
    )


def _range_of(outputs: np.ndarray, decoder) -> tuple[float, float]:
    """The range of an activation, from outputs for codes of which some are far out."""
    low, high = float(np.min(outputs)), float(np.max(outputs))
    if not low < high:  # constant, or not a number
        layers = decoder.get_layer("decoder")._flatten_layers()
        last = [getattr(layer, "activation", None) for layer in layers][-1]
        is_sigmoid = last in (keras.activations.sigmoid, keras.activations.softmax)
        return (0.0, 1.0) if is_sigmoid else _UNBOUNDED
    if low >= 0:
        return (0.0, 1.0) if high <= 1 else (0.0, math.inf)
    is_saturated = low >= -1 and high <= 1 and max(-low, high) > 0.9
    return (-1.0, 1.0) if is_saturated else _UNBOUNDED
