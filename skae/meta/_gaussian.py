"""A normal distribution of rows of which values are missing."""

from collections.abc import Iterator

import numpy as np

from skae.data._table_numbers import known_moments
from skae.meta._inner import Part

_BLOCK = 256
# Added to variances: what is nearly the same twice cannot be told apart.
_JITTER = np.float32(1e-5)
_LEAST_VARIANCE = 1e-3
# Steps end when filled values move by less, in deviations.
_STANDS_STILL = 3e-3


class GaussianWithGaps(Part):
    """Mean and covariance of rows with gaps, by expectation and maximization [1]_.

    Parameters
    ----------
    x : ndarray of shape (n_rows, n_features)
        NaN where a value is missing.

    References
    ----------
    .. [1] A. P. Dempster, N. M. Laird and D. B. Rubin, "Maximum likelihood from
       incomplete data via the EM algorithm", JRSS B 39 (1977),
       :doi:`10.1111/j.2517-6161.1977.tb01600.x`.
    """

    def __init__(self, x: np.ndarray):
        mean, variance = known_moments(x)
        self.mean = mean.astype(np.float32)
        self.variance = (variance + _LEAST_VARIANCE).astype(np.float32)
        self.covariance = np.diag(self.variance)

    def fit(self, x: np.ndarray, ridge: float, max_steps: int) -> "GaussianWithGaps":
        """Go on from the moments so far.

        `ridge` is the number of rows whose covariance is diagonal that the data are
        taken to have as well.
        """
        n, before = len(x), None
        for _ in range(max_steps):
            filled = np.empty(x.shape, np.float32)
            known = np.zeros_like(self.covariance)
            for part in self._blocks(x):
                filled[part.rows] = part.filled
                part.add_to(known)
            unknown = n * self.covariance - self.covariance @ known @ self.covariance
            self.mean = filled.mean(axis=0)
            z = filled - self.mean
            total = z.T @ z + unknown + ridge * np.diag(self.variance)
            self.covariance = (total + total.T) / (2 * (n + ridge))
            if before is not None:
                if np.sqrt(np.mean(np.square(filled - before))) < _STANDS_STILL:
                    break
            before = filled
        return self

    def fill(self, x: np.ndarray) -> np.ndarray:
        """Rows with what is expected in their gaps."""
        filled = np.empty(x.shape, np.float32)
        for part in self._blocks(x):
            filled[part.rows] = part.filled
        return filled

    def fill_and_variances(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same, and the variance of each value that is missing, 0 of others."""
        filled, found = np.empty(x.shape, np.float32), np.zeros(x.shape, np.float32)
        for part in self._blocks(x):
            filled[part.rows], found[part.rows] = part.filled, part.variances
        return filled, found

    def draw(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Deviations from what `fill` expects, drawn for the gaps; 0 elsewhere.

        What `fill` makes of rows drawn without gaps, less these rows, is distributed as
        are the gaps given the rest.
        """
        values, vectors = np.linalg.eigh(self.covariance.astype(np.float64))
        root = vectors * np.sqrt(np.maximum(values, 0))
        rows = self.mean + rng.standard_normal(x.shape) @ root.T
        gaps = np.isnan(x)
        moves = rows - self.fill(np.where(gaps, np.nan, rows))
        return np.where(gaps, moves, 0).astype(np.float32)

    def _blocks(self, x: np.ndarray) -> Iterator["_Block"]:
        """Blocks of rows with about as many values."""
        order = np.argsort((~np.isnan(x)).sum(axis=1), kind="stable")
        for start in range(0, len(x), _BLOCK):
            rows = order[start : start + _BLOCK]
            yield _Block(rows, x[rows], self.mean, self.covariance)


class _Block:
    """Some rows: the inverse of the covariance of what each has, and no more."""

    def __init__(self, rows, x, mean, covariance):
        self.rows, self._covariance = rows, covariance
        there = ~np.isnan(x)
        most = max(1, int(there.sum(axis=1).max()))
        # Places of the values of each row, and whether there are so many.
        self._places = np.argsort(~there, axis=1, kind="stable")[:, :most]
        has = np.take_along_axis(there, self._places, axis=1)
        self._both = has[:, :, None] & has[:, None, :]
        own = covariance[self._places[:, :, None], self._places[:, None, :]]
        own = own * self._both
        diagonal = np.arange(most)
        own[:, diagonal, diagonal] += np.where(has, _JITTER, np.float32(1))
        self._inverse = np.linalg.inv(own) * self._both
        self._there = there
        z = np.take_along_axis(np.nan_to_num(x - mean), self._places, axis=1)
        pull = np.matmul(self._inverse, (z * has)[:, :, None].astype(np.float32))
        spread = np.zeros(x.shape, np.float32)
        np.put_along_axis(spread, self._places, pull[:, :, 0], axis=1)
        self.filled = np.where(there, x, mean + spread @ covariance)

    def add_to(self, known: np.ndarray) -> None:
        """Add the inverses to a sum over all rows."""
        size = len(known)
        places = self._places[:, :, None] * size + self._places[:, None, :]
        sums = np.bincount(places.ravel(), self._inverse.ravel(), size * size)
        known += sums.reshape(size, size).astype(np.float32)

    @property
    def variances(self) -> np.ndarray:
        """Variance of each gap given the rest of its row."""
        rows = self._covariance[self._places]
        explained = np.sum(np.matmul(self._inverse, rows) * rows, axis=1)
        left = np.maximum(np.diag(self._covariance) - explained, 0)
        return np.where(self._there, 0, left)
