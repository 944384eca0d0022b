"""Images as arrays of shape (height, width), with channels, or flattened."""

import math
import warnings

import numpy as np

from skae._callers import level_of_user
from skae._sklearn import checked_nd_array
from skae.data._layout import Layout
from skae.data._masked_arrays import refuse_masked
from skae.data._rows import Rows
from skae.data._shapes import complete_shape, known_size, shape_of_user
from skae.data._units import Units

# Numbers of channels of grey, RGB and RGBA images.
_CHANNELS = (1, 3, 4)


class ImageLayout(Layout):
    """Images of shape (height, width, channels), or flattened.

    Parameters
    ----------
    image_shape : tuple of int
        Height, width and channels.

    row_shape : tuple of int
        Shape of a row of the data that `fit` was given.

    units : Units, default=None
        Units of the rows, if they are not those of the data.
    """

    parameters = {"image_shape": ["array-like", None]}

    def __init__(
        self,
        image_shape: tuple[int, ...],
        row_shape: tuple[int, ...],
        units: Units | None = None,
    ):
        self.image_shape, self.row_shape = tuple(image_shape), tuple(row_shape)
        if units is not None:
            self.units = units

    @classmethod
    def validate(cls, estimator, X, *, reset):
        """Check flattened images as a table, and others by their axes."""
        name = type(estimator).__name__
        refuse_masked(X, name)
        _refuse_several_sizes(X)
        n_axes = np.ndim(X) if isinstance(X, list | tuple) else getattr(X, "ndim", 2)
        if n_axes < 3:
            return super().validate(estimator, X, reset=reset)
        X = checked_nd_array(X, name)
        _shape_of_images(X.shape)
        if reset:
            cls.forget_names(estimator)
        return X

    @classmethod
    def fit(cls, X, name, *, image_shape=None):
        """Find the shape of the images: that of the array, `image_shape`, or square."""
        if len(X.shape) < 3:
            shape = _shape_of_flat(X.shape[1], image_shape)
        else:
            shape = _shape_of_images(X.shape)
            _compare(image_shape, shape, X.shape)
            if image_shape is None:
                _warn_of_channels_first(shape)
        return cls(shape, X.shape[1:])

    @property
    def sample_shape(self):
        """(height, width, channels)."""
        return self.image_shape

    def rows(self, X, name):
        """Images as rows, flattened or not; ValueError if their shape is not fit's."""
        if len(X.shape) > 2 and _shape_of_images(X.shape) != self.image_shape:
            raise ValueError(
                f"X has images of {_text(_shape_of_images(X.shape))}, but {name} was "
                f"fitted with images of {_text(self.image_shape)} (height, width, "
                "channels)."
            )
        return Rows(X, name, self.image_shape, units=self.units)

    def restore(self, values, rows=None):
        """Reshape images to the shape of `rows`, or of the data of `fit`."""
        row_shape = self.row_shape if rows is None else rows.X.shape[1:]
        return values.reshape(len(values), *row_shape)

    def attributes(self):
        """`image_shape_`."""
        return {"image_shape_": self.image_shape}


def _text(shape) -> str:
    return " x ".join(map(str, shape))


def _shape_of_images(shape) -> tuple[int, ...]:
    if len(shape) not in (3, 4):
        raise ValueError(
            f"Got X of shape {shape}. Images are of shape (n_samples, height, width), "
            "(n_samples, height, width, channels), or flattened, with image_shape."
        )
    if min(shape[1:]) == 0:
        raise ValueError(f"Found array with images without pixels (shape={shape}).")
    return (*shape[1:], 1)[:3]


def _refuse_several_sizes(X) -> None:
    """Raise ValueError for a list of images of different sizes."""
    is_list = isinstance(X, list | tuple)
    if not is_list and (getattr(X, "ndim", 2) > 1 or X.dtype.kind != "O"):
        return
    first: dict[tuple[int, ...], int] = {}
    for i, image in enumerate(X):
        if np.ndim(image) > 1:
            first.setdefault(np.shape(image), i)
    if len(first) > 1:
        (size, i), (other, j) = list(first.items())[:2]
        raise ValueError(
            f"X has images of {len(first)} sizes: image {i} is {_text(size)}, image "
            f"{j} {_text(other)}. Bring all to one size first: scale, cut or pad them."
        )


def _compare(image_shape, found: tuple[int, ...], shape) -> None:
    """Raise ValueError if `image_shape` contradicts the shape of the images."""
    if image_shape is None or _complete(image_shape, math.prod(found)) == found:
        return
    raise ValueError(
        f"image_shape={tuple(image_shape)} does not agree with X of shape {shape}: its "
        f"images are {_text(found)} (height, width, channels). If their channels come "
        "first, give np.moveaxis(X, 1, -1). image_shape is for flattened images."
    )


def _warn_of_channels_first(shape: tuple[int, ...]) -> None:
    first, height, last = shape
    if first in _CHANNELS and min(height, last) > max(_CHANNELS):
        warnings.warn(
            f"X is taken as images of {_text(shape)}: height, width, channels. That "
            f"looks like {first} channels of {height} x {last} pixels, with the "
            "channels first: give np.moveaxis(X, 1, -1) then. If the shape is meant, "
            f"image_shape={shape} says so, without this warning.",
            stacklevel=level_of_user(),
        )


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
        stacklevel=level_of_user(),
    )
    return (1, width, 1)


def _complete(image_shape, width: int) -> tuple[int, ...]:
    """`image_shape` with three entries, and -1 inferred from the number of columns."""
    shape = shape_of_user(image_shape)
    if shape is None or len(shape) not in (2, 3):
        raise ValueError(
            "image_shape must be (height, width) or (height, width, channels), with at "
            f"most one -1 for what is left; got {image_shape!r}."
        )
    found = complete_shape((*shape, 1)[:3], width)
    if found is None:
        raise ValueError(
            f"image_shape={tuple(image_shape)} does not fit X with {width} columns: "
            f"images of that shape have {'a multiple of ' if -1 in shape else ''}"
            f"{known_size(shape)} values. It must be (height, width) or (height, "
            "width, channels)."
        )
    return found
