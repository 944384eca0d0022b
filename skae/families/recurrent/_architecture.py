"""Sequence encoders and decoders: recurrent layers, or convolutions."""

import math
from numbers import Integral

import numpy as np

from skae import layers
from skae._keras import keras
from skae._sklearn import Interval, StrOptions
from skae.data import SequenceLayout, pooled
from skae.engine import Architecture, as_sizes, check_activations, check_sizes
from skae.families.dense import LinearPath, dense_stack
from skae.families.recurrent._stacks import (
    piece_lengths,
    piece_stack,
    recurrent_stack,
    split_stack,
)
from skae.losses import make_loss

# Values per time step to which the code is expanded for recurrent decoders.
_CODE_CHANNELS = 8


class RecurrentArchitecture(Architecture):
    """Recurrent or convolutional encoder and decoder for sequences.

    Uses the parameters `encoding_dim`, `hidden_layer_sizes`, `cell`, `activation` and
    `init`. With `cell` "lstm" or "gru" and `init` "random", the code is the last state
    of the last layer, and the input of the decoder at each time step. Otherwise a dense
    layer gives the code, and another one the input of the decoder. The layers are
    called ``encoder_0``, ..., ``code``, ``decoder_0``, ..., ``output``. With "conv",
    these are convolutions over pieces of the sequence; parallel to them are dense
    layers for the whole sequence, whose names begin with ``dense``.
    """

    layout = SequenceLayout
    parameter_constraints = {
        "encoding_dim": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "cell": [StrOptions({"conv", "lstm", "gru"})],
        "activation": [str, callable],
    }

    # For saved models without these parameters.
    activation = "gelu"
    init = "random"

    # Filters of the convolutions, and time steps that are joined into one before each.
    _filters, _pieces, _kernel_size = (64, 64), (4, 2), 3

    @property
    def sizes(self) -> list[int]:
        """Numbers of units of the hidden layers of the encoder."""
        return as_sizes(self.hidden_layer_sizes)

    @property
    def ends_in_state(self) -> bool:
        """Whether the code is the last state of a recurrent layer."""
        return self.cell != "conv" and self.init == "random"

    @property
    def decoder_inlets(self) -> tuple[tuple[str, str], ...]:
        """Kernels and biases of the layers whose input is the code."""
        names = ["decoder_dense"]
        if self.cell == "conv" and self.sizes:
            names.append("dense_decoder_0")
        return tuple((f"{name}/kernel", f"{name}/bias") for name in names)

    def check(self):
        """Check sizes and activations."""
        super().check()
        check_sizes(
            "hidden_layer_sizes",
            self.hidden_layer_sizes,
            "such as (128, 64), one integer, or ()",
        )
        check_activations(activation=self.activation)

    def reconstruction_loss(self):
        """Loss of data that are scaled with one mean per feature."""
        # The means of the last time steps would be those of few sequences.
        return make_loss(self.loss, padded=self.padded, moments=pooled)

    def attributes(self, code_size):
        """`hidden_layer_sizes_`."""
        own = {"hidden_layer_sizes_": tuple(self.sizes)}
        return super().attributes(code_size) | own

    def padded_with_means(self, x):
        """Normal data, with padding replaced by the means of the sequence."""
        return layers.FillPadding()(x) if self.padded else x

    def encode(self, x):
        """The hidden layers and the code."""
        return self.bottleneck(self.trunk(x), x)

    def trunk(self, x):
        """Output of the hidden layers: one vector, or a state for each time step."""
        if self.cell == "conv":
            return self._conv_trunk(x)
        if self.padded:
            x = layers.MaskPadding(name="padding")(x)
        sizes = self.sizes
        if not self.ends_in_state:
            sizes = sizes or [int(self.encoding_dim)]
        return recurrent_stack(
            x,
            sizes,
            cell=self.cell,
            prefix="encoder",
            return_sequences=self.ends_in_state,
        )

    def _conv_trunk(self, x):
        filled, present = self.padded_with_means(x), None
        h = filled
        if self.padded:
            present = layers.Present(name="present")(x)
            h = keras.layers.Multiply(name="masked")([filled, present])
        h = piece_stack(
            h,
            present,
            self._filters,
            self._pieces,
            kernel_size=self._kernel_size,
            activation=self.activation,
            prefix="encoder",
        )
        h = keras.layers.Flatten("channels_last", name="flatten")(h)
        if not self.sizes:
            return h
        whole = keras.layers.Flatten("channels_last", name="flatten_whole")(filled)
        whole = dense_stack(
            whole,
            self.sizes,
            activation=self.activation,
            dropout=0.0,
            prefix="dense_encoder",
        )
        return keras.layers.Concatenate(name="joined")([h, whole])

    def bottleneck(self, h, x):
        """Code: the last state of a recurrent layer, or the output of a dense layer."""
        units = int(self.encoding_dim)
        if not self.ends_in_state:
            return keras.layers.Dense(units, name="code")(h)
        return recurrent_stack(
            h,
            [units],
            cell=self.cell,
            prefix="code",
            names=["code"],
            return_sequences=False,
        )

    def decode(self, code, encoder):
        """Decode a code to all time steps."""
        if self.cell == "conv":
            return self._conv_decode(code)
        n_timesteps, n_features = self.sample_shape
        sizes = self.sizes[::-1] or [int(self.encoding_dim)]
        if self.ends_in_state:
            h = keras.layers.RepeatVector(n_timesteps, name="repeat")(code)
        else:
            shape = (n_timesteps, _CODE_CHANNELS)
            h = keras.layers.Dense(math.prod(shape), name="decoder_dense")(code)
            h = keras.layers.Reshape(shape, name="decoder_steps")(h)
        h = recurrent_stack(h, sizes, cell=self.cell, prefix="decoder")
        return keras.layers.Dense(n_features, name="output")(h)

    def _conv_decode(self, code):
        n_timesteps, n_features = self.sample_shape
        lengths = piece_lengths(n_timesteps, self._pieces)[::-1]
        filters = self._filters[::-1]
        shape = (lengths[0], filters[0])
        h = keras.layers.Dense(
            math.prod(shape), activation=self.activation, name="decoder_dense"
        )(code)
        h = keras.layers.Reshape(shape, name="decoder_pieces")(h)
        names = [f"decoder_{i}" for i in range(len(filters) - 1)]
        h = split_stack(
            h,
            [*filters[1:], n_features],
            self._pieces[::-1],
            lengths[1:],
            kernel_size=self._kernel_size,
            activation=self.activation,
            names=[*names, "output"],
        )
        if not self.sizes:
            return h
        whole = dense_stack(
            code,
            self.sizes[::-1],
            activation=self.activation,
            dropout=0.0,
            prefix="dense_decoder",
        )
        whole = keras.layers.Dense(math.prod(self.sample_shape), name="dense_output")(
            whole
        )
        whole = keras.layers.Reshape(self.sample_shape, name="dense_steps")(whole)
        return keras.layers.Add(name="joined_output")([h, whole])


class LinearPathRecurrent(LinearPath, RecurrentArchitecture):
    """Recurrent layers or convolutions with a parallel linear path if `init="pca"`."""

    parameter_constraints = {
        **RecurrentArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
    }

    def vector(self, x):
        """Normal data as one vector per row, with padding replaced by means."""
        return super().vector(self.padded_with_means(x))

    def linear_code(self):
        """Rotation, unless the code is the state of a recurrent layer (not linear)."""
        return None if self.ends_in_state else super().linear_code()

    def baseline(self, rows, summary, weight, rng):
        """PCA on the linear path, with the outputs of the networks set to 0."""
        baseline = super().baseline(rows, summary, weight, rng)
        if self.has_linear_path and self.cell == "conv" and self.sizes:
            return baseline.with_weights({"dense_output/kernel": np.float32(0)})
        return baseline
