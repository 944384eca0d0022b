"""Codes as points in a plane."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.validation import check_is_fitted

from skae.plotting._drawing import BLUE, Display, bare, shades, tidy

_EMBEDDINGS = ("tsne", "pca")
# More names than this have no room in a legend.
_MOST_NAMES = 20


class LatentSpaceDisplay(Display):
    """Codes as points in a plane, coloured by class.

    Parameters
    ----------
    points : ndarray of shape (n_samples, 2) or (n_samples, 1)
        Points; of codes of one dimension a strip per class.

    y : array-like of shape (n_samples,), default=None
        Classes.

    embedded : bool, default=False
        Whether the axes have no meaning of their own.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    scatters_ : dict of matplotlib PathCollection
        By class; the key None without classes.

    Examples
    --------
    >>> from skae import Autoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.plotting import LatentSpaceDisplay
    >>> digits = load_digits()
    >>> model = Autoencoder(2, epochs=5, random_state=0).fit(digits.X_train)
    >>> display = LatentSpaceDisplay.from_estimator(model, digits.X_test, digits.y_test)
    >>> len(display.scatters_)
    10
    """

    def __init__(self, points: np.ndarray, y=None, *, embedded: bool = False):
        self.points, self.y, self.embedded = points, y, embedded

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        embed: str | None = None,
        random_state=None,
        ax=None,
    ) -> Self:
        """Encode `X` and draw the codes.

        Parameters
        ----------
        estimator : fitted autoencoder, or Pipeline that ends with one

        X : array-like of shape (n_samples, ...)
            Data.

        y : array-like of shape (n_samples,), default=None
            Classes, for colours.

        embed : {"tsne", "pca"}, default=None
            How to get codes of more than two dimensions into the plane.

        random_state : int or RandomState, default=None
            For t-SNE.

        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : LatentSpaceDisplay
        """
        if embed is not None and embed not in _EMBEDDINGS:
            raise ValueError(f"embed must be 'tsne', 'pca' or None; got {embed!r}.")
        check_is_fitted(estimator)
        points = np.asarray(estimator.transform(X))
        if y is not None:
            y = column_or_1d(y)
            check_consistent_length(points, y)
        if points.shape[1] > 2 and embed is None:
            raise ValueError(
                f"The codes have {points.shape[1]} dimensions: choose embed='tsne' or "
                "embed='pca' to draw them in a plane."
            )
        embedded = embed is not None and points.shape[1] > 2
        if embedded and len(points) < 2:
            raise ValueError(f"embed={embed!r} needs two rows at least; got 1.")
        if embedded and embed == "tsne":
            perplexity = min(30, (len(points) - 1) / 3)
            points = TSNE(
                perplexity=perplexity, random_state=random_state
            ).fit_transform(points)
        elif embedded:
            points = PCA(2).fit_transform(points)
        return cls(points, y, embedded=embedded).plot(ax=ax)

    def _draw(self, ax):
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import ListedColormap, Normalize

        points = np.asarray(self.points)
        labels = [None] if self.y is None else np.unique(self.y)
        flat = points.shape[1] == 1
        colours = shades(len(labels))
        # Of many points, the last class would cover the others.
        size = float(np.clip(12 * (2000 / len(points)) ** 0.5, 3, 12))
        self.scatters_ = {}
        for i, label in enumerate(labels):
            mine = points if label is None else points[np.asarray(self.y) == label]
            colour = BLUE
            if label is not None:
                colour = f"C{i}" if len(labels) <= 10 else colours[i]
            below = np.full(len(mine), i) if flat else mine[:, 1]
            self.scatters_[label] = ax.scatter(
                mine[:, 0],
                below,
                s=size,
                alpha=0.7,
                lw=0,
                color=colour,
                label=str(label),
            )
        if self.embedded:
            bare(ax)
        else:
            ylabel = ("" if self.y is None else "class") if flat else "code 1"
            ax.set(xlabel="code 0", ylabel=ylabel)
            tidy(ax)
        if flat:
            names = [""] if self.y is None else labels
            ax.set_yticks(np.arange(len(labels)), names)
        elif len(labels) > _MOST_NAMES:
            bar = ax.figure.colorbar(
                ScalarMappable(Normalize(0, len(labels) - 1), ListedColormap(colours)),
                ax=ax,
                ticks=[0, len(labels) - 1],
            )
            bar.set_ticklabels([str(labels[0]), str(labels[-1])])
        elif self.y is not None:
            ax.legend(
                frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), markerscale=2
            )
