"""A recurrent network that reads a sequence, and one that writes it."""

from numbers import Integral
from operator import index
from typing import Any, ClassVar

import numpy as np
from scipy import sparse

from skae._sklearn import Interval, StrOptions
from skae.data._sequences import Sequences, checked_sequences, is_ragged_list, pooled


class RecurrentBackbone:
    """Recurrent layers to the last state, the code, and from it to each time step.

    Reads `encoding_dim`, `hidden_layer_sizes` and `cell`. The layers are called
    ``encoder_0``, ..., ``code``, ``decoder_0``, ..., ``output``.
    """

    _takes_padding: ClassVar[bool] = True

    _parameter_constraints: ClassVar[dict] = {
        "encoding_dim": [Interval(Integral, 1, None, closed="left")],
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "cell": [StrOptions({"lstm", "gru"})],
    }

    @property
    def _sizes(self) -> list[int]:
        sizes = self.hidden_layer_sizes
        sizes = [sizes] if isinstance(sizes, Integral) else sizes
        # Keras takes no NumPy integers, which a search over np.arange() brings.
        return [index(size) for size in sizes]

    def _check_params(self, sample_shape):
        super()._check_params(sample_shape)
        try:
            positive = all(size > 0 for size in self._sizes)
        except TypeError:
            positive = False
        if not positive:
            raise ValueError(
                "hidden_layer_sizes must be a sequence of positive integers, such as "
                f"(100,), one integer, or (); got {self.hidden_layer_sizes!r}."
            )

    def _check_rows(self, X, *, reset):
        name = type(self).__name__
        as_list = is_ragged_list(X)
        if as_list or getattr(X, "ndim", 2) > 2:
            X = checked_sequences(X, name)
            n_features = X.shape[2]
            if reset:
                vars(self).pop("feature_names_in_", None)
                self.n_features_in_ = n_features
            elif self.n_features_ != n_features:
                raise ValueError(
                    f"X has {n_features} features per time step, but {name} is "
                    f"expecting {self.n_features_} features per time step."
                )
        else:
            X = super()._check_rows(X, reset=reset).X
            X = X.toarray() if sparse.issparse(X) else X
            n_features = 1
        if reset:
            self.n_timesteps_, self.n_features_ = X.shape[1], n_features
            self._layout = (X.ndim, as_list)
        elif X.shape[1] > self.n_timesteps_:
            raise ValueError(
                f"X has sequences of up to {X.shape[1]} time steps, but the longest "
                f"one that {name} was fitted with has {self.n_timesteps_}: cut them, "
                "or fit on longer ones."
            )
        rows = Sequences(X, name, self.n_timesteps_)
        rows.as_list = as_list
        return rows

    def _restore(self, outputs, rows=None):
        ndim, as_list = self._layout
        if not isinstance(rows, Sequences):  # codes do not know a length
            if as_list:
                return list(outputs)
            return outputs[..., 0] if ndim == 2 else outputs
        outputs = outputs[:, : rows.X.shape[1]]
        lengths = rows.lengths()
        if rows.as_list:
            return [x[:n] for x, n in zip(outputs, lengths, strict=True)]
        if rows.padded:
            outputs[np.arange(outputs.shape[1]) >= lengths[:, None]] = np.nan
        return outputs[..., 0] if rows.X.ndim == 2 else outputs

    def _scaling(self, summary):
        # A mean per time step would rest on few sequences at the far end.
        return pooled(summary)

    def _encode(self, x):
        from skae.layers import MaskPadding
        from skae.networks import recurrent_stack

        if self._padded:
            x = MaskPadding(name="padding")(x)
        sizes = [*self._sizes, int(self.encoding_dim)]
        names = [f"encoder_{i}" for i in range(len(self._sizes))]
        return recurrent_stack(
            x,
            sizes,
            cell=self.cell,
            prefix="encoder",
            names=[*names, "code"],
            return_sequences=False,
        )

    def _decode(self, code, encoder):
        from keras import layers

        from skae.networks import recurrent_stack

        _, n_timesteps, n_features = encoder.input_shape
        sizes = self._sizes[::-1] or [int(self.encoding_dim)]
        h = layers.RepeatVector(n_timesteps, name="repeat")(code)
        h = recurrent_stack(h, sizes, cell=self.cell, prefix="decoder")
        return layers.Dense(n_features, name="output")(h)

    @classmethod
    def _test_params(cls) -> dict[str, Any]:
        return {**super()._test_params(), "hidden_layer_sizes": (4,), "batch_size": 16}
