"""Anomaly scores: Mahalanobis and neighbour distances, mixtures, tail probabilities.

The score of a row does not depend on the other rows of the batch. The state of a scorer
are numbers, arrays and mixtures, which a file can hold.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy.linalg import solve_triangular
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import KFold
from sklearn.neighbors import NearestNeighbors

from skae._saved_state import SavedState
from skae.data import fit_mixture

_N_NEIGHBORS, _MANY_NEIGHBORS = 2, 5
_ROUNDING = 1e-6
_MIN_ROWS = 2 * (_N_NEIGHBORS + 1)
_N_COMPONENTS = 10
_ROWS_OF_NEIGHBORS, _ROWS_OF_MIXTURE = 5000, 3000
# A component has at least so many rows per column, on average.
_ROWS_PER_COLUMN = 2
# Ridge of a covariance, relative to the variances: a constant, and a factor of the
# number of columns per row.
_RIDGE, _RIDGE_OF_FEW_ROWS = 1e-3, 0.1
# Up to this quantile the distribution of inliers is empirical, beyond it exponential.
_BODY = 0.9
_SHOULDER = 0.75
# The share of inliers beyond the threshold.
_BEYOND = 0.02


class AnomalyScorer(SavedState):
    """Anomaly score of rows, relative to the rows of the fit.

    Its input is a list of tables with a line per row: the rows themselves, if they are
    those of a table, and their codes and residuals.
    """

    def fit(self, tables: Sequence[np.ndarray], random_state) -> Self:
        """Fit to rows."""
        raise NotImplementedError

    def score(self, tables: Sequence[np.ndarray]) -> np.ndarray:
        """Anomaly scores of rows: float64, greater is more abnormal."""
        raise NotImplementedError

    def threshold(self, found: np.ndarray) -> float:
        """Threshold of the scores, from the scores `found` for the rows of the fit."""
        raise NotImplementedError


class MahalanobisDistance(SavedState):
    """Robust Mahalanobis distance.

    Mean and covariance are those of the share `1 - trim` of the rows with the smallest
    distance in the previous iteration, in `n_trims` iterations. The distance is divided
    by the root of the number of columns: an inlier has about 1.
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
    """Mean distance from the nearest neighbours, excluding the row itself."""

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
    """Geometric mean of two distances, for training rows that may contain outliers.

    They are the mean distance from the nearest neighbours in the first table, and the
    Mahalanobis distance in the last one. The number of neighbours is a share `trim` of
    the rows: more than a group of similar outliers has.
    """

    def __init__(self, trim: float, n_trims: int):
        self.trim, self.n_trims = trim, n_trims

    def fit(self, tables, random_state):
        rows = random_state.permutation(tables[0])[:_ROWS_OF_NEIGHBORS]
        n_neighbors = max(_MANY_NEIGHBORS, int(self.trim * len(rows)))
        self.neighbors = NeighborDistance(rows, max(1, min(n_neighbors, len(rows) - 1)))
        self.distance = MahalanobisDistance(tables[-1], self.trim, self.n_trims)
        # 0 where most rows are copies of each other.
        self.median_distance = np.median(self.neighbors.of(tables[0])) or 1.0
        return self

    def score(self, tables):
        far = self.neighbors.of(tables[0]) / self.median_distance
        return np.sqrt(far * self.distance.of(tables[-1]))

    def threshold(self, found):
        """Estimate the quantile 0.98 of the inliers' scores.

        Rows in the tail may be outliers. So an exponential tail of the logarithms is
        fitted to the quantiles 0.75 and 0.9, and extrapolated. The result is at most
        the empirical quantile, since the fitted tail may be too long.
        """
        logarithms = np.log(np.maximum(found, np.finfo(float).tiny))
        shoulder, end = np.quantile(logarithms, [_SHOULDER, _BODY])
        length = (end - shoulder) / np.log((1 - _SHOULDER) / (1 - _BODY))
        threshold = np.exp(end + length * np.log((1 - _BODY) / _BEYOND))
        return float(min(threshold, np.quantile(found, 1 - _BEYOND)))


class NoveltyScorer(AnomalyScorer):
    """Mean of negative log tail probabilities, for training rows without outliers.

    The measures are the mean distance from the nearest neighbours in the first table,
    and the negative log-density under a Gaussian mixture of each table. Each is
    converted to minus the logarithm of the share of inliers with a greater value. The
    values of the inliers are cross-fitted: a row is not its own neighbour, and the
    mixture is fitted to the other half of the rows.
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
        """Quantile 0.98 of the scores."""
        return float(np.quantile(found, 1 - _BEYOND))

    def _mean_tail_score(self, measures) -> np.ndarray:
        pairs = zip(self.tails, measures, strict=True)
        return np.mean([tail_score(known, found) for known, found in pairs], axis=0)


def _covariance(z: np.ndarray) -> np.ndarray:
    """Covariance of rows of mean zero, with a ridge that makes it invertible."""
    n_rows, n_columns = z.shape
    covariance = z.T @ z / n_rows
    variances = np.diag(covariance)
    # A constant column gets a small variance.
    least = 1e-6 * variances.mean() or 1.0
    ridge = _ridge(n_rows, n_columns) * variances
    covariance[np.diag_indices(n_columns)] += np.maximum(ridge, least)
    return covariance


def _ridge(n_rows: int, n_columns: int) -> float:
    return _RIDGE + _RIDGE_OF_FEW_ROWS * n_columns / n_rows


def _mixture(table: np.ndarray, random_state) -> GaussianMixture:
    # More rows and more iterations take time and did not change the ranking.
    table = random_state.permutation(table)[:_ROWS_OF_MIXTURE]
    n_rows, n_columns = table.shape
    n_components = n_rows // (_ROWS_PER_COLUMN * n_columns)
    return fit_mixture(
        table,
        min(n_components, _N_COMPONENTS),
        reg_covar=_ridge(n_rows, n_columns),
        random_state=random_state,
        scaled=False,
        tol=1e-2,
    )


def tail(inliers: np.ndarray) -> np.ndarray:
    """Quantiles of the values of inliers, and the mean excess over the last one."""
    quantiles = np.quantile(inliers, np.linspace(0, _BODY, 91))
    beyond = inliers[inliers > quantiles[-1]] - quantiles[-1]
    spread = beyond.mean() if len(beyond) else 0.0
    # If all values are equal, any other value is far away.
    return np.append(quantiles, spread or 1e-9 * (abs(quantiles[-1]) or 1.0))


def tail_score(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Minus the logarithm of the tail probability of each value among the inliers."""
    quantiles, spread = known[:-1], known[-1]
    share = np.interp(values, quantiles, np.linspace(0, _BODY, len(quantiles)))
    return -np.log1p(-share) + np.maximum(0, values - quantiles[-1]) / spread
