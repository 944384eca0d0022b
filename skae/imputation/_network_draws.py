"""Draws of missing values by variational networks, scaled to the imputation error."""

import numpy as np

from skae._saved_state import SavedState
from skae.imputation._blended import expanded, hide, mean_squares
from skae.tables import MixedTableLayout

# Least number of draws whose mean estimates the networks' expectation, and rows whose
# hidden values are used to estimate the spread of the draws.
_MIN_DRAWS, _JUDGED_ROWS = 8, 200


class NetworkDraws(SavedState):
    """Draws of numbers by networks, centred at the expected values of an imputation.

    Importance sampling with few codes underestimates the spread, by a different factor
    in each column. So the deviations of each column are scaled: for values hidden in
    `fit` their mean square is the mean squared error of the imputation.

    Parameters
    ----------
    layout : MixedTableLayout
    """

    def __init__(self, layout: MixedTableLayout):
        self.layout = layout

    @classmethod
    def fit(cls, layout, x, hidden, networks, errors, rng) -> "NetworkDraws | None":
        """Estimate the scaling of each number; None for networks that cannot draw.

        Parameters
        ----------
        layout : MixedTableLayout

        x : ndarray
            Rows of the layout.

        hidden : list of ndarray of bool, of shape (n_rows, n_columns)
            Values hidden from each network.

        networks : list of autoencoders

        errors : ndarray of shape (n_outputs,)
            Mean squared errors of the imputation.

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
        """Draw outputs of rows with the mean `expected`, for each generator."""
        m = self.layout.n_numbers
        n_more = max(0, _MIN_DRAWS - len(rngs))
        draws = [
            networks[rng.integers(len(networks))]._drawn_given(x, rng)
            for rng in [*rngs, *rngs[0].spawn(n_more)]
        ]
        middle = np.mean([found[:, :m] for found in draws], axis=0)
        # Corrects the bias of deviations from the mean of few draws.
        stretch = self.stretch * np.sqrt(len(draws) / (len(draws) - 1))
        for found in draws[: len(rngs)]:
            found[:, :m] = expected[:, :m] + stretch * (found[:, :m] - middle)
        return draws[: len(rngs)]
