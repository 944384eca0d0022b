"""A normal distribution of rows of which values are missing."""

from typing import Self

import numpy as np

from skae._saved_state import SavedState
from skae.tables._numeric import observed_moments

# Numbers of the inverses that are made at once.
_BLOCK = 1 << 18
# Added to variances: what is nearly the same twice cannot be told apart.
_JITTER = 1e-5
_MIN_VARIANCE = 1e-3
# Steps end when filled values move by less, in deviations.
_STANDS_STILL = 3e-3


class NormalWithMissing(SavedState):
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
        mean, variance = observed_moments(x)
        self.mean = mean.astype(np.float32)
        self.variance = (variance + _MIN_VARIANCE).astype(np.float32)
        self.covariance = np.diag(self.variance)

    def fit(self, x: np.ndarray, ridge: float, max_steps: int) -> Self:
        """Go on from the moments so far.

        `ridge` is the number of rows whose covariance is diagonal that the data are
        taken to have as well.
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
        """Rows with what is expected in their gaps."""
        return _Patterns(x).expected(self.mean, self.covariance)[0].astype(np.float32)

    def fill_and_variances(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same, and the variance of each value that is missing, 0 of others."""
        filled, _, variances = _Patterns(x).expected(self.mean, self.covariance)
        return filled.astype(np.float32), variances.astype(np.float32)

    def draw(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Deviations from what `fill` expects, drawn for the gaps; 0 elsewhere.

        What `fill` makes of rows drawn without gaps, less these rows, is distributed as
        are the gaps given the rest.
        """
        values, vectors = np.linalg.eigh(self.covariance.astype(np.float64))
        root = vectors * np.sqrt(np.maximum(values, 0))
        rows = self.mean + rng.standard_normal(x.shape) @ root.T
        missing = np.isnan(x)
        moves = rows - self.fill(np.where(missing, np.nan, rows))
        return np.where(missing, moves, 0).astype(np.float32)


class _Patterns:
    """Rows by which of their values are missing: each pattern has one inverse.

    Given the rest, the gaps of a row have as their covariance the inverse of their part
    of the precision, the inverse of the covariance of all: it is as large as the gaps
    are many.
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
        # From few gaps to many: those of a block have about as many.
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
        """Rows with what is expected in their gaps, and how sure that is.

        That is the sum of the covariances of the gaps of all rows, and the variance of
        each gap, 0 of what is there.
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
    """Some patterns, their rows, and for each row the number of its pattern."""

    def __init__(self, missing, rows, owner):
        self._rows, self._owner = rows[:, None], owner
        most = int(missing.sum(axis=1).max())
        # Places of the gaps of each pattern, and whether there are so many.
        self._places = np.argsort(~missing, axis=1, kind="stable")[:, :most]
        self._has = np.take_along_axis(missing, self._places, axis=1)
        self._both = self._has[:, :, None] & self._has[:, None, :]
        self._counts = np.bincount(owner, minlength=len(missing))

    def inverses(self, precision) -> np.ndarray:
        """Covariances of the gaps of the patterns; 0 beyond them."""
        places, diagonal = self._places, np.arange(self._places.shape[1])
        own = precision[places[:, :, None], places[:, None, :]] * self._both
        own[:, diagonal, diagonal] += ~self._has
        found = np.linalg.inv(own) * self._both
        found[:, diagonal, diagonal] -= _JITTER * self._has
        return found

    def fill(self, z, inverses, pull) -> None:
        """Write what is expected in the gaps of centred rows."""
        size = self._places.shape[1]
        n_rows = max(1, _BLOCK // size**2)
        for start in range(0, len(self._rows), n_rows):
            part = slice(start, start + n_rows)
            rows, owner = self._rows[part], self._owner[part]
            places = self._places[owner]
            moves = np.matmul(inverses[owner], pull[rows, places][:, :, None])
            z[rows, places] -= moves[:, :, 0]

    def add_to(self, total, inverses) -> None:
        """Add the covariances of all rows to a sum."""
        size = len(total)
        places = self._places[:, :, None] * size + self._places[:, None, :]
        weighted = inverses * self._counts[:, None, None]
        sums = np.bincount(places.ravel(), weighted.ravel(), size * size)
        total += sums.reshape(size, size)

    def write_variances(self, found, inverses) -> None:
        """Write the variances of the gaps."""
        variances = np.diagonal(inverses, axis1=1, axis2=2)
        variances = np.maximum(variances * self._has, 0)
        found[self._rows, self._places[self._owner]] = variances[self._owner]


def _pieces(sizes) -> list[tuple[int, int]]:
    """Cuts so that squares of the largest of increasing sizes, summed, are bounded."""
    found, start = [], 0
    while start < len(sizes):
        stop = start + 1
        while stop < len(sizes) and (stop + 1 - start) * sizes[stop] ** 2 <= _BLOCK:
            stop += 1
        found.append((start, stop))
        start = stop
    return found
