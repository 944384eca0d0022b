"""One column of a table of mixed kinds, and how its numbers are read."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from skae.frames import numbers_of, seconds_of

_LARGEST = float(np.finfo(np.float32).max)


class Column(ABC):
    """One column: values to numbers or levels, and what is reconstructed to values.

    It has nothing but what its constructor takes, so that a file can hold it.
    """

    # How many numbers it has in a row of the network, or how many levels.
    n_numbers: int = 0
    n_levels: int = 0
    kind: str
    # Whether equal steps of its values are equal steps on its scale.
    is_straight = False
    # Whether float32 holds its values as well as they differ from each other.
    fits_float32 = True

    @classmethod
    @abstractmethod
    def fit(cls, values, kind: str, name: Any, **options) -> "Column":
        """What is to be known of the values of a column, all of them."""

    @abstractmethod
    def read(self, values, name: Any) -> np.ndarray:
        """A number or more per row, or the number of its level; NaN where it is gone.

        float32, of shape (n_rows, n_numbers) or (n_rows, 1).
        """

    @abstractmethod
    def write(self, found: np.ndarray) -> Any:
        """Values from numbers, or from the probabilities of the levels."""


def numbers_in(values, kind: str, name) -> np.ndarray:
    """Numbers, or seconds; ValueError, with the column's name, for what has none."""
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
    """Mean and deviation of numbers that differ, however far from zero or small."""
    z = x - x[0]
    unit = float(np.abs(z).max()) or 1.0
    z = z / unit
    mean = np.average(z, weights=weight)
    deviation = np.sqrt(np.average(np.square(z - mean), weights=weight))
    return float(x[0] + unit * mean), float(unit * deviation)


def check_size(x: np.ndarray, name) -> None:
    """ValueError, with the column's name, for infinity and what float32 cannot hold."""
    if np.nanmax(np.abs(x), initial=0.0) > _LARGEST:
        raise ValueError(
            "Input X contains infinity or a value too large for dtype('float32'), in "
            f"column {name!r}."
        )
