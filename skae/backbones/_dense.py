"""Dense layers, and their mirror image as the decoder."""

from numbers import Integral, Real
from operator import index
from typing import Any, ClassVar

from skae._sklearn import Interval
from skae.backbones._activations import check_activations


class DenseBackbone:
    """Dense layers, and their mirror image as the decoder.

    Reads `encoding_dim`, `hidden_layer_sizes`, `activation`, `code_activation`,
    `dropout` and `tied_weights`. The layers are called ``encoder_0``, ..., ``code``,
    ``decoder_0``, ..., ``output``.
    """

    _jit_worthwhile: ClassVar[bool] = True

    _parameter_constraints: ClassVar[dict] = {
        "encoding_dim": [Interval(Integral, 1, None, closed="left")],
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "activation": [str, callable],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "tied_weights": ["boolean"],
    }

    def _check_params(self, sample_shape):
        super()._check_params(sample_shape)
        try:
            positive = all(size > 0 for size in self._sizes)
        except TypeError:
            positive = False
        if not positive:
            raise ValueError(
                "hidden_layer_sizes must be a sequence of positive integers, such as "
                "(128, 64), one integer, or () for none; got "
                f"{self.hidden_layer_sizes!r}."
            )
        check_activations(
            activation=self.activation, code_activation=self.code_activation
        )

    @property
    def _sizes(self) -> list[int]:
        sizes = self.hidden_layer_sizes
        sizes = [sizes] if isinstance(sizes, Integral) else sizes
        # Keras takes no NumPy integers, which a search over np.arange() brings.
        return [index(size) for size in sizes]

    def _encode(self, x):
        return self._bottleneck(self._encode_trunk(x))

    def _encode_trunk(self, x):
        from skae.networks import dense_stack

        return dense_stack(
            x,
            self._sizes,
            activation=self.activation,
            dropout=self.dropout,
            prefix="encoder",
        )

    def _bottleneck(self, h):
        from keras.layers import Dense

        units = int(self.encoding_dim)
        return Dense(units, activation=self.code_activation, name="code")(h)

    def _decode(self, code, encoder):
        from keras.layers import Dense

        from skae.layers import TiedDense
        from skae.networks import dense_stack, tied_stack

        options = {"activation": self.activation, "dropout": self.dropout}
        options["prefix"] = "decoder"
        if not self.tied_weights:
            h = dense_stack(code, self._sizes[::-1], **options)
            return Dense(encoder.input_shape[-1], name="output")(h)
        names = [f"encoder_{i}" for i in range(len(self._sizes))]
        first, *others = [encoder.get_layer(name) for name in [*names, "code"]]
        h = tied_stack(code, others[::-1], **options)
        return TiedDense(first, name="output")(h)

    @classmethod
    def _test_params(cls) -> dict[str, Any]:
        return {**super()._test_params(), "hidden_layer_sizes": (4,), "batch_size": 16}
