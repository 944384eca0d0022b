"""Images in any of the layouts in which people have them."""

import math
import warnings
from collections.abc import Callable

import numpy as np
from sklearn.utils.validation import check_array

from skae.data._rows import Rows


def checked_images(
    estimator, X, check_table: Callable, image_shape, *, reset: bool
) -> tuple[Rows, tuple[int, ...], tuple[int, ...]]:
    """Check `X` and serve it as images.

    Parameters
    ----------
    estimator : BaseAutoencoder
        Knows `image_shape_` unless `reset`; gets `n_features_in_` with it.

    X : array-like of shape (n, H, W), (n, H, W, C) or (n, H * W * C), or sparse matrix

    check_table : callable
        Checks flattened images, as any table.

    image_shape : tuple or None
        The user's, for flattened images.

    reset : bool
        Whether this is a first fit.

    Returns
    -------
    rows : Rows
        Of shape (H, W, C).

    layout : tuple of int
        Shape of a row of `X`.

    shape : tuple of int
        (H, W, C).
    """
    name = type(estimator).__name__
    n_axes = np.ndim(X) if isinstance(X, list | tuple) else getattr(X, "ndim", 2)
    if n_axes < 3:
        X = check_table(X, reset=reset).X
        if reset:
            shape = _shape_of_flat(X.shape[1], image_shape)
        else:
            shape = estimator.image_shape_
    else:
        X = check_array(
            X, dtype="numeric", allow_nd=True, ensure_all_finite=False, estimator=name
        )
        shape = _shape_of_images(X.shape, image_shape)
        if reset:
            estimator.n_features_in_ = math.prod(shape)
            vars(estimator).pop("feature_names_in_", None)
        elif shape != estimator.image_shape_:
            raise ValueError(
                f"X has images of {_text(shape)}, but {name} was fitted with images of "
                f"{_text(estimator.image_shape_)} (height, width, channels)."
            )
    return Rows(X, name, shape), X.shape[1:], shape


def _text(shape) -> str:
    return " x ".join(map(str, shape))


def _shape_of_images(shape, image_shape) -> tuple[int, ...]:
    if len(shape) not in (3, 4):
        raise ValueError(
            f"Got X of shape {shape}. Images are of shape (n_samples, height, width), "
            "(n_samples, height, width, channels), or flattened, with image_shape."
        )
    if min(shape[1:]) == 0:
        raise ValueError(f"Found array with images without pixels (shape={shape}).")
    found = (*shape[1:], 1)[:3]
    if image_shape is not None:
        asked = _complete(image_shape, math.prod(found))
        if asked != found:
            raise ValueError(
                f"image_shape={tuple(image_shape)} does not agree with X of shape "
                f"{shape}: its images are {_text(found)} (height, width, channels). "
                "Leave image_shape out: it is for flattened images."
            )
    return found


def _shape_of_flat(width: int, image_shape) -> tuple[int, ...]:
    if image_shape is not None:
        return _complete(image_shape, width)
    side = math.isqrt(width)
    if side * side == width:
        return (side, side, 1)
    warnings.warn(
        f"X has {width} columns, which is not the square of anything: its rows are "
        f"taken as strips of 1 x {width} pixels. If they are images, give "
        "image_shape=(height, width) or (height, width, channels); image_shape=(1, -1) "
        "means strips, without this warning.",
        stacklevel=6,
    )
    return (1, width, 1)


def _complete(image_shape, width: int) -> tuple[int, ...]:
    """`image_shape` with three entries, and -1 replaced by what is left."""
    try:
        shape = tuple(int(n) for n in image_shape)
    except (TypeError, ValueError):
        shape = ()
    if (
        len(shape) not in (2, 3)
        or any(n < 1 and n != -1 for n in shape)
        or shape.count(-1) > 1
    ):
        raise ValueError(
            "image_shape must be (height, width) or (height, width, channels), with at "
            f"most one -1 for what is left; got {image_shape!r}."
        )
    shape = (*shape, 1)[:3]
    known = math.prod(n for n in shape if n != -1)
    if (-1 in shape and width % known) or (-1 not in shape and width != known):
        raise ValueError(
            f"image_shape={tuple(image_shape)} does not fit X with {width} columns: "
            f"images of that shape have {'a multiple of ' if -1 in shape else ''}"
            f"{known} values. It must be (height, width) or (height, width, channels)."
        )
    return tuple(width // known if n == -1 else n for n in shape)
