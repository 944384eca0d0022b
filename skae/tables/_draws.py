"""Draws of the levels of categories."""

import numpy as np


def draw_places(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw an index for each row, by probabilities that need not sum to 1."""
    total = np.cumsum(chances, axis=1)
    point = rng.random((len(total), 1)) * total[:, -1:]
    return np.minimum((total <= point).sum(axis=1), chances.shape[1] - 1)


def draw_levels(chances: np.ndarray, rng: np.random.Generator, allowed=True):
    """Indicators of one level per row, drawn among those `allowed`.

    Parameters
    ----------
    chances : ndarray of shape (n_rows, n_levels)
        Probabilities that need not sum to 1.

    rng : Generator

    allowed : bool or ndarray of bool of shape (n_levels,), default=True
        Which levels may be drawn.

    Returns
    -------
    indicators : ndarray of shape (n_rows, n_levels)
    """
    chances = np.where(allowed, chances, 0)
    return np.eye(chances.shape[1])[draw_places(chances, rng)]
