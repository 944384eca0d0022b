"""Linear layers parallel to a network, which make PCA a special case of it."""

from dataclasses import replace

import numpy as np

from skae import layers
from skae._keras import keras, ops
from skae._sklearn import StrOptions
from skae.data import FlatRows, principal_components
from skae.engine import Architecture, LinearCode, is_auto
from skae.families.dense._architecture import DenseArchitecture
from skae.families.dense._input_noise import InputNoise
from skae.losses import SquaredError

# Lower bound of the standard deviation, relative to that of the data, by which codes
# are divided: codes of less are not scaled up to unit variance.
_MIN_SPREAD = 1e-2
_SIZES_IF_NESTED = (256, 128)


class LinearPath(Architecture):
    """Mixin with linear layers parallel to encoder and decoder, if `init` is "pca".

    Uses the parameters `init`, `encoding_dim` and `tied_weights`. In the list of base
    classes it precedes the architecture that encodes and decodes, whose last layers are
    called ``code`` and ``output``, and follows mixins that change the code. Its layers
    are called ``linear_encoder`` and ``linear_decoder``. A network without hidden
    layers is linear itself, and is initialized at PCA.
    """

    parameter_constraints = {"init": [StrOptions({"pca", "random"})]}

    init = "random"  # for families and saved models without this parameter
    encoding_dim: int | None
    code_activation = "linear"
    tied_weights = False

    @property
    def has_linear_path(self) -> bool:
        """Whether there are separate layers for PCA."""
        return self.starts_at_pca and not self.is_linear

    @property
    def pca_layers(self) -> tuple[str, str]:
        """Names of the layers whose kernels are the loadings of PCA, if it is used."""
        if self.has_linear_path:
            return "linear_encoder", "linear_decoder"
        return "code", "output"

    @property
    def starts_at_pca(self) -> bool:
        """Whether the baseline is PCA."""
        return self.init == "pca" and self._is_plain

    @property
    def _is_plain(self) -> bool:
        # Not with a feature map as code, nor with further inputs, which PCA lacks.
        told = self.encoder_inputs or self.decoder_inputs
        return self.encoding_dim is not None and not told

    @property
    def _is_flat(self) -> bool:
        return len(self.sample_shape) == 1

    def bottleneck(self, h, x):
        """Sum of the codes of both paths."""
        code = super().bottleneck(h, x)
        if not self.has_linear_path:
            return code
        units = int(self.encoding_dim)
        linear = keras.layers.Dense(units, use_bias=False, name="linear_encoder")
        return keras.layers.Add(name="code_sum")([linear(self.vector(x)), code])

    def vector(self, x):
        """Normal data as one vector per row, without missing values."""
        if self._is_flat:
            return x
        return keras.layers.Flatten("channels_last", name="flat_data")(x)

    def vectors(self, rows, summary, weight):
        """Rows as vectors, their moments, and their mean as normal data."""
        loss = self.reconstruction_loss()
        center, scale = loss.moments(summary).mean, loss.link(summary).scale
        if not self._is_flat or rows.padded:
            rows = FlatRows(rows)
            summary = rows.summarize(weight)
        return rows, summary, (summary.mean - center.reshape(-1)) / scale

    def normal_variance(self, summary) -> float:
        """Mean variance of normal data; 1 for constant data."""
        link = self.reconstruction_loss().link(summary)
        return summary.variance / link.scale**2 or 1.0

    def decode(self, code, encoder):
        """Sum of the outputs of both paths."""
        raw = super().decode(code, encoder)
        if not self.has_linear_path:
            return raw
        if self.tied_weights:
            source = encoder.get_layer("linear_encoder")
            linear = layers.TiedDense(source, use_bias=False, name="linear_decoder")
        else:
            # The output layers of other networks have no bias per value.
            linear = keras.layers.Dense(
                self.output_size, use_bias=not self._is_flat, name="linear_decoder"
            )
        found = linear(code)
        if not self._is_flat:
            found = keras.layers.Reshape(self.sample_shape, name="linear_output")(found)
        return keras.layers.Add(name="output_sum")([found, raw])

    def check(self):
        """Check that the activations allow the initialization at PCA."""
        super().check()
        if self.starts_at_pca and self.code_activation not in ("linear", None):
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

    def baseline(self, rows, summary, weight, rng):
        """PCA on the linear path, with the output of the network set to 0."""
        baseline = super().baseline(rows, summary, weight, rng)
        if not self.starts_at_pca:
            return baseline
        # With many rows, training that begins at other weights gets further.
        if len(rows) >= self.rows_to_leave_pca and self.has_linear_path:
            baseline = replace(baseline, initial_weights=self.far_from_pca)
        link = self.reconstruction_loss().link(summary)
        rows, summary, mean = self.vectors(rows, summary, weight)
        encode, decode = self._linear_maps(rows, summary, weight, link, rng)
        center = mean + np.ravel(link.center)
        bias = np.broadcast_to(np.ravel(link.bias), mean.shape) + link.gain * mean
        found = self._last_layers(encode, decode, -center @ encode, bias)
        return baseline.with_weights(
            {name: np.asarray(value, np.float32) for name, value in found.items()}
        )

    @staticmethod
    def far_from_pca(weights):
        """Set the linear path to 0, and let the network be drawn at random."""
        drawn = ("code/kernel", "output/kernel")
        return {
            name: np.float32(0.0) if name.startswith("linear_") else value
            for name, value in weights.items()
            if name not in drawn
        }

    def unexplained_variance(self, weights, summary):
        """Computed from the norms of the loadings in the linear decoder."""
        kernel = weights.get(f"{self.pca_layers[1]}/kernel")
        if not self.starts_at_pca or kernel is None:
            return None
        link = self.reconstruction_loss().link(summary)
        kept = np.sum((kernel / link.gain) ** 2) / self.normal_variance(summary)
        size, width = kernel.shape
        return max(0.0, width - kept) / max(1, width - size)

    def linear_code(self):
        """Rotation of a code that both paths compute and decode."""
        if self.code_activation not in ("linear", None) or not self._is_plain:
            return None
        makers, takers = ["code/kernel"], list(self.decoder_inlets)
        if self.has_linear_path:
            makers.append("linear_encoder/kernel")
            if not self.tied_weights:
                bias = "output" if self._is_flat else "linear_decoder"
                takers.append(("linear_decoder/kernel", f"{bias}/bias"))
        free = not self.tied_weights
        return LinearCode(
            tuple(makers), "code/bias", tuple(takers), scales=free, shifts=free
        )

    def _last_layers(self, encode, decode, code_bias, output_bias) -> dict:
        """Weights with which the network is linear; scalars stand for whole arrays."""
        encoder, decoder = self.pca_layers
        found = {"code/bias": code_bias}
        if self.has_linear_path:
            found |= {"code/kernel": 0.0, "output/kernel": 0.0}
        found[f"{encoder}/kernel"] = encode
        found[f"{decoder}/kernel"] = decode
        if self._is_flat:
            found["output/bias"] = output_bias
        else:
            found |= {"linear_decoder/bias": output_bias, "output/bias": 0.0}
        if self.tied_weights:  # the decoder has no kernels of its own
            found.pop("output/kernel", None)
            found.pop(f"{decoder}/kernel", None)
        return found

    def _linear_maps(self, rows, summary, weight, link, rng):
        """PCA from normal data to raw outputs, with codes of unit variance."""
        components, variances = principal_components(
            rows, summary, weight, self.encoding_dim, seed=int(rng.integers(2**31))
        )
        relative = np.sqrt(variances) / summary.scale
        spread = np.maximum(relative, _MIN_SPREAD) * summary.scale / link.scale
        if self.tied_weights:  # a shared matrix splits the gain
            spread = np.full_like(spread, link.gain**-0.5)
        width = rows.sample_shape[0]
        # Code units without a component have random directions, which the linear
        # decoder ignores at first.
        encode = rng.normal(size=(width, self.encoding_dim)) / np.sqrt(width)
        decode = np.zeros((self.encoding_dim, width))
        encode[:, : len(spread)] = components.T / spread
        decode[: len(spread)] = link.gain * components * spread[:, None]
        return encode, decode


class LinearPathArchitecture(InputNoise, LinearPath, DenseArchitecture):
    """Dense layers with a parallel linear path if `init` is "pca".

    Uses the parameter `nested` as well. Its terms "l1" and "l2" are the sum of the
    absolute values of the codes, averaged over the rows, and the sum of the squares of
    all kernels.
    """

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
        **InputNoise.parameter_constraints,
        "nested": ["boolean"],
    }

    nested = False

    @property
    def auto_training(self):
        """Large steps where they were measured: PCA initialization, squared error."""
        is_measured = type(self.reconstruction_loss()) is SquaredError
        is_measured = is_measured and not self.dropout
        is_measured = is_measured and self.starts_at_pca and not self.nested
        return super().auto_training._replace(large_steps=is_measured)

    @classmethod
    def resolve_auto(cls, values, rows, data_values):
        """Resolve "auto"; no noise without PCA, and wider layers for nested codes."""
        is_open = is_auto(values.get("hidden_layer_sizes"))
        values = super().resolve_auto(values, rows, data_values)
        if is_auto(values.get("input_noise")) and values["init"] == "random":
            values["input_noise"] = 0.0
        if is_open and values.get("nested"):
            sizes = zip(_SIZES_IF_NESTED, values["hidden_layer_sizes"], strict=True)
            values["hidden_layer_sizes"] = tuple(map(max, sizes))
        return values

    def bottleneck(self, h, x):
        """Code; if nested, the decoder is trained on truncated codes."""
        code = super().bottleneck(h, x)
        if not self.nested:
            return code
        return {"code": code, "sample": layers.NestedDropout(name="nested")(code)}

    def linear_code(self):
        """Rotation; nested codes are ordered already, and not centred."""
        code = super().linear_code()
        if code is None:
            return None
        if self.nested:
            return code._replace(mixes=False, shifts=False, reorders=False)
        # Rotation would mix the codes that "l1" makes sparse.
        return code._replace(limits={"l1": {"mixes": False, "shifts": False}})

    def penalties(self, forward):
        """L1 norm of the codes, averaged over the rows; sum of squares of kernels."""
        code = ops.abs(forward.tensors["code"])
        return {
            "l1": ops.sum(forward.row_weight * ops.sum(code, axis=-1)),
            "l2": sum(ops.sum(ops.square(kernel)) for kernel in forward.kernels),
        }


def _value_at_zero(activation) -> float:
    return float(keras.activations.get(activation)(keras.ops.zeros(())))
