"""Losses of numeric data: errors, cross-entropy, and their likelihoods."""

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from skae import layers
from skae._keras import keras, ops
from skae.data import Summary

# Name of the term of the loss that compares data and outputs.
RECONSTRUCTION = "reconstruction_loss"
# Bound of the probabilities in a cross-entropy, which is Keras' own.
_CLIP = 1e-7


class LinearLink(NamedTuple):
    """Linear approximation, around the mean, of the scaling of data and outputs.

    With ``normal = (x - mean) / scale + center`` and ``raw = bias + gain * (normal -
    center)``, the reconstruction is approximately `x`. The initialization at PCA uses
    it.
    """

    scale: float
    center: np.ndarray | float
    gain: float
    bias: np.ndarray | float


class ReconstructionLoss(ABC):
    """Base class of losses: scaling of data, output units and error.

    A network between `normalize` and `denormalize` gets *normal* (normalized) data and
    returns *raw* outputs. `row_loss` compares the two; training minimises it.

    Parameters
    ----------
    padded : bool, default=False
        Whether NaN in the data marks missing or padded values, which are ignored.

    moments : callable, default=None
        Maps the `Summary` of the data to the one by which they are scaled.

    as_given : bool, default=False
        Whether data and outputs are compared as they are: data are not standardized,
        and the outputs for a cross-entropy are probabilities instead of logits.
    """

    # Whether normal data do not depend on the location and the unit of the data.
    standardizes = False
    # Whether data and reconstructions are numbers from 0 to 1.
    unit_interval = False
    # The unit of `row_error` is that of the data to the power of this.
    error_power = 2

    def __init__(
        self,
        padded: bool = False,
        moments: Callable[[Summary], Summary] | None = None,
        as_given: bool = False,
    ):
        self.padded, self.as_given = padded, as_given
        self._moments = moments

    def moments(self, summary: Summary) -> Summary:
        """The moments with which data are scaled."""
        return summary if self._moments is None else self._moments(summary)

    def output_shape(self, sample_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of the raw outputs for a row of data."""
        return sample_shape

    @abstractmethod
    def normalize(self, x):
        """Map data to the input of the network."""

    @abstractmethod
    def denormalize(self, raw):
        """Map raw outputs to reconstructions, in the units of the data."""

    @abstractmethod
    def pointwise(self, normal, raw):
        """Loss of each value, of the shape of `raw`."""

    def row_loss(self, normal, tensors):
        """Loss of each row, of shape (n_rows,): the mean of the losses of its values.

        `tensors` has the outputs of the decoder as "raw", and those of the encoder.
        """
        raw = tensors["raw"]
        axes = tuple(range(1, len(raw.shape)))
        if not self.padded:
            return ops.mean(self.pointwise(normal, raw), axis=axes)
        present = ops.logical_not(ops.isnan(normal))
        losses = self.pointwise(ops.where(present, normal, 0.0), raw)
        count = ops.sum(ops.cast(present, "float32"), axis=axes)
        return ops.sum(ops.where(present, losses, 0.0), axis=axes) / count

    @abstractmethod
    def row_error(self, x: np.ndarray, reconstruction: np.ndarray) -> np.ndarray:
        """Error of each row in the units of the data, in NumPy."""

    def row_square(self, x: np.ndarray, reconstruction: np.ndarray) -> np.ndarray:
        """Error of each row whose root is the size of a residual, as for a detector."""
        return self.row_error(x, reconstruction)

    def fitted(self, weights: Mapping[str, np.ndarray]) -> "ReconstructionLoss":
        """The loss with the constants of the data that `start` added to `weights`."""
        return self

    def comparable(self, x: np.ndarray) -> np.ndarray:
        """Data in the form of the outputs of `denormalize`, in NumPy."""
        return x

    def start(self, summary: Summary, decodes: bool = True) -> dict[str, np.ndarray]:
        """Constants of the data among the weights, by name.

        `decodes` says whether there is a decoder, whose constants are included.
        """
        return {}

    @abstractmethod
    def link(self, summary: Summary) -> LinearLink:
        """Scaling of a linear decoder."""

    def log_density_shift(self, weights: Mapping[str, np.ndarray]) -> float:
        """Log-density in units of the data minus that of normal data, nats per row."""
        return 0.0

    def check(self, summary: Summary) -> None:  # noqa: B027 (most losses take any data)
        """Raise ValueError if the loss is not defined for such data."""


def _per_row(values: np.ndarray) -> np.ndarray:
    values = values.reshape(len(values), -1)
    means = values.mean(axis=1)
    ragged = np.isnan(means)  # rows with padding or missing values
    if ragged.any():
        means[ragged] = np.nanmean(values[ragged], axis=1)
    return means


class StandardizedLoss(ReconstructionLoss):
    """Base class of losses of standardized data, for any range; linear output.

    Data are centred per feature and divided by one global scale, the square root of
    the variance averaged over the features.
    """

    standardizes = True
    _standardize = _mean = _scale = None

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.standardizes = not self.as_given

    def normalize(self, x):
        """Centre and scale."""
        if not self.standardizes:
            return x
        if self._standardize is None:  # the same layer scales targets
            self._standardize = layers.Standardize(name="standardize")
        return self._standardize(x)

    def denormalize(self, raw):
        """Undo centring and scaling."""
        if not self.standardizes:
            return raw
        return layers.Unstandardize(name="unstandardize")(raw)

    def row_square(self, x, reconstruction):
        """Mean over the features of the squared difference."""
        return _per_row(np.square(x - reconstruction))

    def fitted(self, weights):
        """The loss with the mean and the scale of the data."""
        found = copy.copy(self)
        found._mean = weights.get("standardize/mean")
        found._scale = weights.get("standardize/scale")
        return found

    def standardized(self, x: np.ndarray) -> np.ndarray:
        """What `normalize` does, in NumPy; of a loss that is `fitted`."""
        if not self.standardizes:
            return x
        return (x - self._mean) * (1 / self._scale)

    def link(self, summary):
        """Identity: raw outputs are normal data."""
        scale = self.moments(summary).scale
        return LinearLink(scale, center=0.0, gain=1.0, bias=0.0)

    def start(self, summary, decodes=True):
        """Mean and scale of the data."""
        if not self.standardizes:
            return {}
        summary = self.moments(summary)
        scale = np.float32(summary.scale)
        constants = {"mean": summary.mean.astype(np.float32), "scale": scale}
        layers = ("standardize", "unstandardize") if decodes else ("standardize",)
        return {
            f"{layer}/{name}": value
            for layer in layers
            for name, value in constants.items()
        }


class SquaredError(StandardizedLoss):
    """Squared error of standardized data, for any range of values; linear output.

    The scaling does not change the optimal network, and the training loss is the share
    of unexplained variance.
    """

    def pointwise(self, normal, raw):
        """Squared difference."""
        return ops.square(normal - raw)

    def row_error(self, x, reconstruction):
        """Mean over the features of the squared difference."""
        return _per_row(np.square(x - reconstruction))


class AbsoluteError(StandardizedLoss):
    """Absolute error of standardized data, for data with outliers; linear output."""

    error_power = 1

    def pointwise(self, normal, raw):
        """Absolute difference."""
        return ops.abs(normal - raw)

    def row_error(self, x, reconstruction):
        """Mean over the features of the absolute difference."""
        return _per_row(np.abs(x - reconstruction))


class Huber(StandardizedLoss):
    """Half the squared error of standardized data up to 1, linear beyond that."""

    error_power = 0

    def pointwise(self, normal, raw):
        """Huber's loss with a delta of 1."""
        size = ops.abs(normal - raw)
        near = ops.minimum(size, 1.0)
        return near * (size - 0.5 * near)

    def row_error(self, x, reconstruction):
        """Mean over the features of the loss of standardized values."""
        size = np.abs(self.standardized(x) - self.standardized(reconstruction))
        near = np.minimum(size, 1.0)
        return _per_row(near * (size - 0.5 * near))


class BinaryCrossentropy(ReconstructionLoss):
    """Cross-entropy of data in [0, 1], which are not scaled; sigmoid output."""

    unit_interval = True
    error_power = 0
    # Parameters of the user for this loss, and for the one for data of any range.
    _setting, _instead = "loss='binary_crossentropy'", "loss='squared_error'"

    def normalize(self, x):
        """Return the data unchanged."""
        return x

    def denormalize(self, raw):
        """Convert logits to probabilities."""
        if self.as_given:
            return raw
        return keras.layers.Activation("sigmoid", name="sigmoid")(raw)

    def pointwise(self, normal, raw):
        """Cross-entropy in nats, from logits or probabilities."""
        if self.as_given:
            p = ops.clip(raw, _CLIP, 1 - _CLIP)
            return -(normal * ops.log(p) + (1 - normal) * ops.log(1 - p))
        # softplus(raw) - raw * normal, with one exponential for loss and gradient: a
        # quarter faster. The gradient is also right at 0, the value of dead units.
        positive = raw >= 0
        softplus = ops.where(positive, raw, 0.0) + ops.log(
            1 + ops.exp(ops.where(positive, -raw, raw))
        )
        return softplus - raw * normal

    def row_error(self, x, reconstruction):
        """Mean over the features of the cross-entropy in nats."""
        self._check_unit_interval(np.nanmin(x), np.nanmax(x))
        p = np.clip(reconstruction, _CLIP, 1 - _CLIP)
        return _per_row(-(x * np.log(p) + (1 - x) * np.log1p(-p)))

    def link(self, summary):
        """Line through the logit of the mean, with the slope of the logit at 1/2."""
        mean = self.moments(summary).mean
        p = np.clip(mean, 0.01, 0.99)
        return LinearLink(1.0, center=mean, gain=4.0, bias=np.log(p / (1 - p)))

    def check(self, summary):
        """Raise ValueError for data outside [0, 1]."""
        self._check_unit_interval(summary.minimum, summary.maximum)

    def _check_unit_interval(self, minimum: float, maximum: float) -> None:
        if minimum < 0 or maximum > 1:
            raise ValueError(
                f"{self._setting} needs data in [0, 1]; got values from {minimum:g} to "
                f"{maximum:g}. Scale them first, with "
                "sklearn.preprocessing.MinMaxScaler(clip=True) for example, or use "
                f"{self._instead}, which takes any range."
            )


class Bernoulli(BinaryCrossentropy):
    """Negative log-likelihood of binary data, summed over the features, in nats."""

    _setting, _instead = "likelihood='bernoulli'", "likelihood='gaussian'"

    def row_loss(self, normal, tensors):
        """Sum over the features of the cross-entropy."""
        n_features = math.prod(tensors["raw"].shape[1:])
        return super().row_loss(normal, tensors) * n_features


class Gaussian(SquaredError):
    """Negative log-likelihood of data with normal noise of one learned variance.

    It is that of standardized data, summed over the features, in nats.
    """

    def normalize(self, x):
        """Centre and scale."""
        self._likelihood = layers.GaussianNegativeLogLikelihood(name="likelihood")
        return super().normalize(x)

    def row_loss(self, normal, tensors):
        """Sum over the features of the negative log-density."""
        return self._likelihood([normal, tensors["raw"]])

    def log_density_shift(self, weights):
        """Logarithm of the volume of a unit cube of data after standardization."""
        if not self.standardizes:
            return 0.0
        mean, scale = weights["standardize/mean"], weights["standardize/scale"]
        return -mean.size * float(np.log(scale))


LIKELIHOODS = {"bernoulli": Bernoulli, "gaussian": Gaussian}

RECONSTRUCTION_LOSSES = {
    "squared_error": SquaredError,
    "absolute_error": AbsoluteError,
    "huber": Huber,
    "binary_crossentropy": BinaryCrossentropy,
}
