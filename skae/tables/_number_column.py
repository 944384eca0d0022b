"""Columns of numbers and of durations, on a scale of mean 0 and variance 1."""

import numpy as np
from scipy.stats import norm

from skae.data import FAR, SAFE_SCALES
from skae.frames import EXACT, differences_of, labels_of
from skae.tables._column import Column, check_size, moments, numbers_in
from skae.tables._date_grid import grain_of, microseconds

# Number of quantiles of a scaling.
_N_QUANTILES = 1000
# The unit of weights is the least weight, but at least the mean divided by this.
_MAX_UNEVEN = 1000.0
# Largest number of decimals, and number of values that are checked first.
_MAX_DECIMALS, _GLANCE = 6, 100
# Floating-point types with less precision than float64, by their names.
NARROW_TYPES = dict.fromkeys(
    ("float32", "Float32", "<f4", "float[pyarrow]"), np.float32
)
NARROW_TYPES |= dict.fromkeys(("float16", "<f2", "halffloat[pyarrow]"), np.float16)


class NumberColumn(Column):
    """Numbers, or durations in seconds, on a scale of mean 0 and variance 1.

    Parameters
    ----------
    kind : {"number", "integer", "duration"}

    values, scores, low, high : ndarray of shape (n_knots,)
        Values of the data, increasing; the score of each, and the least and the
        greatest score that is decoded as it. For "standard" there are two, a standard
        deviation apart.

    limits : ndarray of shape (2,)
        The least and the greatest value in `fit`.

    step : float
        All values are multiples of it; 0 for none.

    is_straight : bool
        Whether the scale is linear, also beyond the values seen in `fit`.

    decimals : int, default=None
        Largest number of decimals of the values.

    whole_limits : tuple of int, default=None
        The least and the greatest of integers that are not exact in float64. The least
        is subtracted from all other numbers here.
    """

    n_numbers = 1

    def __init__(
        self,
        kind,
        values,
        scores,
        low,
        high,
        limits,
        step,
        is_straight,
        decimals=None,
        whole_limits=None,
    ):
        self.kind, self.values, self.limits = kind, values, limits
        self.scores, self.low, self.high = scores, low, high
        self.step, self.is_straight = step, is_straight
        self.decimals, self.whole_limits = decimals, whole_limits

    @classmethod
    def fit(cls, values, kind, name, *, scaling, type=None, weight=None, **options):
        """Estimate moments or quantiles; `type`, from `type_of`, may have decimals."""
        x = numbers_in(values, kind, name)
        more: dict = {"decimals": None, "whole_limits": None}
        if kind == "integer" and np.nanmax(np.abs(x)) > EXACT:
            whole = [int(label) for label in labels_of(values) if label is not None]
            more["whole_limits"] = min(whole), max(whole)
            x = differences_of(values, min(whole))
        known = ~np.isnan(x)
        x = x[known]
        weight = np.ones(len(x)) if weight is None else weight[known]
        if kind == "number":
            more["decimals"] = _decimals(x, type or {})
        limits, step = np.array([x.min(), x.max()]), float(kind == "integer")
        if kind == "duration":
            step = _grain(x)
        if scaling == "standard":
            mean, deviation = moments(x, weight)
            # The next float64 at least: far from zero the deviation may be lost.
            above = max(mean + (deviation or 1.0), np.nextafter(mean, np.inf))
            knots, scores = np.array([mean, above]), np.array([0.0, 1.0])
            return cls(kind, knots, scores, scores, scores, limits, step, True, **more)
        scale = _quantiles(x, weight)
        return cls(kind, *scale, limits, step, False, **more)

    @property
    def origin(self) -> int:
        """Number that is subtracted from all others here."""
        return self.whole_limits[0] if self.whole_limits else 0

    @property
    def grain(self) -> float:
        """Resolution of the values; 0 for any values."""
        return self.step if self.decimals is None else 10.0**-self.decimals

    def read(self, values, name):
        """Return numbers on the scale."""
        if self.whole_limits:
            x = differences_of(values, self.origin)
            check_size(x, name)
        else:
            x = numbers_in(values, self.kind, name)
        return self._scores(x)

    def _scores(self, x):
        if self.is_straight:
            scores = (x - self.values[0]) / (self.values[1] - self.values[0])
        else:
            scores = np.interp(x, self.values, self.scores)
            scores = np.where(np.isnan(x), np.nan, scores)
        return scores.astype(np.float32)[:, None]

    def resolved(self, found):
        """Scores of the values that `write` decodes from scores."""
        return self._scores(self._written(found))

    def numbers(self, found):
        """Numbers in the units of the data, minus the origin, without rounding."""
        scores = found[:, 0].astype(np.float64)
        if self.is_straight:
            return self.values[0] + scores * (self.values[1] - self.values[0])
        scales = np.column_stack([self.low, self.high]).ravel()
        return np.interp(scores, scales, np.repeat(self.values, 2))

    @property
    def fits_float32(self):
        """Whether float32 resolves the values: not if far from zero, or tiny."""
        spread = self.values[-1] - self.values[0]
        largest = float(np.abs(self.limits).max())
        return largest < FAR * spread and spread > SAFE_SCALES[0]

    def span(self, least: float, greatest: float) -> np.ndarray:
        """Least and greatest score that are decoded as values between two limits."""
        if self.is_straight:
            ends = np.array([least, greatest], dtype=np.float64)
            return (ends - self.values[0]) / (self.values[1] - self.values[0])
        v, low, high = self.values, self.low, self.high
        first, last = -np.inf, np.inf
        if least > v[0]:
            k = min(np.searchsorted(v, least, side="left"), len(v) - 1)
            share = (v[k] - least) / (v[k] - v[k - 1])
            first = low[k] - share * (low[k] - high[k - 1])
        if greatest < v[-1]:
            k = max(np.searchsorted(v, greatest, side="right"), 1)
            share = (greatest - v[k - 1]) / (v[k] - v[k - 1])
            last = high[k - 1] + share * (low[k] - high[k - 1])
        return np.array([first, last])

    def _written(self, found):
        """Rounded and clipped numbers, minus the origin."""
        x = self.numbers(found)
        if self.step:
            x = np.clip(np.rint(x / self.step) * self.step, *self.limits)
        return x if self.decimals is None else np.round(x, self.decimals)

    def write(self, found, within=None):
        """Decode numbers; integers and durations are rounded and stay in the range.

        Other numbers are rounded to the decimals of the values in `fit`. All are
        clipped to `within`, two numbers minus the origin, if it is given.
        """
        x = self._written(found)
        if within is not None:
            x = np.clip(x, *within)
        if self.whole_limits:
            return _whole(x, *self.whole_limits)
        return np.rint(x * 1e6).astype("m8[us]") if self.kind == "duration" else x


def _quantiles(x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, ...]:
    """Values, and the normal score of each, with the least and greatest for it.

    A weight of 2 acts as a repeated value.
    """
    weight = weight / max(weight.min(), weight.mean() / _MAX_UNEVEN)
    knots, position = np.unique(x, return_inverse=True)
    ranks = np.bincount(position, weights=weight)
    above = np.cumsum(ranks)
    # A repeated value has a range of ranks, of which the middle is used.
    half = np.minimum(ranks, 1.0) / 2
    ends = np.array([above - ranks + half, above - half])
    # The extremes get the ranks that rows of unit weight would have.
    low, high = np.clip(ends, 0.5, above[-1] - 0.5) / above[-1]
    middle = norm.ppf((low + high) / 2)
    center = np.average(middle, weights=ranks)
    spread = np.sqrt(np.average((middle - center) ** 2, weights=ranks))
    if len(knots) > _N_QUANTILES:
        where = np.linspace(0, 1, _N_QUANTILES) * (above[-1] - half[-1] * 2)
        some = np.unique(np.searchsorted(above, where, side="right"))
        knots, low, high = knots[some], low[some], high[some]
    return knots, *((norm.ppf([(low + high) / 2, low, high]) - center) / spread)


def _grain(seconds: np.ndarray) -> float:
    """Largest resolution of which all durations are multiples, in seconds."""
    return grain_of(microseconds(seconds)) / 1e6


def _whole(x: np.ndarray, least: int, greatest: int) -> np.ndarray:
    """Integers `least` + `x`, at most `greatest`."""
    found = [min(least + int(value), greatest) for value in x]
    for dtype in (np.int64, np.uint64):
        if np.iinfo(dtype).min <= least and greatest <= np.iinfo(dtype).max:
            return np.array(found, dtype=dtype)
    return np.array(found, dtype=object)


def _decimals(x: np.ndarray, type: dict) -> int | None:
    """Number of decimals that suffices for all numbers; None for more than six."""
    if "scale" in type:
        return type["scale"]
    dtype = NARROW_TYPES.get(type.get("of", type.get("name")), np.float64)
    exact = x.astype(dtype)
    for digits in range(_MAX_DECIMALS + 1):
        if all(
            (np.round(part, digits).astype(dtype) == own).all()
            for part, own in ((x[:_GLANCE], exact[:_GLANCE]), (x, exact))
        ):
            return digits
    return None
