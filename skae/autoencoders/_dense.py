"""The dense autoencoder, simple or deep."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skae._pca import principal_components
from skae._sklearn import Interval, StrOptions
from skae.backbones import DenseBackbone
from skae.base import BaseAutoencoder
from skae.losses import RECONSTRUCTION_LOSSES

# Codes of lesser spread, relative to the data's, are not scaled up to unit variance.
_LEAST_SPREAD = 1e-2


class Autoencoder(DenseBackbone, BaseAutoencoder):
    _strength_names = ("l1", "l2")

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **DenseBackbone._parameter_constraints,
        "loss": [StrOptions(set(RECONSTRUCTION_LOSSES))],
        "init": [StrOptions({"pca", "random"})],
        "l1": [Interval(Real, 0, None, closed="left")],
        "l2": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        encoding_dim=32,
        *,
        hidden_layer_sizes=(128, 64),
        activation="elu",
        code_activation="linear",
        loss="squared_error",
        init="pca",
        l1=0.0,
        l2=0.0,
        dropout=0.0,
        tied_weights=False,
        optimizer="adam",
        learning_rate=1e-3,
        learning_rate_schedule="cosine",
        epochs="auto",
        batch_size="auto",
        shuffle=True,
        early_stopping=True,
        validation_fraction=0.1,
        n_iter_no_change=10,
        tol=0.0,
        warm_start=False,
        callbacks=None,
        jit_compile="auto",
        random_state=None,
        verbose=0,
    ):
        self.encoding_dim = encoding_dim
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.code_activation = code_activation
        self.loss = loss
        self.init = init
        self.l1 = l1
        self.l2 = l2
        self.dropout = dropout
        self.tied_weights = tied_weights
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.epochs = epochs
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.jit_compile = jit_compile
        self.random_state = random_state
        self.verbose = verbose

    @property
    def _linear_path(self) -> bool:
        # Without hidden layers the network itself is linear, and can start at PCA.
        return self.init == "pca" and len(self.hidden_layer_sizes) > 0

    def _encode(self, x):
        import keras

        code = super()._encode(x)
        if not self._linear_path:
            return code
        linear = keras.layers.Dense(
            self.encoding_dim, use_bias=False, name="linear_encoder"
        )
        return keras.layers.Add(name="code_sum")([linear(x), code])

    def _decode(self, code, encoder):
        import keras

        from skae.layers import TiedDense

        raw = super()._decode(code, encoder)
        if not self._linear_path:
            return raw
        if self.tied_weights:
            source = encoder.get_layer("linear_encoder")
            linear = TiedDense(source, use_bias=False, name="linear_decoder")
        else:
            linear = keras.layers.Dense(
                encoder.input_shape[-1], use_bias=False, name="linear_decoder"
            )
        return keras.layers.Add(name="output_sum")([linear(code), raw])

    def _penalties(self, forward):
        from keras import ops

        code = ops.abs(forward.tensors["code"])
        return {
            "l1": ops.sum(forward.row_weight * ops.sum(code, axis=-1)),
            "l2": sum(ops.sum(ops.square(kernel)) for kernel in forward.kernels),
        }

    def _start(self, rows, summary, weight, rng):
        if self.init == "random":
            return {}
        seed = int(rng.integers(2**31))
        components, variances = principal_components(
            rows, summary, weight, self.encoding_dim, seed
        )
        scale = np.sqrt(summary.variance) or 1.0
        spread = np.maximum(np.sqrt(variances) / scale, _LEAST_SPREAD)
        if self.tied_weights:
            spread = np.ones_like(spread)
        width = rows.sample_shape[0]
        # More code units than components: random directions, which the linear decoder
        # ignores at first.
        encode = rng.normal(size=(width, self.encoding_dim)) / np.sqrt(width)
        decode = np.zeros((self.encoding_dim, width))
        encode[:, : len(spread)] = components.T / spread
        decode[: len(spread)] = components * spread[:, None]
        encoder, decoder = "code", "output"
        start = {}
        if self._linear_path:
            encoder, decoder = "linear_encoder", "linear_decoder"
            # The branches start at zero, so that training starts at PCA.
            start["code/kernel"] = np.zeros(
                (self.hidden_layer_sizes[-1], self.encoding_dim)
            )
            start["output/kernel"] = np.zeros((self.hidden_layer_sizes[0], width))
        start[f"{encoder}/kernel"] = encode
        start[f"{decoder}/kernel"] = decode
        if self.tied_weights:
            # The decoder has no kernels of its own.
            start.pop("output/kernel", None)
            start.pop(f"{decoder}/kernel", None)
        return {path: value.astype(np.float32) for path, value in start.items()}

    @classmethod
    def _test_params(cls) -> dict[str, Any]:
        return {**super()._test_params(), "hidden_layer_sizes": (4,), "batch_size": 16}
