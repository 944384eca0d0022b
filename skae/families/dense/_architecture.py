"""Dense encoders, and mirrored decoders."""

import math
from numbers import Integral, Real

from skae import layers
from skae._keras import keras
from skae._sklearn import Interval, StrOptions
from skae.engine import (
    MANY_ROWS,
    Architecture,
    as_sizes,
    auto_hidden_sizes,
    check_activations,
    check_sizes,
    is_auto,
)


class DenseArchitecture(Architecture):
    """Dense encoder, and a mirrored decoder.

    Uses the parameters `encoding_dim`, `hidden_layer_sizes`, `activation`,
    `code_activation`, `dropout` and `tied_weights`. The layers are called
    ``encoder_0``, ..., ``code``, ``decoder_0``, ..., ``output``.
    """

    parameter_constraints = {
        "encoding_dim": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "hidden_layer_sizes": [
            StrOptions({"auto"}),
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "activation": [str, callable],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "tied_weights": ["boolean"],
    }

    code_activation = "linear"
    dropout = 0.0
    tied_weights = False

    @classmethod
    def resolve_auto(cls, values, rows, data_values):
        """Resolve "auto"; layers are wider for many rows, and many values per row."""
        values = super().resolve_auto(values, rows, data_values)
        if is_auto(values.get("hidden_layer_sizes")):
            width, many_rows = cls.n_values(rows, data_values), len(rows) >= MANY_ROWS
            values["hidden_layer_sizes"] = auto_hidden_sizes(width, many_rows)
        return values

    @classmethod
    def n_values(cls, rows, data_values) -> int:
        """Number of values of a row in the input of the layers."""
        return math.prod(rows.sample_shape)

    @property
    def auto_training(self):
        """XLA: it makes dense layers faster."""
        return super().auto_training._replace(jit_compile=True)

    @property
    def sizes(self) -> list[int]:
        """Numbers of units of the hidden layers of the encoder."""
        return as_sizes(self.hidden_layer_sizes)

    def check(self):
        """Check sizes and activations."""
        super().check()
        check_sizes(
            "hidden_layer_sizes",
            self.hidden_layer_sizes,
            "such as (128, 64), one integer, or () for none",
        )
        check_activations(
            activation=self.activation, code_activation=self.code_activation
        )

    @property
    def is_linear(self) -> bool:
        """Whether there are no hidden layers."""
        return not self.sizes

    @property
    def decoder_inlets(self) -> tuple[tuple[str, str], ...]:
        """Kernels and biases of the layers whose input is the code."""
        first = "output" if self.is_linear else "decoder_0"
        # Tied kernels are rotated with those of the encoder.
        return () if self.tied_weights else ((f"{first}/kernel", f"{first}/bias"),)

    def attributes(self, code_size):
        """`hidden_layer_sizes_`."""
        own = {"hidden_layer_sizes_": tuple(self.sizes)}
        return super().attributes(code_size) | own

    def encode(self, x):
        """The hidden layers and the code."""
        return self.bottleneck(self.trunk(x), x)

    def trunk(self, x):
        """The hidden layers."""
        return dense_stack(
            x,
            self.sizes,
            activation=self.activation,
            dropout=self.dropout,
            prefix="encoder",
        )

    def bottleneck(self, h, x):
        """Code of data `x`, from the output `h` of the last hidden layer."""
        units = int(self.encoding_dim)
        return keras.layers.Dense(units, activation=self.code_activation, name="code")(
            h
        )

    def decode(self, code, encoder):
        """Hidden layers in reverse order; with tied weights, the encoder's kernels."""
        options = {"activation": self.activation, "dropout": self.dropout}
        options["prefix"] = "decoder"
        if not self.tied_weights:
            h = dense_stack(code, self.sizes[::-1], **options)
            return keras.layers.Dense(self.output_size, name="output")(h)
        names = [f"encoder_{i}" for i in range(len(self.sizes))]
        first, *others = [encoder.get_layer(name) for name in [*names, "code"]]
        h = tied_stack(code, others[::-1], **options)
        return layers.TiedDense(first, name="output")(h)


def dense_stack(x, sizes, *, activation, dropout=0.0, prefix):
    """Dense layers of `sizes` units on `x`, each followed by dropout unless it is 0.

    The layers are called ``{prefix}_0``, ``{prefix}_1`` and so on.
    """
    for i, size in enumerate(sizes):
        name = f"{prefix}_{i}"
        x = keras.layers.Dense(size, activation=activation, name=name)(x)
        x = _drop(x, dropout, name)
    return x


def tied_stack(x, sources, *, activation, dropout=0.0, prefix):
    """A layer for each of `sources`, with the transposed kernel."""
    for i, source in enumerate(sources):
        name = f"{prefix}_{i}"
        x = layers.TiedDense(source, activation=activation, name=name)(x)
        x = _drop(x, dropout, name)
    return x


def _drop(x, rate, name):
    return keras.layers.Dropout(rate, name=f"{name}_dropout")(x) if rate else x
