"""Convolutional encoders with pooling, and mirrored decoders."""

import math
from numbers import Integral
from typing import ClassVar

from skae._keras import keras
from skae._sklearn import Interval, StrOptions
from skae.data import ImageLayout
from skae.engine import (
    Architecture,
    Field,
    as_sizes,
    check_activations,
    check_sizes,
    is_auto,
)
from skae.families.conv._stacks import conv_stack, doubling_stack, halved
from skae.families.dense import LinearPath

# Images are halved, at least twice, until their longest side has at most _SMALL pixels.
# The last of _FILTERS are used.
_SMALL = 8
_FILTERS = (16, 16, 16, 32, 64)


class ConvArchitecture(Architecture):
    """Convolutions that halve the image in the encoder and double it in the decoder.

    Uses the parameters `encoding_dim`, `filters`, `kernel_size`, `pooling`,
    `upsampling`, `activation` and `code_activation`. The layers are called
    ``encoder_0``, ..., ``code``, ``decoder_0``, ..., ``output``.
    """

    layout = ImageLayout
    parameter_constraints = {
        "encoding_dim": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
            None,
        ],
        "filters": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
        ],
        "kernel_size": [Interval(Integral, 1, None, closed="left")],
        "pooling": [StrOptions({"max", "average", "stride"})],
        "upsampling": [StrOptions({"nearest", "transposed"})],
        "activation": [str, callable],
    }

    code_activation = "linear"
    # Initialized at PCA, convolutions explain .78 of the variance of MNIST, else .82.
    rows_to_leave_pca = 0
    # Filters for "auto" if the feature map is the code.
    map_filters: ClassVar[tuple[int, ...]] = (16, 8, 8)

    @classmethod
    def resolve_auto(cls, values, rows, data_values):
        """Resolve "auto"; a feature map has at most half as many values as an image.

        As a code it preserves positions, unlike a small dense code. If filters are
        given, they determine its size.
        """
        is_open = is_auto(values.get("encoding_dim"))
        if is_open and cls.may_be_map():
            values, is_open = values | {"encoding_dim": None}, False
            if is_auto(values["filters"]):
                *first, last = cls.map_filters
                *shape, _ = cls.map_shape_of(values, rows.sample_shape)
                room = math.prod(rows.sample_shape) // (2 * math.prod(shape))
                values["filters"] = (*first, min(last, max(1, room)))
        values = super().resolve_auto(values, rows, data_values)
        if is_open:  # a dense code, no larger than the last feature map
            shape = cls.map_shape_of(values, rows.sample_shape)
            values["encoding_dim"] = min(values["encoding_dim"], math.prod(shape))
        return values

    @classmethod
    def may_be_map(cls) -> bool:
        """Whether a feature map may be the code."""
        return None in cls.parameter_constraints["encoding_dim"]

    @classmethod
    def map_shape_of(cls, values, sample_shape) -> tuple[int, ...]:
        """Shape of the last feature map for images of a shape."""
        _check_filters(values["filters"])
        return cls({"data": Field(tuple(sample_shape))}, **values).map_shape

    @property
    def map_shape(self) -> tuple[int, ...]:
        """Shape of the last feature map."""
        return (*self._image_sizes[-1], self.n_filters[-1])

    @property
    def n_filters(self) -> list[int]:
        """Filters before each halving; "auto" is resolved by the size of the image."""
        if not is_auto(self.filters):
            return as_sizes(self.filters)
        if self.encoding_dim is None:
            return [*self.map_filters]
        # Few filters at full size, where they are most expensive. A small last map,
        # because the dense layers next to it have most of the weights.
        longest = max(*self.sample_shape[:2], 1)
        n = min(max(2, math.ceil(math.log2(longest / _SMALL))), len(_FILTERS))
        return [*_FILTERS[-n:]]

    @property
    def _image_sizes(self) -> list[tuple[int, int]]:
        sizes = [tuple(self.sample_shape[:2])]
        for _ in self.n_filters:
            sizes.append(halved(sizes[-1]))
        return sizes

    def check(self):
        """Check filters, activations and the size of the code."""
        super().check()
        _check_filters(self.filters)
        check_activations(
            activation=self.activation, code_activation=self.code_activation
        )
        shape = self.map_shape
        if self.encoding_dim is not None and self.encoding_dim > math.prod(shape):
            raise ValueError(
                f"encoding_dim={self.encoding_dim} is larger than the last feature map "
                f"of {' x '.join(map(str, shape))} = {math.prod(shape)} values, for "
                f"images of {' x '.join(map(str, self.sample_shape))}. Use fewer or "
                f"wider filters than {tuple(self.n_filters)}, an encoding_dim of at "
                f"most {math.prod(shape)}, or None for the feature map itself."
            )

    @property
    def decoder_inlets(self) -> tuple[tuple[str, str], ...]:
        """Kernels and biases of the layers whose input is the code."""
        return (("decoder_dense/kernel", "decoder_dense/bias"),)

    def encode(self, x):
        """Convolutions with pooling, and the code."""
        return self.bottleneck(self.trunk(x), x)

    def trunk(self, x):
        """The last feature map, flattened."""
        h = conv_stack(
            x,
            self.n_filters,
            kernel_size=int(self.kernel_size),
            pooling=self.pooling,
            activation=self.activation,
            prefix="encoder",
        )
        return keras.layers.Flatten("channels_last", name="flatten")(h)

    def bottleneck(self, h, x):
        """Code: the output of a dense layer, or the feature map itself."""
        if self.encoding_dim is None:
            if self.code_activation not in (None, "linear"):
                return keras.layers.Activation(self.code_activation, name="code")(h)
            return h
        units = int(self.encoding_dim)
        return keras.layers.Dense(units, activation=self.code_activation, name="code")(
            h
        )

    def decode(self, code, encoder):
        """Upsample the feature map to the size of the image."""
        channels, shape = self.sample_shape[-1], self.map_shape
        h = code
        if self.encoding_dim is not None:
            h = keras.layers.Dense(
                math.prod(shape), activation=self.activation, name="decoder_dense"
            )(h)
        h = keras.layers.Reshape(shape, name="decoder_map")(h)
        size, filters = int(self.kernel_size), self.n_filters[::-1]
        names = [f"decoder_{i}" for i in range(len(filters))]
        transposed = self.upsampling == "transposed"
        if not transposed:
            h = keras.layers.Conv2D(
                filters[0],
                size,
                padding="same",
                data_format="channels_last",
                activation=self.activation,
                name=names.pop(0),
            )(h)
        return doubling_stack(
            h,
            [*filters[1:], channels],
            self._image_sizes[-2::-1],  # from small to large
            kernel_size=size,
            transposed=transposed,
            activation=self.activation,
            names=[*names[: len(filters) - 1], "output"],
        )

    def attributes(self, code_size):
        """`code_shape_`: shape of the code, which may be the last feature map."""
        is_dense = self.encoding_dim is not None
        own = {"code_shape_": (code_size,) if is_dense else self.map_shape}
        return super().attributes(code_size) | own


def _check_filters(filters) -> None:
    advice = "one per halving of the image, such as (16, 8, 8), or 'auto'"
    if not is_auto(filters):
        check_sizes("filters", filters, advice, least=1)


class LinearPathConv(LinearPath, ConvArchitecture):
    """Convolutions with a parallel linear path if `init` is "pca"."""

    parameter_constraints = {
        **ConvArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
    }
