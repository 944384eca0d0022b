"""Tables of mixed types as numbers, for methods that need numbers."""

from typing import Self

import numpy as np

from skae.tables._layout import MixedTableLayout

# Least probability of a level before normalization.
_MIN_CHANCE = 0.01


class TableNumbers:
    """Standardized numbers and indicators of levels; each column has variance 1.

    Parameters
    ----------
    layout : MixedTableLayout

    mean, deviation : ndarray of shape (n_outputs,)
        Mean to subtract, and deviation to divide by.
    """

    def __init__(self, layout: MixedTableLayout, mean, deviation):
        self.layout, self.mean, self.deviation = layout, mean, deviation

    @classmethod
    def fit(cls, layout: MixedTableLayout, x: np.ndarray) -> Self:
        """Estimate the moments from rows of the network."""
        mean, squares = observed_moments(layout.vectors(x).astype(np.float64))
        for column, places in zip(layout.columns, layout.output_places(), strict=True):
            if column.n_levels:  # all levels of a category share one deviation
                squares[places] = squares[places].sum()
        return cls(layout, mean, np.sqrt(np.where(squares > 0, squares, 1.0)))

    def with_missing(self, x: np.ndarray) -> np.ndarray:
        """Convert rows of the network to float64 numbers; NaN for missing values."""
        return (self.layout.vectors(x) - self.mean) / self.deviation

    def filled(self, x: np.ndarray) -> np.ndarray:
        """Convert rows of the network to numbers; the mean for missing values."""
        return np.nan_to_num(self.with_missing(x))

    def write(self, numbers: np.ndarray) -> np.ndarray:
        """Convert numbers to the form of a network's outputs, with probabilities."""
        found = numbers * self.deviation + self.mean
        for column, places in zip(
            self.layout.columns, self.layout.output_places(), strict=True
        ):
            if column.n_levels:
                chances = np.maximum(found[:, places], _MIN_CHANCE)
                found[:, places] = chances / chances.sum(axis=1, keepdims=True)
        return found


def observed_moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of the observed values of each column; 0 if there are none."""
    there = ~np.isnan(x)
    n_there = np.maximum(1, there.sum(axis=0))
    mean = np.where(there, x, 0).sum(axis=0) / n_there
    return mean, np.where(there, np.square(x - mean), 0).sum(axis=0) / n_there
