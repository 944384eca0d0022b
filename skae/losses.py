"""Reconstruction losses: how data enter the network, leave it, and are compared.

Importing this module does not import Keras; the first use does.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np

from skae._rows import Summary


class LinearLink(NamedTuple):
    """Nearly straight relations, about the mean, between data and network.

    ``normal = (x - mean) / scale + center`` and ``raw = bias + gain * (normal -
    center)`` give back `x`. A linear start is built on them.
    """

    scale: float
    center: np.ndarray | float
    gain: float
    bias: np.ndarray | float


class ReconstructionLoss(ABC):
    """One kind of data: its scaling, its output units and its error.

    A network between `normalize` and `denormalize` sees *normal* data and returns
    *raw* outputs. `row_loss` compares the two; it is what training minimises.
    """

    @abstractmethod
    def normalize(self, x):
        """Map data to what the network sees."""

    @abstractmethod
    def denormalize(self, raw):
        """Map raw outputs to reconstructions, in the units of the data."""

    @abstractmethod
    def row_loss(self, normal, raw):
        """Loss of each row, of shape (n_rows,)."""

    @abstractmethod
    def row_error(self, x: np.ndarray, reconstruction: np.ndarray) -> np.ndarray:
        """Error of each row in the units of the data, in NumPy."""

    def start(self, summary: Summary) -> dict[str, np.ndarray]:
        """Weights by path that are constants of the data."""
        return {}

    @abstractmethod
    def link(self, summary: Summary) -> LinearLink:
        """How a linear decoder would have to be scaled."""

    def check(self, summary: Summary) -> None:  # noqa: B027 (most losses take any data)
        """Raise ValueError when the loss has no meaning for such data."""


def _per_row(values: np.ndarray) -> np.ndarray:
    return values.reshape(len(values), -1).mean(axis=1)


class SquaredError(ReconstructionLoss):
    """Squared error of standardized data: any range, linear output.

    Data are centred per feature and divided by one global scale, the square root of
    the variance averaged over the features. The best network stays the same one, and
    the training loss is the share of the variance that is not explained.
    """

    def normalize(self, x):
        """Centre and scale."""
        from skae.layers import Standardize

        self._standardize = Standardize(name="standardize")
        return self._standardize(x)

    def denormalize(self, raw):
        """Undo centring and scaling."""
        from skae.layers import Unstandardize

        return Unstandardize(name="unstandardize")(raw)

    def row_loss(self, normal, raw):
        """Mean over the features of the squared difference."""
        from keras import ops

        return ops.mean(ops.square(normal - raw), axis=tuple(range(1, len(raw.shape))))

    def row_error(self, x, reconstruction):
        """Mean over the features of the squared difference."""
        return _per_row(np.square(x - reconstruction))

    def link(self, summary):
        """Raw outputs are normal data."""
        return LinearLink(summary.scale, center=0.0, gain=1.0, bias=0.0)

    def start(self, summary):
        """Mean and scale of the data."""
        scale = np.float32(summary.scale)
        constants = {"mean": summary.mean.astype(np.float32), "scale": scale}
        return {
            f"{layer}/{name}": value
            for layer in ("standardize", "unstandardize")
            for name, value in constants.items()
        }


class BinaryCrossentropy(ReconstructionLoss):
    """Cross-entropy of data in [0, 1]: sigmoid output, data used as they are."""

    def normalize(self, x):
        """Leave the data alone."""
        return x

    def denormalize(self, raw):
        """Turn logits into probabilities."""
        import keras

        return keras.layers.Activation("sigmoid", name="sigmoid")(raw)

    def row_loss(self, normal, raw):
        """Mean over the features of the cross-entropy in nats, from logits."""
        from keras import ops

        # softplus(raw) - raw * normal, with one exponential for loss and gradient: a
        # quarter faster. The gradient is right at 0 too, where dead units put `raw`.
        positive = raw >= 0
        softplus = ops.where(positive, raw, 0.0) + ops.log(
            1 + ops.exp(ops.where(positive, -raw, raw))
        )
        entropy = softplus - raw * normal
        return ops.mean(entropy, axis=tuple(range(1, len(raw.shape))))

    def row_error(self, x, reconstruction):
        """Mean over the features of the cross-entropy in nats."""
        _check_unit_interval(x.min(), x.max())
        # Keras clips probabilities at the same distance from 0 and 1.
        p = np.clip(reconstruction, 1e-7, 1 - 1e-7)
        return _per_row(-(x * np.log(p) + (1 - x) * np.log1p(-p)))

    def link(self, summary):
        """Logits: the tangent at one half, passing through the logit of the mean."""
        p = np.clip(summary.mean, 0.01, 0.99)
        return LinearLink(1.0, center=summary.mean, gain=4.0, bias=np.log(p / (1 - p)))

    def check(self, summary):
        """Data outside [0, 1] have no cross-entropy."""
        _check_unit_interval(summary.minimum, summary.maximum)


def _check_unit_interval(minimum: float, maximum: float) -> None:
    if minimum < 0 or maximum > 1:
        raise ValueError(
            "loss='binary_crossentropy' needs data in [0, 1]; got values from "
            f"{minimum:g} to {maximum:g}. Scale them first, with "
            "sklearn.preprocessing.MinMaxScaler(clip=True) for example, or use "
            "loss='squared_error', which takes any range."
        )


RECONSTRUCTION_LOSSES = {
    "squared_error": SquaredError,
    "binary_crossentropy": BinaryCrossentropy,
}
