"""Base class of the columns of a table of mixed types, and helpers for numbers."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from skae.frames import numbers_of, seconds_of

_LARGEST = float(np.finfo(np.float32).max)


class Column(ABC):
    """Encoding of a column as numbers or levels, and decoding of reconstructions.

    The attributes are those that the constructor takes, so that it can be saved.
    """

    # Number of numbers in a row of the network, or number of levels.
    n_numbers: int = 0
    n_levels: int = 0
    kind: str
    # Whether the scale is linear.
    is_straight = False
    # Whether float32 resolves the differences of the values.
    fits_float32 = True

    @property
    def is_encoded(self) -> bool:
        """Whether the column has values in the rows of the network."""
        return bool(self.n_numbers or self.n_levels)

    @classmethod
    @abstractmethod
    def fit(cls, values, kind: str, name: Any, **options) -> "Column":
        """Fit to the values of a column."""

    @abstractmethod
    def read(self, values, name: Any) -> np.ndarray:
        """Encode values as numbers, or as numbers of levels; NaN for missing values.

        The result is float32, of shape (n_rows, n_numbers) or (n_rows, 1).
        """

    @abstractmethod
    def write(self, found: np.ndarray) -> Any:
        """Decode values from numbers, or from the probabilities of the levels."""


def numbers_in(values, kind: str, name) -> np.ndarray:
    """Convert values to numbers or seconds; a ValueError names the column."""
    try:
        x = (seconds_of if kind in ("date", "duration") else numbers_of)(values)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ValueError(
            f"Column {name!r} is taken for a {kind}, but its values cannot be read as "
            f"such: {error}. Set its kind by column_kinds, or convert it."
        ) from None
    check_size(x, name)
    return x


def moments(x: np.ndarray, weight: np.ndarray | None = None) -> tuple[float, float]:
    """Mean and standard deviation, accurate for very large and small numbers."""
    z = x - x[0]
    unit = float(np.abs(z).max()) or 1.0
    z = z / unit
    mean = np.average(z, weights=weight)
    deviation = np.sqrt(np.average(np.square(z - mean), weights=weight))
    return float(x[0] + unit * mean), float(unit * deviation)


def check_size(x: np.ndarray, name) -> None:
    """Raise ValueError, naming the column, for infinity and numbers beyond float32."""
    if np.nanmax(np.abs(x), initial=0.0) > _LARGEST:
        raise ValueError(
            "Input X contains infinity or a value too large for dtype('float32'), in "
            f"column {name!r}."
        )
