"""The columns of a table of mixed kinds: what the network sees of each, and back."""

import warnings
from collections import Counter

import numpy as np
from scipy.stats import norm

from skae.data._column import Column as Column
from skae.data._column import check_size, numbers_in
from skae.data._column_types import kind_of
from skae.data._column_values import EXACT, differences_of, labels_of, seconds_of
from skae.data._date_column import DateColumn
from skae.data._date_grid import grain_of, microseconds
from skae.data._date_texts import looks_like_dates
from skae.data._units import FAR, SAFE_SCALES

KINDS = ("number", "integer", "boolean", "category", "date", "duration", "ignored")
# Kinds of columns that tell rows nothing.
IGNORED = ("constant", "empty", "identifier", "ignored")
SCALINGS = ("standard", "quantile")
# Of so many quantiles a scaling knows the values.
_N_QUANTILES = 1000
# From the warning of a column to the user's call of `fit`.
_STACKLEVEL = 11
# Strings of which more than this share differ tell rows apart, not kinds of rows.
_IDENTIFIER_SHARE, _LEAST_LEVELS = 0.5, 20
# Digits behind the point that numbers may share, and how many tell at a glance.
_MOST_DECIMALS, _GLANCE = 6, 100
# Types of numbers that are no float64, by their names.
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
        greatest that stand for it. "standard" has two, a deviation apart.

    limits : ndarray of shape (2,)
        The least and the greatest value seen.

    step : float
        All values are multiples of it; 0 for none.

    is_straight : bool
        Whether the scale goes on beyond its last values.

    decimals : int, default=None
        All values have so many digits behind the point, or fewer.

    whole_limits : tuple of int, default=None
        The least and the greatest of integers that float64 does not hold: all other
        numbers here are less the least.
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
    def fit(cls, values, kind, name, *, scaling, type=None, **options):
        """Moments or quantiles; `type` of the column, in words, may tell decimals."""
        x = numbers_in(values, kind, name)
        more: dict = {"decimals": None, "whole_limits": None}
        if kind == "integer" and np.nanmax(np.abs(x)) > EXACT:
            whole = [int(label) for label in labels_of(values) if label is not None]
            more["whole_limits"] = min(whole), max(whole)
            x = differences_of(values, min(whole))
        x = x[~np.isnan(x)]
        if kind == "number":
            more["decimals"] = _decimals(x, type or {})
        limits, step = np.array([x.min(), x.max()]), float(kind == "integer")
        if kind == "duration":
            step = _grain(x)
        if scaling == "standard":
            mean, deviation = x.mean(), x.std() or 1.0
            knots, scores = np.array([mean, mean + deviation]), np.array([0.0, 1.0])
            return cls(kind, knots, scores, scores, scores, limits, step, True, **more)
        knots, ranks = np.unique(x, return_counts=True)
        above = np.cumsum(ranks)
        # A value that comes often has a range of ranks; it stands in the middle.
        low, high = (above - ranks + 0.5) / len(x), (above - 0.5) / len(x)
        middle = norm.ppf((low + high) / 2)
        center = np.average(middle, weights=ranks)
        spread = np.sqrt(np.average((middle - center) ** 2, weights=ranks))
        if len(knots) > _N_QUANTILES:
            where = (np.linspace(0, 1, _N_QUANTILES) * (len(x) - 1)).astype(int)
            some = np.unique(np.searchsorted(above, where, side="right"))
            knots, low, high = knots[some], low[some], high[some]
        scores = (norm.ppf([(low + high) / 2, low, high]) - center) / spread
        return cls(kind, knots, *scores, limits, step, False, **more)

    @property
    def origin(self) -> int:
        """What all numbers here are less."""
        return self.whole_limits[0] if self.whole_limits else 0

    @property
    def grain(self) -> float:
        """The distance of two values that the column may have; 0 for any."""
        return self.step if self.decimals is None else 10.0**-self.decimals

    def read(self, values, name):
        """Numbers on the scale."""
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

    def settled(self, found):
        """Scores of the values that `write` makes of scores."""
        return self._scores(self._written(found))

    def numbers(self, found):
        """Numbers in the units of the data, less the origin, as they were found."""
        scores = found[:, 0].astype(np.float64)
        if self.is_straight:
            return self.values[0] + scores * (self.values[1] - self.values[0])
        scales = np.column_stack([self.low, self.high]).ravel()
        return np.interp(scores, scales, np.repeat(self.values, 2))

    @property
    def fits_float32(self):
        """Not if they are far from zero, or are nearly 0 to it."""
        spread = self.values[-1] - self.values[0]
        largest = float(np.abs(self.limits).max())
        return largest < FAR * spread and spread > SAFE_SCALES[0]

    def span(self, least: float, greatest: float) -> np.ndarray:
        """The least and the greatest score that stand for values between these two."""
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
        """Numbers that the column may have, less the origin."""
        x = self.numbers(found)
        if self.step:
            x = np.clip(np.rint(x / self.step) * self.step, *self.limits)
        return x if self.decimals is None else np.round(x, self.decimals)

    def write(self, found, within=None):
        """Numbers, whole ones and in the range of those seen where they were whole.

        They are rounded to as many digits behind the point as all of them had, and lie
        between the two that `within` may have, which are less the origin.
        """
        x = self._written(found)
        if within is not None:
            x = np.clip(x, *within)
        if self.whole_limits:
            return _whole(x, *self.whole_limits)
        return np.rint(x * 1e6).astype("m8[us]") if self.kind == "duration" else x


class CategoryColumn(Column):
    """One of some levels.

    Parameters
    ----------
    kind : {"category", "boolean"}

    levels : list
        In their order.

    refuses : bool
        Whether a level that is none of them is an error; else it is a missing value.
    """

    def __init__(self, kind, levels, refuses):
        self.kind, self.levels, self.refuses = kind, levels, refuses

    @property
    def n_levels(self):
        """Number of levels."""
        return len(self.levels)

    @classmethod
    def fit(cls, values, kind, name, *, handle_unknown, max_levels, **options):
        """The levels that occur, the rarest left out where they are too many."""
        counts = Counter(labels_of(values))
        counts.pop(None, None)
        levels = _in_order(counts)
        if len(levels) > max_levels:
            often = {level for level, _ in counts.most_common(max_levels)}
            n_left = sum(n for level, n in counts.items() if level not in often)
            warnings.warn(
                f"Column {name!r} has {len(levels)} levels: the {max_levels} that come "
                f"most often are kept, and {n_left} values of the others are taken for "
                "missing. Set max_levels, or ignore the column by column_kinds.",
                stacklevel=_STACKLEVEL,
            )
            levels = [level for level in levels if level in often]
        return cls(kind, levels, handle_unknown == "error")

    def read(self, values, name):
        """Numbers of the levels."""
        labels = labels_of(values)
        places = {level: i for i, level in enumerate(self.levels)}
        codes = np.array([places.get(label, np.nan) for label in labels], np.float32)
        if self.refuses and np.isnan(codes).any():
            known = {None, *self.levels}
            unknown = [label for label in labels if label not in known]
            if unknown:
                raise ValueError(
                    f"Column {name!r} has the level {unknown[0]!r}, which the data of "
                    f"fit did not have; they had {self.levels[:10]}. With "
                    "handle_unknown='missing' it is taken for a missing value."
                )
        return codes[:, None]

    def write(self, found):
        """The likeliest levels."""
        return [self.levels[i] for i in found.argmax(axis=1)]


class IgnoredColumn(Column):
    """A column that tells rows nothing: it is constant, empty, or a name of each row.

    Parameters
    ----------
    kind : {"constant", "empty", "identifier", "ignored"}

    value : object
        What is written in every row, of dates and durations the seconds; None for a
        missing value.

    unit : {None, "M8[us]", "m8[us]"}
        What the seconds are: no number, a date or a duration.
    """

    def __init__(self, kind, value, unit=None):
        self.kind, self.value, self.unit = kind, value, unit

    @classmethod
    def fit(cls, values, kind, name, **options):
        """The value of a constant column."""
        if kind != "constant":
            return cls(kind, None)
        units = {"date": "M8[us]", "duration": "m8[us]"}
        if unit := units.get(kind_of(values, name)):
            seconds = seconds_of(values)
            return cls(kind, float(seconds[~np.isnan(seconds)][0]), unit)
        return cls(kind, next(v for v in labels_of(values) if v is not None))

    def read(self, values, name):
        """Nothing."""
        return np.empty((len(values), 0), np.float32)

    @property
    def fits_float32(self):
        """Of a constant the value is all there is."""
        is_number = isinstance(self.value, int | float)
        return not is_number or abs(self.value) < FAR**2

    def write(self, found):
        """The same in every row."""
        if self.unit:
            return np.full(len(found), round(self.value * 1e6)).astype(self.unit)
        return [self.value] * len(found)


CLASSES: dict[str, type[Column]] = {
    "number": NumberColumn,
    "integer": NumberColumn,
    "duration": NumberColumn,
    "boolean": CategoryColumn,
    "category": CategoryColumn,
    "date": DateColumn,
    **dict.fromkeys(IGNORED, IgnoredColumn),
}


def closer_kind(values, kind: str, name, *, guess: bool) -> str:
    """The kind of a column after a look at its values; `guess`: beyond its type."""
    if kind == "ignored":
        return kind
    if kind in ("boolean", "category"):
        labels = [label for label in labels_of(values) if label is not None]
        try:
            n_levels = len(set(labels))
        except TypeError as error:
            raise ValueError(
                f"Column {name!r} is taken for a {kind}, but {error}: convert its "
                "values, or leave it out."
            ) from None
        if n_levels < 2:
            return "constant" if n_levels else "empty"
        is_text = guess and all(type(label) is str for label in labels)
        many = max(_LEAST_LEVELS, _IDENTIFIER_SHARE * len(labels))
        if not is_text or n_levels <= many:
            return kind
        if looks_like_dates(labels):
            warnings.warn(
                f"Column {name!r} has dates as text, {labels[0]!r} for example, and is "
                f"ignored. Set column_kinds={{{name!r}: 'date'}}, or convert them.",
                stacklevel=_STACKLEVEL,
            )
        return "identifier"
    x = numbers_in(values, kind, name)
    n_gaps = int(np.isnan(x).sum())
    if kind == "integer" and np.nanmax(np.abs(x), initial=0.0) > EXACT:
        whole = [label for label in labels_of(values) if label is not None]
        x = differences_of(values, int(min(whole)))
    x = x[~np.isnan(x)]
    if len(x) == 0:
        return "empty"
    if (x == x[0]).all():
        return "constant"
    if not guess:
        return kind
    if kind == "integer" and len(np.unique(x)) == 2:
        return "category"  # yes and no, as so many tables have them
    is_array = isinstance(values, np.ndarray)
    if kind == "number" and n_gaps and not is_array and not (x % 1).any():
        return "integer"  # which have no gaps in pandas, and are floats for that
    return kind


def _grain(seconds: np.ndarray) -> float:
    """The largest of some units of time of which all are multiples."""
    return grain_of(microseconds(seconds)) / 1e6


def _whole(x: np.ndarray, least: int, greatest: int) -> np.ndarray:
    """Whole numbers that are `x` above the least."""
    found = [min(least + int(value), greatest) for value in x]
    for dtype in (np.int64, np.uint64):
        if np.iinfo(dtype).min <= least and greatest <= np.iinfo(dtype).max:
            return np.array(found, dtype=dtype)
    return np.array(found, dtype=object)


def _decimals(x: np.ndarray, type: dict) -> int | None:
    """Digits behind the point that suffice for all numbers; None where they do not."""
    if "scale" in type:
        return type["scale"]
    dtype = NARROW_TYPES.get(type.get("of", type.get("name")), np.float64)
    exact = x.astype(dtype)
    for digits in range(_MOST_DECIMALS + 1):
        if all(
            (np.round(part, digits).astype(dtype) == own).all()
            for part, own in ((x[:_GLANCE], exact[:_GLANCE]), (x, exact))
        ):
            return digits
    return None


def _in_order(levels) -> list:
    try:
        return sorted(levels)
    except TypeError:  # of several types
        return sorted(levels, key=lambda level: (type(level).__name__, str(level)))
