"""A dense network with a straight path beside it, which begins as PCA."""

import numpy as np

from skae._sklearn import StrOptions
from skae.architectures._dense import DenseArchitecture
from skae.data._pca import principal_components

# Codes of lesser spread, relative to the data's, are not scaled up to unit variance.
_LEAST_SPREAD = 1e-2


class LinearPathArchitecture(DenseArchitecture):
    """Dense layers beside one linear layer, on both ways, if `init` is "pca".

    Reads `init` as well. The linear layers are called ``linear_encoder`` and
    ``linear_decoder``. Its terms "l1" and "l2" are the mean absolute value of the codes
    and the squares of all kernels.
    """

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        "init": [StrOptions({"pca", "random"})],
    }

    @property
    def has_linear_path(self) -> bool:
        """Whether there is a path of its own for PCA."""
        # Without hidden layers the network itself is linear, and can start at PCA.
        return self.init == "pca" and len(self.sizes) > 0

    def encode(self, x):
        """Sum of both paths."""
        import keras

        code = super().encode(x)
        if not self.has_linear_path:
            return code
        units = int(self.encoding_dim)
        linear = keras.layers.Dense(units, use_bias=False, name="linear_encoder")
        return keras.layers.Add(name="code_sum")([linear(x), code])

    def decode(self, code, encoder):
        """Sum of both paths."""
        import keras

        from skae.layers import TiedDense

        raw = super().decode(code, encoder)
        if not self.has_linear_path:
            return raw
        if self.tied_weights:
            source = encoder.get_layer("linear_encoder")
            linear = TiedDense(source, use_bias=False, name="linear_decoder")
        else:
            linear = keras.layers.Dense(
                self.sample_shape[-1], use_bias=False, name="linear_decoder"
            )
        return keras.layers.Add(name="output_sum")([linear(code), raw])

    def penalties(self, forward):
        """Mean over the rows of the codes' absolute values; squares of the kernels."""
        from keras import ops

        code = ops.abs(forward.tensors["code"])
        return {
            "l1": ops.sum(forward.row_weight * ops.sum(code, axis=-1)),
            "l2": sum(ops.sum(ops.square(kernel)) for kernel in forward.kernels),
        }

    def check(self):
        """A start at PCA needs codes that can be linear."""
        super().check()
        if self.init == "pca" and self.code_activation not in ("linear", None):
            raise ValueError(
                "init='pca' starts from linear codes, but code_activation="
                f"{self.code_activation!r}. Use code_activation='linear', or "
                "init='random' for a plain network."
            )
        tied = self.has_linear_path and self.tied_weights
        if tied and _value_at_zero(self.activation):
            raise ValueError(
                "init='pca' with tied_weights=True needs an activation that is 0 at 0, "
                f"such as 'elu', 'relu' or 'tanh'; {self.activation!r} is not. Use one "
                "of these, or init='random'."
            )

    def start(self, rows, summary, weight, rng):
        """PCA on the linear path, and branches that add nothing yet."""
        constants = super().start(rows, summary, weight, rng)
        if self.init == "random":
            return constants
        link = self.reconstruction_loss().link(summary)
        encode, decode = self._linear_maps(rows, summary, weight, link, rng)
        start = {}
        encoder, decoder = "code", "output"
        if self.has_linear_path:
            encoder, decoder = "linear_encoder", "linear_decoder"
            # The branches start at zero, so that training starts at PCA.
            start["code/kernel"] = np.zeros((self.sizes[-1], self.encoding_dim))
            start["output/kernel"] = np.zeros((self.sizes[0], rows.sample_shape[0]))
        start[f"{encoder}/kernel"] = encode
        start[f"{decoder}/kernel"] = decode
        start["code/bias"] = -np.broadcast_to(link.center, len(encode)) @ encode
        start["output/bias"] = np.broadcast_to(link.bias, len(encode))
        if self.tied_weights:
            # The decoder has no kernels of its own.
            start.pop("output/kernel", None)
            start.pop(f"{decoder}/kernel", None)
        return constants | {k: value.astype(np.float32) for k, value in start.items()}

    def _linear_maps(self, rows, summary, weight, link, rng):
        """PCA between normal data and raw outputs, with codes of unit variance."""
        components, variances = principal_components(
            rows, summary, weight, self.encoding_dim, seed=int(rng.integers(2**31))
        )
        relative = np.sqrt(variances) / summary.scale
        spread = np.maximum(relative, _LEAST_SPREAD) * summary.scale / link.scale
        if self.tied_weights:  # one matrix for both ways shares the gain
            spread = np.full_like(spread, link.gain**-0.5)
        width = rows.sample_shape[0]
        # More code units than components: random directions, which the linear decoder
        # ignores at first.
        encode = rng.normal(size=(width, self.encoding_dim)) / np.sqrt(width)
        decode = np.zeros((self.encoding_dim, width))
        encode[:, : len(spread)] = components.T / spread
        decode[: len(spread)] = link.gain * components * spread[:, None]
        return encode, decode


def _value_at_zero(activation) -> float:
    import keras

    return float(keras.activations.get(activation)(keras.ops.zeros(())))
