"""Match means and covariances of synthetic numbers to those of the data."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from skae.tables import NormalWithMissing, observed_moments

# Numbers have variance 1: directions of smaller variance are not stretched.
_MIN_VARIANCE = 0.01
# Maximum factor by which a direction is stretched or shrunk.
_STRETCH = 4.0
# Tables of more columns are not matched: the cost is cubic.
_WIDEST = 512
# Minimum number of rows for moments with missing values, and operations per step.
_MIN_ROWS, _MAX_WORK = 500, 2.5e8
_RIDGE, _EM_STEPS = 1.0, 100
# Corrections of the covariance of the numbers, and the step size.
_CORRECTIONS, _SHARE = 4, 0.8
# Number, and minimum fraction, of values on each side that may be corrupted. They are
# if they are farther out than a multiple of the distance between the inner quantiles.
_FAR_VALUES, _FAR_SHARE, _FAR = 2, 0.01, 2.0


class MatchedMoments(NamedTuple):
    """Affine map of decoded numbers, and the noise to be added to them.

    Parameters
    ----------
    matrix : ndarray of shape (n_numbers, n_numbers)
        Linear part of the map.

    shift : ndarray of shape (n_numbers,)
        Constant part of the map.

    deviations : ndarray of shape (n_numbers,)
        Standard deviations of the noise.
    """

    matrix: np.ndarray
    shift: np.ndarray
    deviations: np.ndarray

    @classmethod
    def fit(
        cls,
        x: np.ndarray,
        decoded: np.ndarray,
        deviations: np.ndarray,
        values: Callable[[np.ndarray], np.ndarray] = np.asarray,
        rng: np.random.Generator | None = None,
    ) -> "MatchedMoments":
        """Fit the map to rows with missing values and to decoded codes, numbers alone.

        With noise, decoded numbers have the means and variances of the rows, and their
        ``values``, in the units of the data, have the correlations of those of the
        rows. If values are not a linear function of the numbers, the correlations of
        the numbers that give these are found by iteration [1]_. Extreme values of a
        column are clipped: otherwise one corrupted row could determine the result.

        References
        ----------
        .. [1] S. Ghosh and S. G. Henderson, "Behavior of the NORTA method for
           correlated random vector generation as the dimension increases", ACM
           Transactions on Modeling and Computer Simulation 13 (2003),
           :doi:`10.1145/937332.937336`.
        """
        n = x.shape[1]
        if not 0 < n <= _WIDEST or len(x) < 2:
            return cls(np.eye(n), np.zeros(n), np.asarray(deviations))
        rng = np.random.default_rng(0) if rng is None else rng
        mean, covariance = _moments(x.astype(np.float64))
        found = cls._between(mean, covariance, decoded, deviations)
        seen = np.where(np.isnan(x), np.nan, values(np.where(np.isnan(x), 0, x)))
        limits = _robust_limits(seen)
        wanted = _correlations(_moments(_standardized(np.clip(seen, *limits)))[1])
        noise = rng.standard_normal(decoded.shape)
        scale = np.sqrt(np.diag(covariance))
        for _ in range(_CORRECTIONS):
            drawn = values(found.apply(decoded) + found.deviations * noise)
            drawn = _standardized(np.clip(drawn, *limits))
            missed = wanted - _correlations(np.cov(drawn, rowvar=False))
            corrected = covariance + _SHARE * missed * np.outer(scale, scale)
            covariance = _correlations(_nearest(corrected)) * np.outer(scale, scale)
            found = cls._between(mean, covariance, decoded, deviations)
        return found

    @classmethod
    def _between(cls, mean, covariance, decoded, deviations) -> "MatchedMoments":
        """Map to given moments, as far as the decoder permits it.

        Of all such maps, it is the optimal transport, which moves numbers least [1]_.

        References
        ----------
        .. [1] I. Olkin and F. Pukelsheim, "The distance between two random vectors with
           given dispersion matrices", Linear Algebra and its Applications 48 (1982),
           :doi:`10.1016/0024-3795(82)90112-4`.
        """
        n = len(mean)
        center = decoded.mean(axis=0)
        own = np.cov(decoded, rowvar=False).reshape(n, n)
        floor = _MIN_VARIANCE * np.eye(n)
        noise = np.square(deviations)
        # Limited so that the rest is a covariance: too large after short training.
        scaled = np.sqrt(noise)[:, None] * np.linalg.inv(covariance + floor / 10)
        most = np.linalg.eigvals(scaled * np.sqrt(noise)).real.max()
        wanted = _nearest(covariance - np.diag(noise / max(1.0, most))) + floor
        root = _power(wanted, 0.5)
        matrix = root @ _power(root @ (own + floor) @ root, -0.5) @ root
        values, vectors = np.linalg.eigh(matrix)
        values = np.clip(values, 1 / _STRETCH, _STRETCH)
        matrix = (vectors * values) @ vectors.T
        left = np.diag(covariance) - np.diag(matrix @ own @ matrix)
        noise = np.sqrt(np.maximum(left, np.square(np.min(deviations, initial=0.05))))
        return cls(matrix, mean - matrix @ center, noise)

    def apply(self, outputs: np.ndarray) -> np.ndarray:
        """Apply the map to the numbers, which are the first outputs."""
        found, n = np.array(outputs, dtype=np.float64), len(self.shift)
        found[:, :n] = found[:, :n] @ self.matrix + self.shift
        return found


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Maximum likelihood means and covariances; with many missing values, of some rows.

    Pairwise covariances are poor for values that are seldom observed together.
    """
    missing = np.isnan(x)
    cost = float(np.mean(missing.sum(axis=1) ** 3.0))
    if not cost:
        return _moments_of_pairs(x)
    n_some = int(min(len(x), _MAX_WORK / cost))
    if n_some < min(len(x), _MIN_ROWS):
        return _moments_of_pairs(x)
    some = x[np.linspace(0, len(x) - 1, n_some).astype(int)]
    found = NormalWithMissing(some).fit(some, _RIDGE, _EM_STEPS)
    return found.mean.astype(np.float64), found.covariance.astype(np.float64)


def _moments_of_pairs(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means, and pairwise covariances over the rows that have both values."""
    mean, _ = observed_moments(x)
    there = ~np.isnan(x)
    z = np.where(there, x - mean, 0.0)
    both = there.astype(np.float64)
    return mean, _nearest(z.T @ z / np.maximum(1, both.T @ both))


def _nearest(covariance: np.ndarray) -> np.ndarray:
    """Nearest positive semidefinite matrix."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, 0)) @ vectors.T


def _correlations(covariance: np.ndarray) -> np.ndarray:
    deviations = np.sqrt(np.maximum(np.diag(np.atleast_2d(covariance)), 1e-12))
    return covariance / np.outer(deviations, deviations)


def _robust_limits(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the inliers in columns with extreme values; infinite for the others."""
    limits = np.tile([[-np.inf], [np.inf]], values.shape[1])
    for j, column in enumerate(values.T):
        known = column[~np.isnan(column)]
        if len(known):
            share = min(0.25, max(_FAR_SHARE, _FAR_VALUES / len(known)))
            low, high = np.quantile(known, [share, 1 - share])
            room = _FAR * (high - low)
            if known.min() < low - room or known.max() > high + room:
                limits[:, j] = low, high
    return limits[0], limits[1]


def _standardized(values: np.ndarray) -> np.ndarray:
    """Columns with mean 0 and variance 1, ignoring missing values."""
    mean, variance = observed_moments(values)
    return (values - mean) / np.sqrt(np.where(variance > 0, variance, 1))


def _power(covariance: np.ndarray, exponent: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T
