"""Figure of the command line program."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from sklearn.metrics import pairwise_distances
from sklearn.utils import Bunch

from skae.plotting import LatentSpaceDisplay, LossCurveDisplay, ReconstructionDisplay


def draw(
    data: Bunch,
    plane: np.ndarray,
    labels: np.ndarray,
    *,
    reconstructed: np.ndarray,
    history: Mapping[str, Sequence[float]],
    title: str,
) -> Figure:
    """Plot the codes, some reconstructions and the loss curve.

    Parameters
    ----------
    data : Bunch
        The data set, as :mod:`skae.datasets` returns it.
    plane : ndarray of shape (n_points, 2)
        The two-dimensional embedding of the codes.
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
        The figure, not attached to a window.
    """
    figure = Figure(figsize=(13, 7), dpi=120, layout="constrained", facecolor="white")
    figure.get_layout_engine().set(w_pad=0.15, h_pad=0.15)
    figure.suptitle(title, fontsize=15, fontweight="bold")
    axes = figure.subplot_mosaic(
        [["map", "images"], ["map", "losses"]],
        width_ratios=[1.15, 1],
        height_ratios=[1, 2],
    )
    names = np.asarray(data.target_names)
    points = LatentSpaceDisplay(plane, names[labels], embedded=True)
    _name_clusters(points.plot(ax=axes["map"]))
    axes["map"].set_title(f"Codes of {len(plane)} test rows, mapped by t-SNE")

    firsts = [np.argmax(data.y_test == label) for label in range(len(names))]
    ReconstructionDisplay(
        data.X_test[firsts], reconstructed[firsts], image_shape=data.image_shape
    ).plot(ax=axes["images"])
    axes["images"].set_title("A test image of each class")

    LossCurveDisplay(history).plot(ax=axes["losses"])
    axes["losses"].set_title("Loss")
    return figure


def _name_clusters(display: LatentSpaceDisplay) -> None:
    """Write each class's name into its cluster, instead of a legend."""
    for name, scatter in display.scatters_.items():
        points = scatter.get_offsets()
        display.ax_.annotate(
            name,
            # The medoid: unlike the median, it is never between two clusters.
            points[pairwise_distances(points).sum(axis=0).argmin()],
            ha="center",
            va="center",
            fontsize=12,
            fontweight="bold",
            color=scatter.get_facecolor()[0, :3],
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )
    display.ax_.get_legend().remove()
