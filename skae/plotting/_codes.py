"""Codes as small images."""

import math
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from skae.metrics import encoding_part
from skae.plotting._drawing import (
    Display,
    autoencoder_of,
    code_shape_of,
    mosaic,
    show,
    size_of_mosaic,
)

# Space between images, and pixels without a unit, must not look like the lowest value.
_GAPS = "#dbe6f0"


class CodeDisplay(Display):
    """Codes as small images, one per row of data.

    The channels of feature maps are drawn below each other; other codes are reshaped to
    the rectangle nearest to a square.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, encoding_dim)
        Codes.

    code_shape : tuple of int, default=None
        Shape (height, width, channels) of a feature map; None for vectors.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    image_ : matplotlib AxesImage

    Examples
    --------
    >>> from skae import ConvAutoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.plotting import CodeDisplay
    >>> digits = load_digits()
    >>> model = ConvAutoencoder(filters=(8,), epochs=1, random_state=0)
    >>> model = model.fit(digits.X_train)
    >>> display = CodeDisplay.from_estimator(model, digits.X_test[:9])
    >>> display.image_.get_array().shape  # eight channels of 4 x 4 for each of nine
    (39, 44)
    """

    def __init__(self, codes: np.ndarray, code_shape: tuple[int, ...] | None = None):
        self.codes, self.code_shape = codes, code_shape

    @classmethod
    def from_estimator(cls, estimator, X: "ArrayLike", *, ax=None) -> Self:
        """Encode `X` and plot the codes.

        Parameters
        ----------
        estimator : fitted autoencoder

        X : array-like of shape (n_samples, ...)
            Data; about ten rows.

        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : CodeDisplay
        """
        estimator = encoding_part(estimator)
        codes = np.asarray(estimator.transform(X))
        shape = code_shape_of(autoencoder_of(estimator), codes.shape[1])
        return cls(codes, shape).plot(ax=ax)

    def _size(self):
        n_rows, n_columns, *image_shape = self._images().shape
        return size_of_mosaic(n_rows, n_columns, image_shape)

    def _draw(self, ax):
        self.image_ = show(ax, mosaic(self._images()))
        ax.set_facecolor(_GAPS)

    def _images(self) -> np.ndarray:
        codes = np.asarray(self.codes, dtype=np.float64)
        return np.stack([self._as_image(code) for code in codes])[None]

    def _as_image(self, code: np.ndarray) -> np.ndarray:
        shape = self.code_shape
        if shape is not None and len(shape) == 3:
            channels = code.reshape(shape).transpose(2, 0, 1)
            gapped = np.pad(channels, [(0, 0), (0, 1), (0, 0)], constant_values=np.nan)
            return gapped.reshape(-1, shape[1])[:-1]
        width = len(code) if len(code) <= 3 else math.ceil(math.sqrt(len(code)))
        height = math.ceil(len(code) / width)
        padded = np.full(height * width, np.nan)
        padded[: len(code)] = code
        return padded.reshape(height, width)
