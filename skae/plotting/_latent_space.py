"""Scatter plot of codes."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.utils import check_consistent_length, column_or_1d

from skae.metrics import encoding_part
from skae.plotting._drawing import (
    BLUE,
    Display,
    autoencoder_of,
    bare,
    draw_image,
    find_image_shape,
    shades,
    tidy,
)

_EMBEDDINGS = ("tsne", "pca")
# Most names in a legend.
_MAX_NAMES = 20
# Width of a thumbnail, as a share of the width of the axes.
_THUMBNAIL = 1 / 18


class LatentSpaceDisplay(Display):
    """Scatter plot of codes in a plane, coloured by class.

    Parameters
    ----------
    points : ndarray of shape (n_samples, 2) or (n_samples, 1)
        Points; those of one dimension are plotted as a strip per class.

    y : array-like of shape (n_samples,), default=None
        Class labels.

    embedded : bool, default=False
        Whether the points are an embedding of the codes, whose axes have no meaning.

    images : ndarray of shape (n_samples, H, W) or (n_samples, H, W, C), default=None
        Images of the rows. Some of them are drawn at their points, chosen such that
        they do not overlap.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    scatters_ : dict of matplotlib PathCollection
        By class; the key is None without classes.
    thumbnails_ : dict of matplotlib AxesImage
        By row; empty without images.

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

    def __init__(
        self, points: np.ndarray, y=None, *, embedded: bool = False, images=None
    ):
        self.points, self.y, self.embedded = points, y, embedded
        self.images = images

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X: "ArrayLike",
        y: "ArrayLike | None" = None,
        *,
        embed: str | None = None,
        thumbnails: bool = False,
        image_shape: tuple[int, ...] | None = None,
        random_state=None,
        ax=None,
    ) -> Self:
        """Encode `X` and plot the codes.

        Parameters
        ----------
        estimator : fitted autoencoder, or Pipeline that ends with one

        X : array-like of shape (n_samples, ...)
            Data.

        y : array-like of shape (n_samples,), default=None
            Class labels, for the colours.

        embed : {"tsne", "pca"}, default=None
            Embedding of codes with more than two dimensions.

        thumbnails : bool, default=False
            Whether to draw images of some rows at their points.

        image_shape : tuple of int, default=None
            Shape of an image; by default as the estimator or `X` has it, or square.

        random_state : int or RandomState, default=None
            Random state of t-SNE.

        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : LatentSpaceDisplay
        """
        if embed is not None and embed not in _EMBEDDINGS:
            raise ValueError(f"embed must be 'tsne', 'pca' or None; got {embed!r}.")
        estimator = encoding_part(estimator)
        images = _as_images(estimator, X, image_shape) if thumbnails else None
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
        return cls(points, y, embedded=embedded, images=images).plot(ax=ax)

    def _draw(self, ax):
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import ListedColormap, Normalize

        points = np.asarray(self.points)
        labels = [None] if self.y is None else np.unique(self.y)
        flat = points.shape[1] == 1
        colours = shades(len(labels))
        # With large points the last of many classes would cover the others.
        size = float(np.clip(12 * (2000 / len(points)) ** 0.5, 3, 12))
        self.scatters_, self.thumbnails_ = {}, {}
        places, member = np.empty((len(points), 2)), np.zeros(len(points), int)
        inks = []
        for i, label in enumerate(labels):
            which = slice(None) if label is None else np.asarray(self.y) == label
            mine = points[which]
            colour = BLUE
            if label is not None:
                colour = f"C{i}" if len(labels) <= 10 else colours[i]
            below = np.full(len(mine), i) if flat else mine[:, 1]
            places[which] = np.stack([mine[:, 0], below], axis=1)
            member[which] = i
            inks.append(colour)
            self.scatters_[label] = ax.scatter(
                mine[:, 0],
                below,
                s=size,
                alpha=0.7,
                lw=0,
                color=colour,
                label=str(label),
            )
        if self.images is not None:
            self._draw_thumbnails(ax, places, member, inks)
        if self.embedded:
            bare(ax)
        else:
            ylabel = ("" if self.y is None else "class") if flat else "code 1"
            ax.set(xlabel="code 0", ylabel=ylabel)
            tidy(ax)
        if flat:
            names = [""] if self.y is None else labels
            ax.set_yticks(np.arange(len(labels)), names)
        elif len(labels) > _MAX_NAMES:
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

    def _draw_thumbnails(self, ax, places, member, inks: list) -> None:
        from matplotlib.patches import Rectangle

        images = np.asarray(self.images, dtype=np.float64)
        images = images[..., None] if images.ndim == 3 else images
        limits = np.array([ax.get_xlim(), ax.get_ylim()])
        box = ax.get_window_extent()
        shape = images.shape[1] / images.shape[2] * box.width / box.height
        size = np.ptp(limits, axis=1) * _THUMBNAIL * np.array([1.0, shape])
        # The frame around an image takes some room as well.
        for row in _spread_out(places, 1.1 * size):
            left, low = places[row] - size / 2
            right, high = places[row] + size / 2
            self.thumbnails_[row] = draw_image(
                ax,
                images[row],
                images,
                extent=(left, right, low, high),
                aspect="auto",
                zorder=3,
            )
            style = {"fill": False, "ec": inks[member[row]], "zorder": 4}
            ax.add_patch(Rectangle((left, low), *size, **style))
        ax.set(xlim=limits[0], ylim=limits[1])


def _as_images(estimator, X, image_shape) -> np.ndarray:
    rows = np.asarray(X)
    shape = find_image_shape(autoencoder_of(estimator), rows, image_shape)
    if shape is None:
        raise ValueError(
            f"thumbnails=True draws rows as images, but rows of shape {rows.shape[1:]} "
            "are none. Say with image_shape which shape they have."
        )
    return rows.reshape(len(rows), *shape)


def _spread_out(places: np.ndarray, size: np.ndarray) -> list[int]:
    """Random rows, chosen such that no two are nearer than `size`."""
    chosen: list[int] = []
    for row in np.random.default_rng(0).permutation(len(places)):
        near = np.abs(places[chosen] - places[row]) < size
        if np.isfinite(places[row]).all() and not near.all(axis=1).any():
            chosen.append(int(row))
    return chosen
