"""Arrays of any shape: tables, signals, images with any number of channels."""

import math

from skae._sklearn import checked_nd_array
from skae.data._layout import Layout
from skae.data._masked_arrays import refuse_masked
from skae.data._rows import Rows
from skae.data._shapes import complete_shape, shape_of_user
from skae.data._units import Units


class ArrayLayout(Layout):
    """Rows of any shape, which may be flattened.

    Parameters
    ----------
    input_shape : tuple of int
        Shape of a row, as the network gets it.

    row_shape : tuple of int
        Shape of a row of the data that `fit` was given.

    units : Units, default=None
        Units of the rows, if they are not those of the data.
    """

    parameters = {"input_shape": ["array-like", None]}

    def __init__(
        self,
        input_shape: tuple[int, ...],
        row_shape: tuple[int, ...],
        units: Units | None = None,
    ):
        self.input_shape, self.row_shape = tuple(input_shape), tuple(row_shape)
        if units is not None:
            self.units = units

    @classmethod
    def validate(cls, estimator, X, *, reset):
        """Check a table, or an array with more axes."""
        name = type(estimator).__name__
        refuse_masked(X, name)
        if len(getattr(X, "shape", ())) < 3 and not _is_nested(X):
            return super().validate(estimator, X, reset=reset)
        X = checked_nd_array(X, name)
        if math.prod(X.shape[1:]) == 0:
            raise ValueError(f"Found array with rows without values (shape={X.shape}).")
        if reset:
            cls.forget_names(estimator)
        return X

    @classmethod
    def fit(cls, X, name, *, input_shape=None):
        """Find the shape of the rows: that of the array, or `input_shape`."""
        row_shape = tuple(X.shape[1:])
        if input_shape is None:
            return cls(row_shape, row_shape)
        return cls(_complete(input_shape, row_shape), row_shape)

    @property
    def sample_shape(self):
        """Shape of a row, as the network gets it."""
        return self.input_shape

    @property
    def image_shape(self) -> tuple[int, ...] | None:
        """Height, width and channels if the rows may be images."""
        *_, channels = shape = self.input_shape
        return shape if len(shape) == 3 and channels in (1, 3, 4) else None

    def rows(self, X, name):
        """`X` as rows, flattened or not; ValueError if their shape is not fit's."""
        row_shape = tuple(X.shape[1:])
        size = math.prod(self.input_shape)
        is_flat = len(row_shape) == 1 and row_shape[0] == size
        if not is_flat and row_shape not in (self.row_shape, self.input_shape):
            raise ValueError(
                f"X has rows of shape {row_shape}, but {name} was fitted with rows of "
                f"shape {self.row_shape}."
            )
        return Rows(X, name, self.input_shape, units=self.units)

    def restore(self, values, rows=None):
        """Reshape values to the shape of `rows`, or of the data of `fit`."""
        row_shape = self.row_shape if rows is None else rows.X.shape[1:]
        return values.reshape(len(values), *row_shape)


def _is_nested(X) -> bool:
    """Whether `X` is a list of arrays with two or more axes, or of lists of lists."""
    first = X[0] if isinstance(X, list | tuple) and len(X) else None
    if isinstance(first, list | tuple) and len(first):
        return hasattr(first[0], "__len__")
    return getattr(first, "ndim", 0) > 1


def _complete(input_shape, row_shape: tuple[int, ...]) -> tuple[int, ...]:
    """`input_shape` with -1 inferred from the number of values of a row."""
    shape, size = shape_of_user(input_shape), math.prod(row_shape)
    if shape is None:
        raise ValueError(
            "input_shape must be a sequence of positive integers, such as (28, 28, 1), "
            f"with at most one -1 for what is left; got {input_shape!r}."
        )
    found = complete_shape(shape, size)
    if found is None:
        raise ValueError(
            f"input_shape={tuple(input_shape)} does not fit X, whose rows of shape "
            f"{row_shape} have {size} values."
        )
    return found
