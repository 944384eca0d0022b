"""Plots of rows decoded from a grid of codes."""

from numbers import Integral
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm
from sklearn.utils import check_scalar

from skae.metrics import encoding_part
from skae.plotting._drawing import (
    Display,
    curve,
    drawn_by_value,
    find_image_shape,
    has_normal_prior,
    main_feature,
    mosaic,
    shades,
    show,
    size_of_mosaic,
    tidy,
)

_QUANTILES = (0.05, 0.95)


class _DecodedDisplay(Display):
    """Grid of decoded rows, as images or as curves.

    Parameters
    ----------
    decoded : ndarray of shape (n_rows, n_columns, ...)
        Decoded data.

    image_shape : tuple of int, default=None
        Shape of an image; None draws curves.
    """

    def __init__(self, decoded: np.ndarray, image_shape=None):
        self.decoded, self.image_shape = decoded, image_shape

    def _size(self):
        if self.image_shape is None:
            return None
        return size_of_mosaic(*self.decoded.shape[:2], self.image_shape)

    def _draw(self, ax):
        n_rows, n_columns = self.decoded.shape[:2]
        if self.image_shape is not None:
            grid = self.decoded.reshape(n_rows, n_columns, *self.image_shape)
            self.image_ = show(ax, mosaic(grid))
            return
        curves = self.decoded.reshape(n_rows * n_columns, *self.decoded.shape[2:])
        ylabel = "value"
        if curves.ndim == 3:
            feature = main_feature(curves)
            curves = curves[..., feature]
            ylabel = f"value of feature {feature}"
        self.lines_ = [
            curve(ax, np.arange(len(values)), values, color=colour, lw=1)
            for values, colour in zip(curves, shades(len(curves)), strict=True)
        ]
        ax.set(xlabel="feature or time step", ylabel=ylabel)
        tidy(ax)


class ManifoldDisplay(_DecodedDisplay):
    """Rows decoded from a grid in the latent plane.

    The lines of the grid are at equidistant quantiles: of the standard normal prior for
    variational models, else of the codes of `X`.

    Parameters
    ----------
    decoded : ndarray of shape (n_rows, n_columns, ...)
        Decoded data; the first code dimension increases to the right, the second
        upwards.

    image_shape : tuple of int, default=None
        Shape of an image; None draws curves.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    image_ : matplotlib AxesImage
        Of images.
    lines_ : list of matplotlib Line2D
        Of other data.

    Examples
    --------
    >>> from skae import VariationalAutoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.plotting import ManifoldDisplay
    >>> model = VariationalAutoencoder(2, epochs=3, random_state=0)
    >>> model.fit(load_digits().X_train)
    VariationalAutoencoder(encoding_dim=2, epochs=3, random_state=0)
    >>> display = ManifoldDisplay.from_estimator(model, n=5)
    >>> display.image_.get_array().shape
    (44, 44)
    """

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X: "ArrayLike | None" = None,
        *,
        n: int = 15,
        image_shape: tuple[int, ...] | None = None,
        ax=None,
    ) -> Self:
        """Decode a grid and plot it.

        Parameters
        ----------
        estimator : fitted autoencoder
            Its codes have one or two dimensions.

        X : array-like of shape (n_samples, ...), default=None
            Data whose codes determine the range of the grid; needed unless the codes
            have a normal prior, as in variational models.

        n : int, default=15
            Number of lines of the grid in each direction.

        image_shape : tuple of int, default=None
            Shape of an image; by default as the estimator has it, or square.

        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : ManifoldDisplay
        """
        estimator = encoding_part(estimator)
        model = drawn_by_value(estimator)
        check_scalar(n, "n", Integral, min_val=1)
        n_codes = model._n_features_out
        if n_codes > 2:
            raise ValueError(
                f"The codes have {n_codes} dimensions, but a plane has two: fit with "
                "encoding_dim=2, or use InterpolationDisplay."
            )
        levels = np.linspace(*_QUANTILES, n) if n > 1 else np.array([0.5])
        if X is not None:
            lines = np.quantile(np.asarray(estimator.transform(X)), levels, axis=0)
        elif has_normal_prior(model):
            lines = np.repeat(norm.ppf(levels)[:, None], n_codes, axis=1)
        else:
            raise ValueError(
                f"{type(model).__name__} has no prior to take the grid from: give "
                "X, whose codes determine its range."
            )
        if n_codes == 1:
            grid = lines[None]
        else:
            grid = np.stack(np.meshgrid(lines[:, 0], lines[::-1, 1]), axis=-1)
        decoded = np.asarray(estimator.inverse_transform(grid.reshape(-1, n_codes)))
        shape = find_image_shape(model, decoded, image_shape)
        return cls(decoded.reshape(*grid.shape[:2], *decoded.shape[1:]), shape).plot(
            ax=ax
        )


class InterpolationDisplay(_DecodedDisplay):
    """Linear interpolation between the codes of two rows.

    Parameters
    ----------
    decoded : ndarray of shape (1, n_steps, ...)
        Decoded data.

    image_shape : tuple of int, default=None
        Shape of an image; None draws curves.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    image_ : matplotlib AxesImage
        Of images.
    lines_ : list of matplotlib Line2D
        Of other data.

    Examples
    --------
    >>> from skae import Autoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.plotting import InterpolationDisplay
    >>> digits = load_digits()
    >>> model = Autoencoder(8, epochs=5, random_state=0).fit(digits.X_train)
    >>> display = InterpolationDisplay.from_estimator(model, digits.X_test[:2])
    >>> display.decoded.shape
    (1, 10, 64)
    """

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X: "ArrayLike",
        *,
        n_steps: int = 10,
        image_shape: tuple[int, ...] | None = None,
        ax=None,
    ) -> Self:
        """Interpolate between the codes of two rows, decode and plot.

        Parameters
        ----------
        estimator : fitted autoencoder

        X : array-like of shape (2, ...)
            First and last row.

        n_steps : int, default=10
            Number of decoded rows, including the two ends.

        image_shape : tuple of int, default=None
            Shape of an image; by default as the estimator has it, or square.

        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : InterpolationDisplay
        """
        estimator = encoding_part(estimator)
        model = drawn_by_value(estimator)
        check_scalar(n_steps, "n_steps", Integral, min_val=2)
        if len(X) != 2:
            raise ValueError(f"X must have two rows, a begin and an end; got {len(X)}.")
        begin, end = np.asarray(estimator.transform(X))
        share = np.linspace(0, 1, n_steps)[:, None]
        decoded = np.asarray(
            estimator.inverse_transform((1 - share) * begin + share * end)
        )
        shape = find_image_shape(model, decoded, image_shape)
        return cls(decoded[None], shape).plot(ax=ax)
