"""Units for data that are far from zero, or exceed the range of float32.

float32 has seven digits: it keeps neither the fraction nor the last two digits before
it of 1700000000.25, and 1e-50 becomes 0 and 1e50 infinite. The input of the network for
such data is their difference from an origin, in another unit, and its outputs are
converted back. The subtraction is in float64, or exact for integers.
"""

import numpy as np

# With a mean of this many standard deviations, the rounding error of float32 is a
# hundred thousandth of a standard deviation.
FAR = 128.0
# Within this range of deviations, squares neither overflow nor underflow in float32.
SAFE_SCALES = (1e-15, 1e15)


class Units:
    """An origin per feature and a common unit, with which float32 represents the data.

    Parameters
    ----------
    origin : ndarray, float64
        Origin, of a shape that broadcasts to that of a row of the network.

    exponent : int, default=0
        The unit is two to the power of this, so that the division is exact.
    """

    def __init__(self, origin: np.ndarray, exponent: int = 0):
        self.origin, self.exponent = np.asarray(origin, np.float64), int(exponent)

    def subtract(self, values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Differences of rows of `shape` from the origin, in the unit, float64."""
        return self._distances(values, laid_out(self.origin, shape))

    def of_sparse(self, X):
        """`subtract` for a CSR matrix, whose columns with an origin have no zeros."""
        origin = laid_out(self.origin, X.shape[1:])
        found = X.astype(np.float64)
        own = np.broadcast_to(origin, X.shape[1:])[X.indices]
        found.data = self._distances(X.data, own)
        return found

    def _distances(self, values: np.ndarray, origin: np.ndarray) -> np.ndarray:
        found = minus(values, origin)
        return np.ldexp(found, -self.exponent) if self.exponent else found

    def add(self, outputs: np.ndarray) -> np.ndarray:
        """Inverse of `subtract`, for rows in the shape of the network."""
        found = outputs.astype(np.float64)
        return self.scale_up(found) + self.origin

    def scale_up(self, differences: np.ndarray, power: int = 1) -> np.ndarray:
        """Convert differences, or a `power` of them, to the unit of the data.

        Raises ValueError if they overflow or underflow in float64.
        """
        if not self.exponent:
            return differences
        with np.errstate(over="ignore", under="ignore"):
            found = np.ldexp(differences.astype(np.float64), power * self.exponent)
        lost = np.isinf(found) & np.isfinite(differences)
        if (lost | ((found == 0) & (differences != 0))).any():
            raise ValueError(
                f"X deviates by about {2.0**self.exponent:.0e}: squares of that are "
                "beyond the numbers of float64. Scale X first, with "
                "sklearn.preprocessing.StandardScaler for example."
            )
        return found


def minus(values: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """``values - origin`` in float64; integers beyond 2**53 are not rounded before."""
    if values.dtype.kind == "f" and values.dtype.itemsize > 8:
        return (values - origin).astype(np.float64)
    found = np.subtract(values, origin, dtype=np.float64)
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 8:
        return found
    whole = np.floor(origin)
    negative = whole < 0
    # The differences are computed modulo 2**64, where small ones are exact.
    fits = np.where(negative, whole >= -(2.0**63), whole < 2.0**64)
    whole = np.where(fits, whole, 0.0)
    start = np.where(negative, whole, 0).astype(np.int64).astype(np.uint64)
    start = np.where(negative, start, np.where(negative, 0, whole).astype(np.uint64))
    apart = (values.astype(np.uint64) - start).view(np.int64)
    exact = apart - (origin - whole)
    return np.where(fits & (np.abs(found) < 2.0**62), exact, found)


def laid_out(origin: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Reshape an origin to the user's rows, which may be flat or without channels."""
    if origin.size == 1:
        return origin.reshape(())
    if origin.size == np.prod(shape, dtype=int):
        return origin.reshape(shape)
    return origin
