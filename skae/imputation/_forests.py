"""Random forests that refine first imputations of a table."""

import math

import numpy as np
from joblib import Parallel, delayed

from skae._saved_state import SavedState
from skae.imputation._forest import MAX_ROWS, Forest, n_looked_at
from skae.tables import MixedTableLayout

_MAX_TREES, _MIN_TREES = 100, 10
# Most work for all trees of a table, in rows times features considered at a split, and
# the constant cost of a tree in the same unit.
_MAX_WORK, _WORK_OF_A_TREE = 5e6, 1500
# Shares of levels are computed at each split: so many levels cost as much as a number.
_CHEAP_LEVELS = 50
# A column with fewer values has no forest.
_MIN_VALUES = 20
# Weight, in numbers of values, of the share common to all columns of a kind.
_PRIOR_VALUES = 200


class ForestImputation(SavedState):
    """Random forest for each column, given the other columns with first imputations.

    It is the last iteration of missForest [1]_ from a good initialization.

    Parameters
    ----------
    layout : MixedTableLayout

    References
    ----------
    .. [1] D. J. Stekhoven and P. Buehlmann, "MissForest: non-parametric missing value
       imputation for mixed-type data", Bioinformatics 28 (2012),
       :doi:`10.1093/bioinformatics/btr597`.
    """

    def __init__(self, layout: MixedTableLayout):
        self.layout = layout
        self.forests: list[Forest | None] = [None for _ in layout.columns]
        self.shares = np.zeros(layout.n_outputs)

    def fit_shares(self, rows, first, truth, asked, rng) -> list[np.ndarray]:
        """Estimate the weights of the forests, and return the blended predictions.

        Parameters
        ----------
        rows : list of ndarray
            The same rows of the network, with different values hidden in each.

        first : list of ndarray
            First imputations of them, in the form of a network's outputs.

        truth : ndarray
            True values, in the same form.

        asked : list of ndarray of bool
            Mask of the hidden values, on which the error is computed.

        rng : Generator
        """
        n_trees = self._n_trees(len(truth))
        if not n_trees:
            return first
        own = []
        for x, outputs in zip(rows, first, strict=True):
            forests = self._grown(x, outputs, math.ceil(n_trees / len(rows)), rng)
            own.append(self._answers(x, outputs, forests))
        self._find_shares(first, own, truth, asked)
        return [a + self.shares * (b - a) for a, b in zip(first, own, strict=True)]

    def fit(self, x, first, rng) -> None:
        """Grow the forests, if any of them has weight."""
        if self.shares.any():
            self.forests = self._grown(x, first, self._n_trees(len(x)), rng)

    def _n_trees(self, n_rows: int) -> int:
        """Number of trees of a forest; 0 if only too few would be affordable."""
        columns = [column for column in self.layout.columns if column.is_encoded]
        if len(columns) < 2:
            return 0
        kinds = sum(1 + column.n_levels / _CHEAP_LEVELS for column in columns)
        work = min(n_rows, MAX_ROWS) * n_looked_at(len(columns) - 1)
        total = int(min(_MAX_TREES, _MAX_WORK / ((work + _WORK_OF_A_TREE) * kinds)))
        return total if total >= _MIN_TREES else 0

    def _grown(self, x, first, n_trees: int, rng) -> list[Forest | None]:
        """A forest for each column; None for those with few values."""
        filled = self._filled(x, first)
        tasks = []
        for j, places in enumerate(self.layout.places()):
            there = ~np.isnan(x[:, places]).any(axis=1)
            if len(places) and there.sum() >= _MIN_VALUES:
                others = np.delete(filled[there], places, axis=1)
                tasks.append((j, others, x[there][:, places], rng.integers(2**31)))
        # Each has its own seed, so the result does not depend on the threads.
        grown = Parallel(n_jobs=-1, prefer="threads")(
            delayed(Forest().fit)(
                others, y, self.layout.columns[j].n_levels, n_trees, seed
            )
            for j, others, y, seed in tasks
        )
        found: list[Forest | None] = [None] * len(self.layout.columns)
        for (j, *_), forest in zip(tasks, grown, strict=True):
            found[j] = forest
        return found

    def _filled(self, x, first) -> np.ndarray:
        """Rows of the network with missing values replaced by first imputations."""
        return np.where(np.isnan(x), self.layout.coded(first), x)

    def _answers(self, x, first, forests) -> np.ndarray:
        """Predictions of forests where values are missing, else `first`."""
        found, filled = first.copy(), self._filled(x, first)
        for forest, places, outputs in zip(
            forests, self.layout.places(), self.layout.output_places(), strict=True
        ):
            if forest is None:
                continue
            missing = np.flatnonzero(np.isnan(x[:, places]).any(axis=1))
            others = np.delete(filled[missing], places, axis=1)
            found[np.ix_(missing, outputs)] = forest.predict(others)
        return found

    def _find_shares(self, first, own, truth, asked) -> None:
        """Weights in [0, 1] with the least squared error, for each column."""
        away = np.zeros((2, truth.shape[1]))
        counts = np.zeros(truth.shape[1])
        for a, b, where in zip(first, own, asked, strict=True):
            move = np.where(where, b - a, 0)
            wrong = np.where(where, truth - a, 0)
            away += np.sum(move * [wrong, move], axis=1)
            counts += where.sum(axis=0)
        m = self.layout.n_numbers
        for column, places in zip(
            self.layout.columns, self.layout.output_places(), strict=True
        ):
            if not column.is_encoded:
                continue
            kind = slice(m, None) if column.n_levels else slice(0, m)
            common = away[:, kind].sum(axis=1) / max(1, counts[kind].sum())
            right, square = away[:, places].sum(axis=1) + _PRIOR_VALUES * common
            self.shares[places] = np.clip(right / square if square else 0, 0, 1)

    def fill(self, x, first) -> np.ndarray:
        """Expected values of rows, refined from the first imputations."""
        own = self._answers(x, first, self.forests)
        return first + self.shares * (own - first)
