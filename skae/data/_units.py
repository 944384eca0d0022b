"""Numbers far from zero, or of a size that float32 has no room for.

float32 has seven digits. Of 1700000000.25 it keeps neither the fraction nor the last
two digits before it; 1e-50 is 0 to it, and 1e50 infinite. Where data are like that,
the network is given their distances from an origin, in another unit, and what it
returns is brought back. The subtraction is in float64, or exact for integers.
"""

import numpy as np

# A mean of so many deviations costs float32 a hundred thousandth of a deviation.
FAR = 128.0
# Squares of what deviates by these are still numbers of float32.
SAFE_SCALES = (1e-15, 1e15)


class Units:
    """An origin for each feature and a unit for all, in which float32 holds the data.

    Parameters
    ----------
    origin : ndarray, float64
        Of a shape that broadcasts to that of a row as the network sees it.

    exponent : int, default=0
        The unit is two to the power of it: nothing is rounded.
    """

    def __init__(self, origin: np.ndarray, exponent: int = 0):
        self.origin, self.exponent = np.asarray(origin, np.float64), int(exponent)

    def subtract(self, values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Rows of `shape` as distances from the origin, in the unit, float64."""
        return self._distances(values, laid_out(self.origin, shape))

    def of_sparse(self, X):
        """A CSR matrix likewise: columns with an origin have no zeros."""
        origin = laid_out(self.origin, X.shape[1:])
        found = X.astype(np.float64)
        own = np.broadcast_to(origin, X.shape[1:])[X.indices]
        found.data = self._distances(X.data, own)
        return found

    def _distances(self, values: np.ndarray, origin: np.ndarray) -> np.ndarray:
        found = minus(values, origin)
        return np.ldexp(found, -self.exponent) if self.exponent else found

    def add(self, outputs: np.ndarray) -> np.ndarray:
        """The way back, for rows as the network sees them."""
        found = outputs.astype(np.float64)
        return self.scale_up(found) + self.origin

    def scale_up(self, differences: np.ndarray, power: int = 1) -> np.ndarray:
        """Differences, or a `power` of them, in the unit of the data.

        ValueError where float64 does not hold them: neither infinite nor 0 is right.
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
    # Modulo 2**64, in which a difference that is small is right.
    fits = np.where(negative, whole >= -(2.0**63), whole < 2.0**64)
    whole = np.where(fits, whole, 0.0)
    start = np.where(negative, whole, 0).astype(np.int64).astype(np.uint64)
    start = np.where(negative, start, np.where(negative, 0, whole).astype(np.uint64))
    apart = (values.astype(np.uint64) - start).view(np.int64)
    exact = apart - (origin - whole)
    return np.where(fits & (np.abs(found) < 2.0**62), exact, found)


def laid_out(origin: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """An origin in the shape of a row as the user has it: flat, without channels..."""
    if origin.size == 1:
        return origin.reshape(())
    if origin.size == np.prod(shape, dtype=int):
        return origin.reshape(shape)
    return origin
