"""Choice of an origin and a unit with which float32 represents the rows."""

import warnings
from typing import NamedTuple, Self

import numpy as np

from skae._callers import level_of_user
from skae.data._rows import CHUNK_BYTES, Rows
from skae.data._units import FAR, SAFE_SCALES, Units, minus

# Threshold for constant data, whose future standard deviation is unknown.
_FAR_IF_CONSTANT = FAR**2
# Maximum distance of a round origin from the mean, in standard deviations.
_NEAR, _NEAREST = 8.0, 64.0
# Relative standard deviations below this are rounding errors.
_ROUNDING = 1e-13
# Features in which one value has more than this share of the sum of squares are
# summarized between these quantiles.
_SHARE, _TRIMMED = 0.05, (0.01, 0.99)
_MIN_TO_TRIM = 10
_SAMPLE_ROWS, _MIN_SAMPLE_ROWS = 1024, 8


class Moments(NamedTuple):
    """Moments per feature, from which units are chosen: all float64."""

    mean: np.ndarray
    deviation: np.ndarray
    farthest: np.ndarray  # from the mean

    @property
    def scale(self) -> float:
        """Square root of the mean variance."""
        largest = self.deviation.max(initial=0.0)
        if not 0 < largest < np.inf:
            return float(largest)
        return float(largest * np.sqrt(np.mean(np.square(self.deviation / largest))))

    def far(self, share: float = 1.0) -> np.ndarray:
        """Mask of the features that are far from zero, with all values on one side."""
        varies = self.deviation > _ROUNDING * np.abs(self.mean)
        trimmed = self.scale if varies.any() else 0.0
        unit = np.where(varies, self.deviation, trimmed or _FAR_IF_CONSTANT / FAR)
        apart = np.abs(self.mean)
        return (apart > share * FAR * unit) & (apart > 2 * share * self.farthest)

    def is_unsafe(self) -> bool:
        """Whether squares would overflow or underflow in float32."""
        low, high = SAFE_SCALES
        return not low < self.scale < high


def find_units(
    rows: Rows, weight: np.ndarray | None = None, *, pooled: bool = False
) -> Units | None:
    """Find the units in which float32 represents `rows`; None if none are needed.

    A sample of the rows shows whether units may be needed; only then are all data read.

    Parameters
    ----------
    rows : Rows

    weight : ndarray of shape (n_samples,), default=None
        Weights of the rows; rows of weight 0 are ignored.

    pooled : bool, default=False
        Whether all entries along the first axis of a row share an origin.
    """
    sample = _Sums.of_sample(rows, weight, pooled)
    seen = sample.moments()
    trimmed = sample.trimmed_moments()
    may_be_far = seen is not None and (seen.far(0.25) | trimmed.far(0.25)).any()
    if not may_be_far and (seen is None or not seen.is_unsafe()):
        _warn_of_lost(seen)
        return None
    found = _Sums.of_all(rows, weight, pooled, sample).moments()
    if found is None or not np.isfinite(found.scale):
        return None
    exponent = 0
    if found.is_unsafe() and found.scale > 0 and sample.is_typical(found.scale):
        exponent = int(np.frexp(found.scale)[1])
    _warn_of_lost(found, exponent)
    far = found.far()
    # Features that are far from zero except in a few outlying rows.
    far_but_for_some = trimmed.far() & (trimmed.deviation > 0) & ~far
    if not (far.any() or far_but_for_some.any() or exponent):
        return None
    origin = np.zeros(found.mean.shape)
    for moments, which in ((found, far), (trimmed, far_but_for_some)):
        for i in np.flatnonzero(which):
            origin[i] = _origin(moments, i)
    features = rows.sample_shape[1:] if pooled else rows.sample_shape
    return Units(origin.reshape(features), exponent)


def _origin(moments: Moments, i: int) -> float:
    """A round number near the mean of feature `i`."""
    trimmed = moments.scale if moments.deviation.any() else 0.0
    deviation = moments.deviation[i]
    near = max(_NEAR * deviation, min(_NEAR * trimmed, _NEAREST * deviation))
    return round_number(moments.mean[i], near if deviation else _NEAR * trimmed)


def round_number(value: float, near: float) -> float:
    """The number with the fewest decimal digits within `near` of `value`.

    With a round origin, shifted data give the same rows as data around zero, bit for
    bit.
    """
    for n_digits in range(16):
        found = float(f"{value:.{n_digits}e}")
        if abs(found - value) <= near:
            return found
    return float(value)


class _Sums:
    """Moments of rows relative to the first row, accumulated chunk by chunk."""

    def __init__(self, pooled: bool, shift=None, exponent: int = 0):
        self._pooled, self._shift, self._exponent = pooled, shift, exponent
        self._values: np.ndarray | None = None
        self._n_rows = 0

    @classmethod
    def of_sample(cls, rows, weight, pooled) -> Self:
        """Sums of a sample of rows, evenly spaced from the first to the last."""
        counted = np.arange(len(rows)) if weight is None else np.flatnonzero(weight)
        room = CHUNK_BYTES // max(1, rows.row_bytes)
        size = int(np.clip(room, _MIN_SAMPLE_ROWS, _SAMPLE_ROWS))
        places = np.linspace(0, len(counted) - 1, min(len(counted), size))
        some = rows.raw(counted[places.astype(np.intp)])
        found = cls(pooled)
        if len(some):
            z = found._apart(some)
            largest = np.nanmax(np.abs(z), initial=0.0, where=np.isfinite(z))
            found._exponent = int(np.frexp(largest)[1])
            found._values = z
            found._add(z, np.ones(len(z)))
        return found

    @classmethod
    def of_all(cls, rows, weight, pooled, sample: Self) -> Self:
        """Sums of all rows, in the unit of the sample."""
        found = cls(pooled, sample._shift, sample._exponent)
        if not sample._exponent:  # a constant sample: look for values that differ
            for part in rows.chunks():
                z = found._apart(rows.raw(part, weight))
                largest = np.nanmax(np.abs(z), initial=0.0, where=np.isfinite(z))
                exponent = int(np.frexp(largest)[1]) if largest else 0
                found._exponent = found._exponent or exponent
        for part in rows.chunks():
            z = found._apart(rows.raw(part, weight))
            w = np.ones(len(z))
            if weight is not None:
                own = weight[part].astype(np.float64)
                own = own[own > 0]
                w = np.repeat(own, len(z) // max(1, len(own)))
            found._add(z, w)
        return found

    def _apart(self, values: np.ndarray) -> np.ndarray:
        """Differences of values from the first ones, with a column per feature."""
        width = values.shape[-1] if self._pooled and values.ndim == 3 else None
        if self._pooled and width is None:
            width = 1
        flat = values.reshape(-1, width or int(np.prod(values.shape[1:], dtype=int)))
        if self._shift is None:
            self._shift = _first(flat)
        with np.errstate(over="ignore", invalid="ignore"):
            return minus(flat, self._shift)

    def _add(self, z: np.ndarray, w: np.ndarray) -> None:
        z = np.ldexp(z, -self._exponent)
        there = np.isfinite(z)
        z = np.where(there, z, 0.0)
        with np.errstate(over="ignore", under="ignore"):
            squares = w @ np.square(z)
        self._n_rows += len(z)
        new = (w @ there, w @ z, squares, z.min(axis=0), z.max(axis=0))
        if not hasattr(self, "_sums"):
            self._sums = new
            return
        mass, total, squares, low, high = self._sums
        self._sums = (
            *(mass + new[0], total + new[1], squares + new[2]),
            *(np.minimum(low, new[3]), np.maximum(high, new[4])),
        )

    def moments(self) -> Moments | None:
        """The moments so far; None if there were no rows."""
        if not hasattr(self, "_sums"):
            return None
        mass, total, squares, low, high = self._sums
        mass = np.maximum(mass, np.finfo(float).tiny)
        offset = total / mass
        variance = np.maximum(0.0, squares / mass - offset**2)
        farthest = np.maximum(high - offset, offset - low)
        deviation = np.sqrt(variance)
        # The squares may have underflowed. The farthest value alone gives at least
        # this deviation.
        least = farthest / np.sqrt(self._n_rows)
        deviation = np.where(deviation > 0, deviation, least)
        deviation = np.where(high > low, deviation, 0.0)
        up = self._exponent
        with np.errstate(over="ignore", under="ignore"):
            return Moments(
                np.asarray(self._shift, np.float64) + np.ldexp(offset, up),
                np.ldexp(deviation, up),
                np.ldexp(farthest, up),
            )

    def trimmed_moments(self) -> Moments | None:
        """Moments of a sample, without the extremes of features with outliers."""
        found = self.moments()
        if found is None:
            return None
        far_out = found.farthest > np.sqrt(_SHARE * self._n_rows) * found.deviation
        n_known = np.isfinite(self._values).sum(axis=0)
        which = np.flatnonzero(far_out & (n_known >= _MIN_TO_TRIM))
        if not len(which):
            return found
        z = np.where(np.isfinite(self._values), self._values, np.nan)[:, which]
        z = np.ldexp(z, -self._exponent)
        low, high = np.nanquantile(z, _TRIMMED, axis=0)
        z = np.where((z >= low) & (z <= high), z, np.nan)
        mean, deviation = np.nanmean(z, axis=0), np.nanstd(z, axis=0)
        farthest = np.nanmax(np.abs(z - mean), axis=0)
        found = Moments(*(part.copy() for part in found))
        parts = np.ldexp([mean, deviation, farthest], self._exponent)
        found.mean[which] = np.asarray(self._shift, np.float64)[which] + parts[0]
        found.deviation[which], found.farthest[which] = parts[1:]
        return found

    def is_typical(self, scale: float) -> bool:
        """Whether the typical deviation is of this order, not only that of outliers."""
        z = np.abs(self._values[np.isfinite(self._values) & (self._values != 0)])
        if not len(z):
            return True
        low, high = SAFE_SCALES
        trimmed = np.exp2(np.mean(np.log2(z)))
        return bool(trimmed > high if scale > 1 else trimmed < low)


def _first(flat: np.ndarray) -> np.ndarray:
    """The first finite value of each feature, float64; 0 if there is none."""
    first = flat[0].astype(np.float64)
    for i in np.flatnonzero(~np.isfinite(first)):
        known = flat[np.isfinite(flat[:, i]), i]
        first[i] = known[0] if len(known) else 0.0
    return first


def _warn_of_lost(found: Moments | None, exponent: int = 0) -> None:
    """Warn of features whose variation float32 cannot represent beside the others."""
    if found is None:
        return
    with np.errstate(under="ignore"):
        own = np.ldexp(found.deviation, -exponent)
    lost = (found.deviation > 0) & (own < np.finfo(np.float32).tiny)
    if not lost.any() or lost.all():
        return
    i = int(np.flatnonzero(lost)[0])
    more = f" (and {lost.sum() - 1} more)" if lost.sum() > 1 else ""
    warnings.warn(
        f"Feature {i}{more} of X deviates by {found.deviation[i]:.0e}, where all have "
        f"{found.scale:.0e} in the mean: float32 cannot hold both, and it is taken to "
        "be constant. Scale X first, with sklearn.preprocessing.StandardScaler for "
        "example.",
        stacklevel=level_of_user(),
    )
