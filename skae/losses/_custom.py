"""Losses of the user, and the loss that a parameter `loss` specifies."""

from collections.abc import Callable
from typing import Any

import numpy as np

from skae import layers
from skae._keras import keras, ops
from skae._sklearn import StrOptions
from skae.losses._values import (
    RECONSTRUCTION_LOSSES,
    ReconstructionLoss,
    StandardizedLoss,
)

# Names of losses in Keras.
_ALIASES = {"mse": "squared_error", "mae": "absolute_error"}

# Constraints of the parameter `loss`. Keras' losses are callable.
LOSS_CONSTRAINTS = [StrOptions({*RECONSTRUCTION_LOSSES, *_ALIASES}), callable]

_IN_A_RANGE = (
    "Cross-entropies, divergences and the like need data in a range of their own: for "
    "data in [0, 1] use loss='binary_crossentropy', which does not standardize them."
)


def plain_loss(loss: Any) -> Any:
    """The specification of a loss by its name here, if it has one."""
    if isinstance(loss, str):
        return _ALIASES.get(loss, loss)
    if loss is keras.losses.binary_crossentropy:
        return "binary_crossentropy"
    if type(loss) is keras.losses.BinaryCrossentropy and not loss.label_smoothing:
        return "binary_crossentropy"
    return loss


def make_loss(loss: Any, **options) -> ReconstructionLoss:
    """The loss that a parameter `loss` specifies: a name, or an object of the user.

    `options` are those of `ReconstructionLoss`.
    """
    loss = plain_loss(loss)
    if isinstance(loss, str):
        return RECONSTRUCTION_LOSSES[loss](**options)
    if isinstance(loss, type):
        raise ValueError(
            f"loss={_name(loss)} is a class, and a loss is an instance of it: write "
            f"loss={_name(loss)}(), with parentheses."
        )
    if type(loss) is keras.losses.BinaryCrossentropy:
        raise ValueError(
            f"loss is a BinaryCrossentropy with label_smoothing={loss.label_smoothing},"
            " which would pull reconstructions towards 0.5. Use "
            "loss='binary_crossentropy'."
        )
    return CustomLoss(loss, **options)


class CustomLoss(StandardizedLoss):
    """Loss of the user: a function of data and outputs, which are standardized.

    Parameters
    ----------
    function : callable or keras.losses.Loss
        Function of the data and the reconstructions, of the same shape, that returns
        values for each row: of the shape of the data without any of its last axes.

    **options : object
        Those of `ReconstructionLoss`.
    """

    error_power = 0

    def __init__(self, function: Callable, **options):
        super().__init__(**options)
        self.function = function

    def pointwise(self, normal, raw):
        """Losses of each row, or of parts of it."""
        is_keras = isinstance(self.function, keras.losses.Loss)
        # Without the reduction of Keras: rows have weights of their own.
        function = self.function.call if is_keras else self.function
        try:
            losses = ops.cast(ops.convert_to_tensor(function(normal, raw)), "float32")
        except Exception as error:  # the user's function may raise anything
            raise ValueError(
                f"{self._title} failed when it was called as loss(y_true, y_pred) with "
                f"Keras tensors of the shape {tuple(normal.shape)}. It must take two "
                "such tensors, and be written with the functions of keras.ops, not "
                "with those of NumPy, SciPy or scikit-learn. The error was "
                f"{type(error).__name__}: {error}"
            ) from error
        self._check_shape(tuple(losses.shape), tuple(normal.shape))
        return losses

    def row_loss(self, normal, tensors):
        """Mean of the losses of each row, minus that of a perfect reconstruction.

        The latter is 0 for most losses. Where it is not, as for the cosine similarity,
        improvements would not be comparable with the loss otherwise. Data as they are
        given have the loss of Keras.
        """
        # In a layer, so that the function gets tensors of the backend.
        layer = layers.Function(self._excess, name="custom_loss", dtype="float32")
        return layer([normal, tensors["raw"]])

    def row_error(self, x, reconstruction):
        """Mean of the losses of each row, of standardized values."""
        gone = np.isnan(x)
        normal, raw = self.standardized(x), self.standardized(reconstruction)
        if gone.any():
            normal, raw = (np.where(gone, np.float32(0), z) for z in (normal, raw))
        normal, raw = (ops.convert_to_tensor(z, dtype="float32") for z in (normal, raw))
        found = ops.convert_to_numpy(self.pointwise(normal, raw))
        if gone.any() and found.ndim == 1:
            self.refuse_padding()
        return _mean_per_row(found, ~gone)

    def refuse_padding(self):
        """Raise ValueError: one loss per row includes the padding."""
        raise ValueError(
            f"{self._title} returns one value per row, so padded time steps cannot be "
            "left out. Return one value per time step, of the shape y_true.shape[:2], "
            "or one per value: without the last mean over the time steps."
        )

    def _excess(self, normal, raw):
        present = None
        if self.padded:
            present = ops.logical_not(ops.isnan(normal))
            # The function gets no NaN, whose gradient would be NaN even if its loss is
            # not used.
            normal, raw = (ops.where(present, z, 0.0) for z in (normal, raw))
        excess = self.pointwise(normal, raw)
        if self.standardizes:
            excess -= ops.stop_gradient(self.pointwise(normal, normal))
        axes = tuple(range(1, len(excess.shape)))
        if present is None:
            return ops.mean(excess, axis=axes) if axes else excess
        if not axes:
            # `refuse_padding` tells before training; a model that was fitted without
            # padding can compute all but this.
            whole = ops.all(present, axis=tuple(range(1, len(present.shape))))
            return ops.where(whole, excess, float("nan"))
        beyond = tuple(range(len(excess.shape), len(present.shape)))
        present = ops.any(present, axis=beyond) if beyond else present
        count = ops.sum(ops.cast(present, "float32"), axis=axes)
        return ops.sum(ops.where(present, excess, 0.0), axis=axes) / count

    def _check_shape(self, found: tuple, of_data: tuple) -> None:
        # The number of rows may be unknown.
        fits = 0 < len(found) <= len(of_data) and all(
            None in pair or pair[0] == pair[1]
            for pair in zip(found, of_data, strict=False)
        )
        if fits:
            return
        what = "a single number" if not found else f"values of the shape {found}"
        allowed = [str(of_data[:k]) for k in range(1, len(of_data) + 1)]
        raise ValueError(
            f"{self._title} returned {what} for {of_data[0]} rows of the shape "
            f"{of_data[1:]}. It must return a value for each row, or for each part of "
            f"a row: shapes that are allowed are {' and '.join(allowed)}. Take means "
            "over the last axis, as in ops.mean(..., axis=-1), and not over the rows."
        )

    @property
    def _title(self) -> str:
        return f"loss={_name(self.function)}"

    @property
    def _data(self) -> str:
        if self.standardizes:
            return "standardized data, which have mean 0 and variance 1"
        return "data from 0 to 1"

    def try_out(self, sample_shape: tuple[int, ...]) -> None:
        """Raise ValueError unless the function is a loss of standardized rows.

        Parameters
        ----------
        sample_shape : tuple of int
            Shape of a row.
        """
        # A number of rows that is not the length of another axis.
        n_rows = next(n for n in range(8, 100) if n not in sample_shape)
        rng = np.random.default_rng(0)
        draw = rng.normal if self.standardizes else rng.uniform
        x, noise = draw(size=(2, n_rows, *sample_shape)).astype(np.float32)
        for batch_size in (n_rows, None):  # functions of NumPy fail in a graph only
            self._check_in_graph((batch_size, *sample_shape))
        perfect = self._trial(x, x)
        if self.padded and self.pointwise(x, x).ndim == 1:
            self.refuse_padding()
        if self.standardizes:
            self._check_order(x, perfect, noise)
        other, half = 0.5 * (x + noise), n_rows // 2
        together = self._trial(x, other)
        parts = [slice(half), slice(half, None)]
        alone = np.concatenate([self._trial(x[part], other[part]) for part in parts])
        if not np.allclose(alone, together, rtol=1e-3, atol=1e-5):
            raise ValueError(
                f"{self._title} returned other values for a row beside other rows, or "
                "when it was called again. The loss of a row must depend on this row "
                "alone: take no sums, means or norms over the first axis."
            )

    def _check_order(self, x, perfect, noise) -> None:
        """Raise ValueError unless the loss is larger for worse reconstructions."""
        far = 3 * np.abs(noise) + 1.5
        others = [x + 0.3 * noise, x + 3 * noise, 0.5 * x, 2 * x, -x, 0 * x]
        self._check_least(x, perfect, others)
        # A loss must tell values outside the range for which it is made, too.
        for z, beyond in ((abs(x), abs(x) + far), (-abs(x), -abs(x) - far)):
            self._check_least(z, self._trial(z, z), [beyond], strictly=True)

    def _trial(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Loss of each row; ValueError if it is not finite."""
        tensors = [ops.convert_to_tensor(z, dtype="float32") for z in (x, y)]
        found = ops.convert_to_numpy(self.pointwise(*tensors))
        if not np.isfinite(found).all():
            bad = found[~np.isfinite(found)].ravel()[0]
            raise ValueError(
                f"{self._title} returned {bad} for {self._data}. It must be finite. "
                f"{_IN_A_RANGE}"
            )
        return _mean_per_row(found, np.ones(x.shape, dtype=bool))

    def _check_in_graph(self, shape) -> None:
        """Raise the error of a function that cannot be compiled."""
        caught: list[ValueError] = []

        def call(normal, raw):
            try:
                return self.pointwise(normal, raw)
            except ValueError as error:  # Keras would change it
                caught.append(error)
                raise

        names = ("custom_loss_data", "custom_loss_outputs")
        inputs = [
            keras.Input(batch_shape=shape, dtype="float32", name=name) for name in names
        ]
        try:
            layers.Function(call, name="custom_loss", dtype="float32")(inputs)
        except ValueError:
            if not caught:
                raise
        if caught:
            raise caught[0]

    def _check_least(self, x, perfect, others, strictly=False) -> None:
        """Raise ValueError unless `perfect`, the loss of `x` itself, is the least."""
        for other in others:
            found = self._trial(x, other)
            tolerance = 1e-4 * (1e-3 + np.abs(perfect).mean())
            apart = found.mean(dtype=np.float64) - perfect.mean(dtype=np.float64)
            if apart < -tolerance or (strictly and apart <= tolerance):
                raise ValueError(
                    f"{self._title} is not least for a perfect reconstruction of "
                    "standardized data, which have mean 0 and variance 1: for some "
                    f"rows it is {perfect.mean():.3g} with y_pred=y_true, and "
                    f"{found.mean():.3g} with a y_pred far from it. {_IN_A_RANGE}"
                )


def _mean_per_row(losses: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Mean of the losses of each row over the values, or parts, that are present."""
    if losses.ndim == 1:
        return losses
    beyond = tuple(range(losses.ndim, present.ndim))
    present = present.any(axis=beyond) if beyond else present
    axes = tuple(range(1, losses.ndim))
    with np.errstate(invalid="ignore"):  # rows that have no value are NaN
        return np.where(present, losses, 0).sum(axis=axes) / present.sum(axis=axes)


def _name(loss: Any) -> str:
    """Name of a function, of a class, or of the class of an instance."""
    name = getattr(loss, "__qualname__", None) or type(loss).__qualname__
    module = getattr(loss, "__module__", None) or ""
    is_keras = module.partition(".")[0] == "keras"
    return f"keras.losses.{name}" if is_keras else name
