"""What the displays share: axes, and rows drawn as images or as curves."""

import math
from typing import Any

import numpy as np

INK = "#333333"
BLUE, ORANGE = "#1f77b4", "#ff7f0e"
# More rows of data than this are not pixels for sure: a table is drawn as bars.
_LEAST_PIXELS = 16


def new_axes(ax):
    """`ax`, or new axes; pyplot is imported no sooner."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(layout="constrained")[1]


def bare(ax) -> None:
    """Take ticks and frame away."""
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def tidy(ax) -> None:
    """Keep two lines of the frame and a pale grid."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#eeeeee")
    ax.set_axisbelow(True)


def find_image_shape(estimator: Any, rows: np.ndarray, image_shape) -> tuple | None:
    """Shape in which to draw a row as an image; None where rows are no images.

    As given; as the estimator knows; as `rows` have it (3 or 4 axes); or a square.
    """
    if image_shape is not None:
        if math.prod(image_shape) != math.prod(rows.shape[1:]):
            raise ValueError(
                f"image_shape={tuple(image_shape)} has {math.prod(image_shape)} "
                f"values, but a row has {math.prod(rows.shape[1:])}."
            )
        return tuple(image_shape)
    known = getattr(estimator, "image_shape_", None)
    if known is not None:
        return tuple(known)
    if rows.ndim > 2:
        return None if hasattr(estimator, "n_timesteps_") else rows.shape[1:]
    side = math.isqrt(rows.shape[1])
    if side**2 == rows.shape[1] >= _LEAST_PIXELS and not hasattr(
        estimator, "n_timesteps_"
    ):
        return (side, side)
    return None


def mosaic(images: np.ndarray) -> np.ndarray:
    """Images of shape (n_rows, n_columns, H, W[, C]) as one image, with gaps.

    Greys between the smallest and the largest value; gaps are NaN, which is not drawn.
    """
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
    """Draw a mosaic: grey for one channel, colours for three.

    From the least to the largest value of `like`, or else of the mosaic itself.
    """
    bare(ax)
    like = tiled if like is None else np.asarray(like, dtype=np.float64)
    low, high = np.nanmin(like), np.nanmax(like)
    if tiled.shape[2] == 1:
        return ax.imshow(
            tiled[..., 0], cmap="gray_r", interpolation="nearest", vmin=low, vmax=high
        )
    colours = np.clip((tiled[..., :3] - low) / ((high - low) or 1.0), 0, 1)
    opaque = ~np.isnan(colours[..., :1])
    return ax.imshow(
        np.concatenate([np.nan_to_num(colours), opaque], axis=2),
        interpolation="nearest",
    )
