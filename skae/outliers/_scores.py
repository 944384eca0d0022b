"""How odd rows are among others: distances, neighbours, mixtures, and their tails.

A row's oddness does not depend on what else is asked at the same time. What a judge
keeps are numbers, arrays and mixtures, which a file can hold.
"""

import warnings
from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy.linalg import solve_triangular
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import KFold
from sklearn.neighbors import NearestNeighbors

from skae._saved_state import SavedState

_N_NEIGHBORS, _MANY_NEIGHBORS = 2, 5
_ROUNDING = 1e-6
_MIN_ROWS = 2 * (_N_NEIGHBORS + 1)
_N_COMPONENTS = 10
_ROWS_OF_NEIGHBORS, _ROWS_OF_MIXTURE = 5000, 3000
# A component has at least so many rows per column, on average.
_ROWS_PER_COLUMN = 2
# Ridge of a covariance, as a share of the variances; and as much for columns per row.
_RIDGE, _RIDGE_OF_FEW_ROWS = 1e-3, 0.1
# The share of usual rows whose order alone counts; beyond it the tail is exponential.
_BODY = 0.9
_SHOULDER = 0.75
# The share of usual rows that are on the other side of a line.
_BEYOND = 0.02


class AnomalyScorer(SavedState):
    """Has seen rows, and tells how odd others are beside them.

    What it is shown are tables with a line per row, from the rows as they are to what
    an autoencoder makes of them.
    """

    def fit(self, tables: Sequence[np.ndarray], random_state) -> Self:
        """Look at rows."""
        raise NotImplementedError

    def score(self, tables: Sequence[np.ndarray]) -> np.ndarray:
        """How odd rows are: float64, greater is odder."""
        raise NotImplementedError

    def threshold(self, found: np.ndarray) -> float:
        """Where to draw the line, if the rows of the fit are so odd."""
        raise NotImplementedError


class MahalanobisDistance(SavedState):
    """Mahalanobis distance, not shaped by the rows farthest away.

    Mean and covariance are those of the rows that were closest the time before, a share
    of `1 - trim`, `n_trims` times. The distance is divided by the root of the number of
    columns: 1 is usual.
    """

    def __init__(self, table: np.ndarray, trim: float, n_trims: int):
        kept = table
        for n in range(1 + (n_trims if trim else 0)):
            if n:
                found = self.of(table)
                kept = table[found <= np.quantile(found, 1 - trim)]
            self.center = kept.mean(axis=0)
            self.factor = np.linalg.cholesky(_covariance(kept - self.center))

    def of(self, table: np.ndarray) -> np.ndarray:
        """Distances of rows."""
        z = solve_triangular(self.factor, (table - self.center).T, lower=True)
        return np.sqrt(np.mean(z * z, axis=0))


class NeighborDistance(SavedState):
    """Mean distance from the nearest of some rows, none of which is the row itself."""

    def __init__(self, rows: np.ndarray, n_neighbors: int):
        self.rows, self.n_neighbors = rows, n_neighbors
        self.rounding = _ROUNDING * np.sqrt(np.mean(rows**2))

    def of(self, rows: np.ndarray) -> np.ndarray:
        """Distances of rows."""
        nearest = NearestNeighbors(n_neighbors=self.n_neighbors + 1).fit(self.rows)
        distances = nearest.kneighbors(rows)[0]
        itself = distances[:, 0] <= self.rounding
        total = distances.sum(axis=1) - np.where(itself, 0, distances[:, -1])
        return total / self.n_neighbors


class OutlierScorer(AnomalyScorer):
    """Distances from many neighbours in the first table, from the middle of the last.

    Their geometric mean counts. A share of `trim` of all rows are neighbours: outliers
    alone are not enough.
    """

    def __init__(self, trim: float, n_trims: int):
        self.trim, self.n_trims = trim, n_trims

    def fit(self, tables, random_state):
        rows = random_state.permutation(tables[0])[:_ROWS_OF_NEIGHBORS]
        n_neighbors = max(_MANY_NEIGHBORS, int(self.trim * len(rows)))
        self.neighbors = NeighborDistance(rows, max(1, min(n_neighbors, len(rows) - 1)))
        self.distance = MahalanobisDistance(tables[-1], self.trim, self.n_trims)
        # 0 where most rows are the same, again and again.
        self.median_distance = np.median(self.neighbors.of(tables[0])) or 1.0
        return self

    def score(self, tables):
        far = self.neighbors.of(tables[0]) / self.median_distance
        return np.sqrt(far * self.distance.of(tables[-1]))

    def threshold(self, found):
        """Where 2 % of the rows are left, or were left if none were outliers.

        For that an exponential tail of the logarithms is fitted between the quantiles
        .75 and .9: outliers are beyond, mostly. Without them it may be too long.
        """
        logarithms = np.log(np.maximum(found, np.finfo(float).tiny))
        shoulder, end = np.quantile(logarithms, [_SHOULDER, _BODY])
        length = (end - shoulder) / np.log((1 - _SHOULDER) / (1 - _BODY))
        threshold = np.exp(end + length * np.log((1 - _BODY) / _BEYOND))
        return float(min(threshold, np.quantile(found, 1 - _BEYOND)))


class NoveltyScorer(AnomalyScorer):
    """Neighbours in the first table and a mixture in each; the rows seen are clean.

    Each of these is turned into minus the logarithm of the share of usual rows that are
    odder by it. Their mean counts. For this the rows of the fit are measured as new
    ones: by neighbours other than themselves, by mixtures of the other half.
    """

    def fit(self, tables, random_state):
        n_rows = len(tables[0])
        if n_rows < _MIN_ROWS:
            raise ValueError(
                f"Got n_samples={n_rows}, but novelty=True needs {_MIN_ROWS} at "
                "least: neighbours for each row, in each of two halves."
            )
        self.neighbors = NeighborDistance(tables[0], _N_NEIGHBORS)
        self.mixtures = [_mixture(table, random_state) for table in tables]
        rare = np.empty((len(tables), n_rows))
        halves = KFold(2, shuffle=True, random_state=random_state)
        for seen, unseen in halves.split(tables[0]):
            for table, found in zip(tables, rare, strict=True):
                half = _mixture(table[seen], random_state)
                found[unseen] = -half.score_samples(table[unseen])
        inliers = [self.neighbors.of(tables[0]), *rare]
        self.tails = [tail(measured) for measured in inliers]
        self.inlier_scores = self._mean_tail_score(inliers)
        return self

    def score(self, tables):
        pairs = zip(self.mixtures, tables, strict=True)
        rare = [-mixture.score_samples(table) for mixture, table in pairs]
        return self._mean_tail_score([self.neighbors.of(tables[0]), *rare])

    def threshold(self, found):
        """Where 2 % of the rows are left."""
        return float(np.quantile(found, 1 - _BEYOND))

    def _mean_tail_score(self, measures) -> np.ndarray:
        pairs = zip(self.tails, measures, strict=True)
        return np.mean([tail_score(known, found) for known, found in pairs], axis=0)


def _covariance(z: np.ndarray) -> np.ndarray:
    """Covariance of rows of mean zero, with a ridge that makes it regular."""
    n_rows, n_columns = z.shape
    covariance = z.T @ z / n_rows
    variances = np.diag(covariance)
    # A column that never varied is taken to vary a little.
    least = 1e-6 * variances.mean() or 1.0
    ridge = _ridge(n_rows, n_columns) * variances
    covariance[np.diag_indices(n_columns)] += np.maximum(ridge, least)
    return covariance


def _ridge(n_rows: int, n_columns: int) -> float:
    return _RIDGE + _RIDGE_OF_FEW_ROWS * n_columns / n_rows


def _mixture(table: np.ndarray, random_state) -> GaussianMixture:
    # More rows and more steps cost time, and changed no order of rows.
    table = random_state.permutation(table)[:_ROWS_OF_MIXTURE]
    n_rows, n_columns = table.shape
    n_components = n_rows // (_ROWS_PER_COLUMN * n_columns)
    mixture = GaussianMixture(
        max(1, min(n_components, _N_COMPONENTS)),
        tol=1e-2,
        reg_covar=_ridge(n_rows, n_columns),
        random_state=random_state,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return mixture.fit(table)


def tail(inliers: np.ndarray) -> np.ndarray:
    """Quantiles of usual values, and how far those beyond the last one go."""
    quantiles = np.quantile(inliers, np.linspace(0, _BODY, 91))
    beyond = inliers[inliers > quantiles[-1]] - quantiles[-1]
    spread = beyond.mean() if len(beyond) else 0.0
    # All alike: what differs at all is far away.
    return np.append(quantiles, spread or 1e-9 * (abs(quantiles[-1]) or 1.0))


def tail_score(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Minus the logarithm of the share of usual values that are greater."""
    quantiles, spread = known[:-1], known[-1]
    share = np.interp(values, quantiles, np.linspace(0, _BODY, len(quantiles)))
    return -np.log1p(-share) + np.maximum(0, values - quantiles[-1]) / spread
