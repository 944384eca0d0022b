"""Draws of variational networks for what is missing, as far apart as errors are."""

import numpy as np

from skae._saved_state import SavedState
from skae.imputation._blended import expanded, hide, mean_squares
from skae.tables import MixedTableLayout

# Draws whose mean stands for what the networks expect, at least, and rows in which
# hidden values tell how far apart draws are.
_MIN_DRAWS, _JUDGED_ROWS = 8, 200


class NetworkDraws(SavedState):
    """Numbers move as a network draws them, about the answers of a filling.

    Importance sampling of few codes draws values that lie too near to each other, in
    each column by another factor. So draws of each column are stretched: values that
    were hidden in `fit` have the mean squared error of the filling.

    Parameters
    ----------
    layout : MixedTableLayout
    """

    def __init__(self, layout: MixedTableLayout):
        self.layout = layout

    @classmethod
    def fit(cls, layout, x, hidden, networks, errors, rng) -> "NetworkDraws | None":
        """Find the stretch of each number; None for networks that cannot draw.

        Parameters
        ----------
        layout : MixedTableLayout

        x : ndarray
            Rows of the layout.

        hidden : list of ndarray of bool, of shape (n_rows, n_columns)
            The values that each network has not seen.

        networks : list of autoencoders

        errors : ndarray of shape (n_outputs,)
            Mean squared errors of the filling.

        rng : Generator
        """
        if not hasattr(networks[0], "_drawn_given"):
            return None
        m = layout.n_numbers
        spread, asked = [], []
        for network, values in zip(networks, hidden, strict=True):
            rows = rng.permutation(np.flatnonzero(values.any(axis=1)))[:_JUDGED_ROWS]
            where = expanded(values[rows], layout) & ~np.isnan(layout.vectors(x[rows]))
            part = hide(x[rows], values[rows], layout)
            draws = [network._drawn_given(part, rng) for _ in range(_MIN_DRAWS)]
            spread.append(np.std(draws, axis=0, ddof=1)[:, :m])
            asked.append(where[:, :m])
        variances = mean_squares(spread, asked)
        found = cls(layout)
        found.stretch = np.sqrt(errors[:m] / np.maximum(variances, 1e-12))
        return found

    def draw(self, x, expected, networks, rngs) -> list[np.ndarray]:
        """Outputs for rows of which `expected` is expected, for each generator."""
        m = self.layout.n_numbers
        n_more = max(0, _MIN_DRAWS - len(rngs))
        draws = [
            networks[rng.integers(len(networks))]._drawn_given(x, rng)
            for rng in [*rngs, *rngs[0].spawn(n_more)]
        ]
        middle = np.mean([found[:, :m] for found in draws], axis=0)
        # The mean of few draws is nearer to each of them than that of many would be.
        stretch = self.stretch * np.sqrt(len(draws) / (len(draws) - 1))
        for found in draws[: len(rngs)]:
            found[:, :m] = expected[:, :m] + stretch * (found[:, :m] - middle)
        return draws[: len(rngs)]
