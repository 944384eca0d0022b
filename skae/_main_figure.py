"""The figure of the main job."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from sklearn.metrics import pairwise_distances
from sklearn.utils import Bunch

_INK = "#333333"


def draw(
    data: Bunch,
    plane: np.ndarray,
    labels: np.ndarray,
    *,
    reconstructed: np.ndarray,
    history: dict[str, Sequence[float]],
    title: str,
) -> Figure:
    """Draw the map of the codes, some reconstructions and the loss curve.

    Parameters
    ----------
    data : Bunch
        The data set, as :mod:`skae.datasets` returns it.
    plane : ndarray of shape (n_points, 2)
        The map of the codes.
    labels : ndarray of shape (n_points,)
        The class of each point.
    reconstructed : ndarray of shape (n_test_rows, n_pixels)
        The reconstruction of each test row.
    history : dict of lists
        The losses per epoch, as in ``history_``.
    title : str
        The figure's title.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The figure; it belongs to no window.
    """
    figure = Figure(figsize=(13, 7), dpi=120, layout="constrained", facecolor="white")
    figure.get_layout_engine().set(w_pad=0.15, h_pad=0.15)
    figure.suptitle(title, fontsize=15, fontweight="bold", color=_INK)
    axes = figure.subplot_mosaic(
        [["map", "images"], ["map", "losses"]],
        width_ratios=[1.15, 1],
        height_ratios=[1, 2],
    )
    _draw_map(axes["map"], plane, labels, data.target_names)
    _draw_images(axes["images"], data, reconstructed)
    _draw_losses(axes["losses"], history)
    return figure


def _draw_map(
    ax: Axes, plane: np.ndarray, labels: np.ndarray, names: Sequence[str]
) -> None:
    colors = colormaps["tab10"].colors
    for label, name in enumerate(names):
        points = plane[labels == label]
        ax.scatter(*points.T, s=16, alpha=0.8, lw=0, color=colors[label], label=name)
        ax.annotate(
            name,
            # The median may lie between two clusters; this point is in one of them.
            points[pairwise_distances(points).sum(axis=0).argmin()],
            ha="center",
            va="center",
            fontsize=12,
            fontweight="bold",
            color=colors[label],
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )
    ax.set_title(f"Codes of {len(plane)} test rows, mapped by t-SNE", color=_INK)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        ncols=5,
        frameon=False,
        handletextpad=0.1,
        markerscale=2,
    )


def _draw_images(ax: Axes, data: Bunch, reconstructed: np.ndarray) -> None:
    """Draw the first test image of each class over its reconstruction."""
    labels = range(len(data.target_names))
    firsts = [np.argmax(data.y_test == label) for label in labels]
    tiles = np.stack([data.X_test[firsts], reconstructed[firsts]])
    tiles = tiles.reshape(2, len(firsts), *data.image_shape)
    tiles = np.pad(tiles, [(0, 0), (0, 0), (1, 1), (1, 1)])
    height, width = tiles.shape[2:]
    mosaic = tiles.transpose(0, 2, 1, 3).reshape(2 * height, len(firsts) * width)
    ax.imshow(mosaic, cmap="gray_r", vmin=0, vmax=1)
    ax.set_title("Test images over their reconstructions", color=_INK)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def _draw_losses(ax: Axes, history: dict[str, Sequence[float]]) -> None:
    series = {"loss": ("train", "#1f77b4"), "val_loss": ("validation", "#ff7f0e")}
    for key, (name, color) in series.items():
        if key in history:
            epochs = np.arange(1, len(history[key]) + 1)
            ax.plot(epochs, history[key], color=color, lw=2, label=name)
    ax.set_title("Loss", color=_INK)
    ax.set(xlabel="epoch")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#eeeeee")
    ax.legend(frameon=False)
