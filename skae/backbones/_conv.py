"""Convolutions and poolings, and their mirror image as the decoder."""

import math
from numbers import Integral
from operator import index
from typing import Any, ClassVar

from skae._sklearn import Interval, StrOptions
from skae.backbones._activations import check_activations
from skae.data._images import checked_images


class ConvBackbone:
    """Halve the image with each entry of `filters`, and double it on the way back.

    Reads `encoding_dim`, `image_shape`, `filters`, `kernel_size`, `pooling`,
    `upsampling`, `activation` and `code_activation`. The layers are called
    ``encoder_0``, ..., ``code``, ``decoder_0``, ..., ``output``.
    """

    _parameter_constraints: ClassVar[dict] = {
        "encoding_dim": [Interval(Integral, 1, None, closed="left"), None],
        "image_shape": ["array-like", None],
        "filters": ["array-like", Interval(Integral, 1, None, closed="left")],
        "kernel_size": [Interval(Integral, 1, None, closed="left")],
        "pooling": [StrOptions({"max", "average", "stride"})],
        "upsampling": [StrOptions({"nearest", "transposed"})],
        "activation": [str, callable],
    }

    @property
    def _filters(self) -> list[int]:
        filters = self.filters
        filters = [filters] if isinstance(filters, Integral) else filters
        # Keras takes no NumPy integers, which a search over np.arange() brings.
        return [index(n) for n in filters]

    def _check_rows(self, X, *, reset):
        rows, layout, shape = checked_images(
            self, X, super()._check_rows, self.image_shape, reset=reset
        )
        if reset:
            self.image_shape_, self._layout = shape, layout
        return rows

    def _restore(self, outputs, rows=None):
        layout = self._layout if rows is None else rows.X.shape[1:]
        return outputs.reshape(len(outputs), *layout)

    def _map_shape(self, image_shape) -> tuple[int, ...]:
        """Shape of the last feature map."""
        return (*self._sizes_of(image_shape)[-1], self._filters[-1])

    def _sizes_of(self, image_shape) -> list[tuple[int, int]]:
        from skae.networks import halved

        sizes = [tuple(image_shape[:2])]
        for _ in self._filters:
            sizes.append(halved(sizes[-1]))
        return sizes

    def _check_params(self, sample_shape):
        super()._check_params(sample_shape)
        try:
            good = len(self._filters) > 0 and all(n > 0 for n in self._filters)
        except TypeError:
            good = False
        if not good:
            raise ValueError(
                "filters must be a sequence of positive integers, one per halving of "
                f"the image, such as (16, 8, 8); got {self.filters!r}."
            )
        check_activations(
            activation=self.activation, code_activation=self.code_activation
        )
        shape = self._map_shape(sample_shape)
        if self.encoding_dim is not None and self.encoding_dim > math.prod(shape):
            raise ValueError(
                f"encoding_dim={self.encoding_dim} is larger than the last feature map "
                f"of {' x '.join(map(str, shape))} = {math.prod(shape)} values, for "
                f"images of {' x '.join(map(str, sample_shape))}. Use fewer or wider "
                f"filters than {self.filters!r}, an encoding_dim of at most "
                f"{math.prod(shape)}, or None for the feature map itself."
            )

    def _encode(self, x):
        return self._bottleneck(self._encode_trunk(x))

    def _encode_trunk(self, x):
        from keras import layers

        from skae.networks import conv_stack

        h = conv_stack(
            x,
            self._filters,
            kernel_size=int(self.kernel_size),
            pooling=self.pooling,
            activation=self.activation,
            prefix="encoder",
        )
        return layers.Flatten(name="flatten")(h)

    def _bottleneck(self, h):
        from keras import layers

        if self.encoding_dim is None:
            if self.code_activation not in (None, "linear"):
                return layers.Activation(self.code_activation, name="code")(h)
            return h
        units = int(self.encoding_dim)
        return layers.Dense(units, activation=self.code_activation, name="code")(h)

    def _decode(self, code, encoder):
        from keras import layers

        from skae import networks

        *image, channels = encoder.input_shape[1:]
        shape = self._map_shape(image)
        h = code
        if self.encoding_dim is not None:
            h = layers.Dense(
                math.prod(shape), activation=self.activation, name="decoder_dense"
            )(h)
        h = layers.Reshape(shape, name="decoder_map")(h)
        size, filters = int(self.kernel_size), self._filters[::-1]
        names = [f"decoder_{i}" for i in range(len(filters))]
        transposed = self.upsampling == "transposed"
        if not transposed:
            h = layers.Conv2D(
                filters[0],
                size,
                padding="same",
                activation=self.activation,
                name=names.pop(0),
            )(h)
        return networks.doubling_stack(
            h,
            [*filters[1:], channels],
            self._sizes_of(image)[-2::-1],  # from small to large
            kernel_size=size,
            transposed=transposed,
            activation=self.activation,
            names=[*names[: len(filters) - 1], "output"],
        )

    def _finish(self, rows):
        super()._finish(rows)
        shape = (self._model.code_size,)
        if self.encoding_dim is None:
            shape = self._map_shape(rows.sample_shape)
        self.code_shape_ = shape

    @classmethod
    def _test_params(cls) -> dict[str, Any]:
        return {
            **super()._test_params(),
            "filters": (8,),
            "image_shape": (1, -1),
            "batch_size": 16,
        }
