"""Base class of the displays, and helpers to draw rows as images or curves."""

import math
from typing import Any, Self

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skae.data import Layout, SequenceLayout

INK = "#333333"
BLUE, ORANGE = "#1f77b4", "#ff7f0e"
# A shorter row is not taken for an image, even if its length is a square.
_MIN_PIXELS = 64


class Display:
    """Base class of displays: holds the axes, and can be plotted again on others."""

    def plot(self, *, ax=None) -> Self:
        """Plot.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : object
            The display itself.
        """
        if ax is None:
            # pyplot chooses a backend when it is imported: not before the first plot.
            import matplotlib.pyplot as plt

            ax = plt.subplots(layout="constrained", figsize=self._size())[1]
        self.ax_, self.figure_ = ax, ax.figure
        self._draw(ax)
        return self

    def _size(self) -> tuple[float, float] | None:
        """Size of a new figure in inches; None for Matplotlib's default."""
        return None


def autoencoder_of(estimator):
    """The fitted autoencoder, also of a pipeline or a search."""
    check_is_fitted(estimator)
    estimator = getattr(estimator, "best_estimator_", estimator)
    return estimator[-1] if isinstance(estimator, Pipeline) else estimator


def drawn_by_value(estimator):
    """The fitted autoencoder; ValueError for tables of mixed types."""
    model = autoencoder_of(estimator)
    if not getattr(layout_of(model), "all_numeric", True):
        raise ValueError(
            f"Rows of {type(model).__name__} are not numbers of one kind, and cannot "
            "be drawn as images or curves: ColumnDisplay draws the columns of tables, "
            "and LatentSpaceDisplay their codes."
        )
    return model


def layout_of(model) -> Layout | type[Layout]:
    """Layout of the rows of a fitted model; a general one for other libraries."""
    return getattr(model, "_layout", Layout)


def image_shape_of(model) -> tuple[int, ...] | None:
    """Shape of an image, if rows are images."""
    return getattr(layout_of(model), "image_shape", None)


def has_sequences(model) -> bool:
    """Whether a row has one time step after the other."""
    return isinstance(layout_of(model), SequenceLayout)


def has_normal_prior(model) -> bool:
    """Whether a model samples codes from a nearly standard normal distribution."""
    return hasattr(model, "sample")


def code_shape_of(model, code_size: int) -> tuple[int, ...]:
    """Shape of one code of a fitted model."""
    return getattr(model, "code_shape_", (code_size,))


def shades(n: int) -> list:
    """Sequence of `n` colours, none of them too pale."""
    from matplotlib import colormaps

    return [colormaps["viridis"](shade) for shade in np.linspace(0, 0.9, n)]


def curve(ax, x, y, **style):
    """Plot a line; a single point is drawn as a visible dot."""
    return ax.plot(x, y, marker="o" if len(x) == 1 else None, **style)[0]


def main_feature(sequences) -> int:
    """The feature with the largest variance, the only one that is plotted."""
    steps = np.concatenate([np.reshape(x, (len(x), -1)) for x in sequences])
    return int(np.nanargmax(np.nan_to_num(np.nanvar(steps, axis=0))))


def bare(ax) -> None:
    """Remove ticks and frame."""
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def tidy(ax) -> None:
    """Reduce the frame to two lines, and add a pale grid."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#eeeeee")
    ax.set_axisbelow(True)


def find_image_shape(model: Any, rows: np.ndarray, image_shape) -> tuple | None:
    """Shape in which to draw a row as an image; None if rows are not images.

    It is the given one, that of the layout, that of `rows` (3 or 4 axes), or a square.
    """
    if image_shape is not None:
        if math.prod(image_shape) != math.prod(rows.shape[1:]):
            raise ValueError(
                f"image_shape={tuple(image_shape)} has {math.prod(image_shape)} "
                f"values, but a row has {math.prod(rows.shape[1:])}."
            )
        return tuple(image_shape)
    known = image_shape_of(model)
    if known is not None:
        return known
    if has_sequences(model):
        return None
    if rows.ndim > 2:
        return rows.shape[1:]
    side = math.isqrt(rows.shape[1])
    return (side, side) if side**2 == rows.shape[1] >= _MIN_PIXELS else None


def size_of_mosaic(n_rows: int, n_columns: int, image_shape) -> tuple[float, float]:
    """Size in inches of a figure without margins around a mosaic."""
    height, width = image_shape[:2]
    aspect = n_rows * (height + 1) / (n_columns * (width + 1))
    return 6.4, float(np.clip(6.4 * aspect + 0.2, 1.2, 6.4))


def mosaic(images: np.ndarray) -> np.ndarray:
    """Tile images of shape (n_rows, n_columns, H, W[, C]), with NaN in between."""
    images = np.asarray(images, dtype=np.float64)
    if images.ndim == 4:
        images = images[..., None]
    gaps = [(0, 0), (0, 0), (0, 1), (0, 1), (0, 0)]
    images = np.pad(images, gaps, constant_values=np.nan)
    n_rows, n_columns, height, width, n_channels = images.shape
    tiled = images.transpose(0, 2, 1, 3, 4)
    tiled = tiled.reshape(n_rows * height, n_columns * width, n_channels)
    return tiled[:-1, :-1]


def show(ax, tiled: np.ndarray, like: np.ndarray | None = None):
    """Draw a mosaic, grey for one channel and in colours for three.

    Other numbers of channels are averaged. The range is from the least to the largest
    value of `like`, or else of the mosaic itself.
    """
    bare(ax)
    return draw_image(ax, tiled, tiled if like is None else like)


def draw_image(ax, image: np.ndarray, like: np.ndarray, **where):
    """Draw an image of shape (H, W, C) at a place of the axes."""
    like = np.asarray(like, dtype=np.float64)
    low, high = np.nanmin(like), np.nanmax(like)
    where["interpolation"] = "nearest"
    if image.shape[2] != 3:
        grey = {"cmap": "gray_r", "vmin": low, "vmax": high}
        return ax.imshow(image.mean(axis=2), **grey, **where)
    colours = np.clip((image - low) / ((high - low) or 1.0), 0, 1)
    opaque = ~np.isnan(colours[..., :1])
    return ax.imshow(np.concatenate([np.nan_to_num(colours), opaque], axis=2), **where)
