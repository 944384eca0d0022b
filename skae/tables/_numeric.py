"""Tables of mixed kinds as numbers, for methods that know nothing else."""

from typing import Self

import numpy as np

from skae.tables._layout import MixedTableLayout

# What a level gets at least, before the probabilities are made to sum to 1.
_MIN_CHANCE = 0.01


class TableNumbers:
    """A column per number and per level, each feature of variance 1, without gaps.

    Parameters
    ----------
    layout : MixedTableLayout

    mean, deviation : ndarray of shape (n_outputs,)
        To subtract and to divide by.
    """

    def __init__(self, layout: MixedTableLayout, mean, deviation):
        self.layout, self.mean, self.deviation = layout, mean, deviation

    @classmethod
    def fit(cls, layout: MixedTableLayout, x: np.ndarray) -> Self:
        """Moments of rows of the network."""
        mean, squares = observed_moments(layout.vectors(x).astype(np.float64))
        for column, places in zip(layout.columns, layout.output_places(), strict=True):
            if column.n_levels:  # which have one deviation
                squares[places] = squares[places].sum()
        return cls(layout, mean, np.sqrt(np.where(squares > 0, squares, 1.0)))

    def with_missing(self, x: np.ndarray) -> np.ndarray:
        """Rows of the network as numbers, float64; NaN for what is missing."""
        return (self.layout.vectors(x) - self.mean) / self.deviation

    def filled(self, x: np.ndarray) -> np.ndarray:
        """The same with the mean for what is missing."""
        return np.nan_to_num(self.with_missing(x))

    def write(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers in the form of a network's outputs, with probabilities of levels."""
        found = numbers * self.deviation + self.mean
        for column, places in zip(
            self.layout.columns, self.layout.output_places(), strict=True
        ):
            if column.n_levels:
                chances = np.maximum(found[:, places], _MIN_CHANCE)
                found[:, places] = chances / chances.sum(axis=1, keepdims=True)
        return found


def observed_moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of what each column has; 0 where it has nothing."""
    there = ~np.isnan(x)
    n_there = np.maximum(1, there.sum(axis=0))
    mean = np.where(there, x, 0).sum(axis=0) / n_there
    return mean, np.where(there, np.square(x - mean), 0).sum(axis=0) / n_there
