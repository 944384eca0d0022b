"""Tables of mixed kinds as numbers, for methods that know nothing else."""

from typing import Self

import numpy as np

from skae.data._mixed_table import MixedTableLayout

# What a level gets at least, before the probabilities are made to sum to 1.
_LEAST_CHANCE = 0.01


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
    def fit(cls, layout: MixedTableLayout, X) -> Self:
        """Moments of `X`, which `layout.check` returned."""
        found = layout.vectors(layout.encode(X)).astype(np.float64)
        there = ~np.isnan(found)
        n_there = np.maximum(1, there.sum(axis=0))
        mean = np.where(there, found, 0.0).sum(axis=0) / n_there
        squares = np.where(there, np.square(found - mean), 0.0).sum(axis=0) / n_there
        for column, places in zip(layout.columns, layout.output_places(), strict=True):
            if column.n_levels:  # which have one deviation
                squares[places] = squares[places].sum()
        return cls(layout, mean, np.sqrt(np.where(squares > 0, squares, 1.0)))

    def read(self, X) -> np.ndarray:
        """Rows as numbers, float64; the mean for what is missing."""
        found = self.layout.vectors(self.layout.encode(X))
        return np.nan_to_num((found - self.mean) / self.deviation)

    def write(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers in the form of a network's outputs, with probabilities of levels."""
        found = numbers * self.deviation + self.mean
        for column, places in zip(
            self.layout.columns, self.layout.output_places(), strict=True
        ):
            if column.n_levels:
                chances = np.maximum(found[:, places], _LEAST_CHANCE)
                found[:, places] = chances / chances.sum(axis=1, keepdims=True)
        return found
