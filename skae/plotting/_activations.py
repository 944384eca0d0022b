"""Histograms of activations."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from skae.metrics import encoding_part
from skae.plotting._drawing import BLUE, ORANGE, Display, tidy


class ActivationDisplay(Display):
    """Histograms of the activations of the code's units, and of the units' means.

    Both show shares, on the same axes.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, encoding_dim)
        Codes of many rows.

    bins : int, default=20
        Number of bins.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    activations_, means_ : matplotlib BarContainer

    Examples
    --------
    >>> from skae import SparseAutoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.plotting import ActivationDisplay
    >>> digits = load_digits()
    >>> model = SparseAutoencoder(32, epochs=5, random_state=0).fit(digits.X_train)
    >>> display = ActivationDisplay.from_estimator(model, digits.X_test)
    >>> bool(sum(bar.get_height() for bar in display.activations_) > 0.999)
    True
    """

    def __init__(self, codes: np.ndarray, *, bins: int = 20):
        self.codes, self.bins = codes, bins

    @classmethod
    def from_estimator(
        cls, estimator, X: "ArrayLike", *, bins: int = 20, ax=None
    ) -> Self:
        """Encode `X` and plot the histograms.

        Parameters
        ----------
        estimator : fitted autoencoder

        X : array-like of shape (n_samples, ...)
            Data; many rows.

        bins : int, default=20
            Number of bins.

        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : ActivationDisplay
        """
        estimator = encoding_part(estimator)
        return cls(np.asarray(estimator.transform(X)), bins=bins).plot(ax=ax)

    def _draw(self, ax):
        codes = np.asarray(self.codes, dtype=np.float64)
        edges = np.histogram_bin_edges(codes, bins=self.bins)

        def bars(values, colour, label):
            share = np.histogram(values, edges)[0] / values.size
            return ax.bar(
                edges[:-1],
                share,
                width=np.diff(edges),
                align="edge",
                color=colour,
                alpha=0.6,
                label=label,
            )

        self.activations_ = bars(codes.ravel(), BLUE, "activations")
        self.means_ = bars(codes.mean(axis=0), ORANGE, "means of the units")
        ax.set(xlabel="activity", ylabel="share")
        tidy(ax)
        ax.legend(frameon=False)
