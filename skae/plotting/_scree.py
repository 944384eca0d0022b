"""Scree plot of codes."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_array

from skae.plotting._drawing import BLUE, Display, autoencoder_of, tidy


class ScreeDisplay(Display):
    """Scree plot: explained variance of each code, in their order.

    Parameters
    ----------
    explained_variance_ratio : array-like of shape (encoding_dim,)
        Share of the variance that each code explains.

    name : str, default=None
        Name of the estimator in the legend.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    line_ : matplotlib Line2D

    Examples
    --------
    >>> from skae import Autoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.plotting import ScreeDisplay
    >>> model = Autoencoder(8, epochs=5, random_state=0).fit(load_digits().X_train)
    >>> display = ScreeDisplay.from_estimator(model)
    >>> len(display.line_.get_ydata())
    8
    """

    def __init__(
        self, explained_variance_ratio: "ArrayLike", *, name: str | None = None
    ):
        self.explained_variance_ratio = explained_variance_ratio
        self.name = name

    @classmethod
    def from_estimator(cls, estimator, *, name: str | None = None, ax=None) -> Self:
        """Plot the `explained_variance_ratio_` of a fitted estimator.

        Parameters
        ----------
        estimator : fitted autoencoder, PCA, or Pipeline that ends with one

        name : str, default=None
            Name in the legend; by default that of the class.

        ax : matplotlib Axes, default=None
            Axes to draw on, perhaps with another scree plot; new ones by default.

        Returns
        -------
        display : ScreeDisplay

        Raises
        ------
        ValueError
            If the estimator has no `explained_variance_ratio_`.
        """
        model = autoencoder_of(estimator)
        ratio = getattr(model, "explained_variance_ratio_", None)
        if ratio is None:
            raise ValueError(
                f"This {type(model).__name__} has no explained_variance_ratio_: it has "
                "one after `fit` (not `partial_fit`) where the code is linear."
            )
        return cls(ratio, name=name or type(model).__name__).plot(ax=ax)

    def _draw(self, ax):
        ratio = check_array(
            self.explained_variance_ratio,
            ensure_2d=False,
            input_name="explained_variance_ratio",
        )
        others = len(ax.lines)
        (self.line_,) = ax.plot(
            np.arange(1, len(ratio) + 1),
            ratio,
            marker="o",
            markersize=4,
            color=f"C{others}" if others else BLUE,
            label=self.name,
        )
        ax.set(xlabel="code", ylabel="share of the variance lost without it")
        ax.set_ylim(bottom=min(0.0, float(np.min(ratio))))
        ax.xaxis.get_major_locator().set_params(integer=True)
        tidy(ax)
        if self.name:
            ax.legend(frameon=False)
