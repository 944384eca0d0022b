"""Normal distribution of rows with missing values."""

from typing import Self

import numpy as np

from skae._saved_state import SavedState
from skae.tables._numeric import observed_moments

# Number of entries of the inverses that are computed at once.
_BLOCK = 1 << 18
# Added to variances, for columns that are nearly collinear.
_JITTER = 1e-5
_MIN_VARIANCE = 1e-3
# Iteration stops when imputed values change by less, in standard deviations.
_STANDS_STILL = 3e-3


class NormalWithMissing(SavedState):
    """Mean and covariance of rows with missing values, by the EM algorithm [1]_.

    Parameters
    ----------
    x : ndarray of shape (n_rows, n_features)
        Rows; NaN for missing values.

    References
    ----------
    .. [1] A. P. Dempster, N. M. Laird and D. B. Rubin, "Maximum likelihood from
       incomplete data via the EM algorithm", JRSS B 39 (1977),
       :doi:`10.1111/j.2517-6161.1977.tb01600.x`.
    """

    def __init__(self, x: np.ndarray):
        mean, variance = observed_moments(x)
        self.mean = mean.astype(np.float32)
        self.variance = (variance + _MIN_VARIANCE).astype(np.float32)
        self.covariance = np.diag(self.variance)

    def fit(self, x: np.ndarray, ridge: float, max_steps: int) -> Self:
        """Run EM from the present moments.

        `ridge` is the strength of a prior, in numbers of rows: a diagonal covariance.
        """
        patterns, n, before = _Patterns(x), len(x), None
        for _ in range(max_steps):
            filled, unknown, _ = patterns.expected(self.mean, self.covariance)
            mean = filled.mean(axis=0)
            z = filled - mean
            total = z.T @ z + unknown + ridge * np.diag(self.variance)
            self.mean = mean.astype(np.float32)
            self.covariance = ((total + total.T) / (2 * (n + ridge))).astype(np.float32)
            if before is not None:
                if np.sqrt(np.mean(np.square(filled - before))) < _STANDS_STILL:
                    break
            before = filled
        return self

    def fill(self, x: np.ndarray) -> np.ndarray:
        """Replace missing values by their conditional means."""
        return _Patterns(x).expected(self.mean, self.covariance)[0].astype(np.float32)

    def fill_and_variances(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return `fill`, and the variances of the missing values, else 0."""
        filled, _, variances = _Patterns(x).expected(self.mean, self.covariance)
        return filled.astype(np.float32), variances.astype(np.float32)

    def draw(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw deviations of the missing values from `fill`; 0 for observed values.

        For complete rows drawn from the distribution, the difference from their
        conditional means is distributed as the missing values given the observed ones.
        """
        values, vectors = np.linalg.eigh(self.covariance.astype(np.float64))
        root = vectors * np.sqrt(np.maximum(values, 0))
        rows = self.mean + rng.standard_normal(x.shape) @ root.T
        missing = np.isnan(x)
        moves = rows - self.fill(np.where(missing, np.nan, rows))
        return np.where(missing, moves, 0).astype(np.float32)


class _Patterns:
    """Rows grouped by their pattern of missing values, which need one inverse each.

    The conditional covariance of the missing values of a row is the inverse of their
    block of the precision matrix. Its size is the number of missing values.
    """

    def __init__(self, x: np.ndarray):
        self._x = np.asarray(x, np.float64)
        self._gaps = np.isnan(self._x)
        rows = np.flatnonzero(self._gaps.any(axis=1))
        bits = np.packbits(self._gaps[rows], axis=1)
        _, first, owner = np.unique(
            bits, axis=0, return_index=True, return_inverse=True
        )
        patterns = self._gaps[rows[first]]
        # Sorted by the number of missing values, which is similar within a block.
        order = np.argsort(patterns.sum(axis=1), kind="stable")
        owner, patterns = np.argsort(order)[owner.ravel()], patterns[order]
        by_pattern = np.argsort(owner, kind="stable")
        rows, owner = rows[by_pattern], owner[by_pattern]
        self._blocks = []
        for start, stop in _pieces(patterns.sum(axis=1)):
            own = slice(*np.searchsorted(owner, [start, stop]))
            block = _Block(patterns[start:stop], rows[own], owner[own] - start)
            self._blocks.append(block)

    def expected(self, mean, covariance) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Conditional means of the rows, and their uncertainty.

        The latter is the sum of the conditional covariances of all rows, and the
        variance of each missing value, 0 for observed values.
        """
        precision = np.linalg.inv(covariance + _JITTER * np.eye(len(covariance)))
        z = np.where(self._gaps, 0.0, self._x - mean)
        pull, unknown = z @ precision, np.zeros_like(precision)
        variances = np.zeros_like(z)
        for block in self._blocks:
            inverses = block.inverses(precision)
            block.fill(z, inverses, pull)
            block.add_to(unknown, inverses)
            block.write_variances(variances, inverses)
        return np.where(self._gaps, z + mean, self._x), unknown, variances


class _Block:
    """Block of patterns, their rows, and the number of the pattern of each row."""

    def __init__(self, missing, rows, owner):
        self._rows, self._owner = rows[:, None], owner
        most = int(missing.sum(axis=1).max())
        # Columns of the missing values of each pattern, padded, and the mask of them.
        self._places = np.argsort(~missing, axis=1, kind="stable")[:, :most]
        self._has = np.take_along_axis(missing, self._places, axis=1)
        self._both = self._has[:, :, None] & self._has[:, None, :]
        self._counts = np.bincount(owner, minlength=len(missing))

    def inverses(self, precision) -> np.ndarray:
        """Conditional covariances of the patterns, padded with 0."""
        places, diagonal = self._places, np.arange(self._places.shape[1])
        own = precision[places[:, :, None], places[:, None, :]] * self._both
        own[:, diagonal, diagonal] += ~self._has
        found = np.linalg.inv(own) * self._both
        found[:, diagonal, diagonal] -= _JITTER * self._has
        return found

    def fill(self, z, inverses, pull) -> None:
        """Write the conditional means of centred rows."""
        size = self._places.shape[1]
        n_rows = max(1, _BLOCK // size**2)
        for start in range(0, len(self._rows), n_rows):
            part = slice(start, start + n_rows)
            rows, owner = self._rows[part], self._owner[part]
            places = self._places[owner]
            moves = np.matmul(inverses[owner], pull[rows, places][:, :, None])
            z[rows, places] -= moves[:, :, 0]

    def add_to(self, total, inverses) -> None:
        """Add the conditional covariances of all rows to a sum."""
        size = len(total)
        places = self._places[:, :, None] * size + self._places[:, None, :]
        weighted = inverses * self._counts[:, None, None]
        sums = np.bincount(places.ravel(), weighted.ravel(), size * size)
        total += sums.reshape(size, size)

    def write_variances(self, found, inverses) -> None:
        """Write the variances of the missing values."""
        variances = np.diagonal(inverses, axis1=1, axis2=2)
        variances = np.maximum(variances * self._has, 0)
        found[self._rows, self._places[self._owner]] = variances[self._owner]


def _pieces(sizes) -> list[tuple[int, int]]:
    """Split increasing sizes so that each piece needs bounded memory for matrices."""
    found, start = [], 0
    while start < len(sizes):
        stop = start + 1
        while stop < len(sizes) and (stop + 1 - start) * sizes[stop] ** 2 <= _BLOCK:
            stop += 1
        found.append((start, stop))
        start = stop
    return found
