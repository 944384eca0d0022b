"""The columns of a table of mixed kinds: what the network sees of each, and back."""

import warnings
from abc import ABC, abstractmethod
from collections import Counter
from typing import Any

import numpy as np
from scipy.stats import norm

from skae.data._frames import kind_of, labels_of, numbers_of, seconds_of

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
_LARGEST = float(np.finfo(np.float32).max)
_DAY = 86400.0
_CYCLES = (_DAY, 7 * _DAY, 365.2425 * _DAY)
_GRAINS = (_DAY, 3600.0, 60.0, 1.0)


class Column(ABC):
    """One column: values to numbers or levels, and what is reconstructed to values.

    It has nothing but what its constructor takes, so that a file can hold it.
    """

    # How many numbers it has in a row of the network, or how many levels.
    n_numbers: int = 0
    n_levels: int = 0
    kind: str

    @classmethod
    @abstractmethod
    def fit(cls, values, kind: str, name: Any, **options) -> "Column":
        """What is to be known of the values of a column, all of them."""

    @abstractmethod
    def read(self, values, name: Any) -> np.ndarray:
        """A number or more per row, or the number of its level; NaN where it is gone.

        float32, of shape (n_rows, n_numbers) or (n_rows, 1).
        """

    @abstractmethod
    def write(self, found: np.ndarray) -> Any:
        """Values from numbers, or from the probabilities of the levels."""


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
    """

    n_numbers = 1

    def __init__(self, kind, values, scores, low, high, limits, step, is_straight):
        self.kind, self.values, self.limits = kind, values, limits
        self.scores, self.low, self.high = scores, low, high
        self.step, self.is_straight = step, is_straight

    @classmethod
    def fit(cls, values, kind, name, *, scaling, **options):
        """Moments or quantiles."""
        x = _numbers(values, kind, name)
        x = x[~np.isnan(x)]
        limits, step = np.array([x.min(), x.max()]), float(kind == "integer")
        if kind == "duration":
            step = _grain(x)
        if scaling == "standard":
            mean, deviation = x.mean(), x.std() or 1.0
            knots, scores = np.array([mean, mean + deviation]), np.array([0.0, 1.0])
            return cls(kind, knots, scores, scores, scores, limits, step, True)
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
        return cls(kind, knots, *scores, limits, step, False)

    def read(self, values, name):
        """Numbers on the scale."""
        x = _numbers(values, self.kind, name)
        if self.is_straight:
            scores = (x - self.values[0]) / (self.values[1] - self.values[0])
        else:
            scores = np.interp(x, self.values, self.scores)
            scores = np.where(np.isnan(x), np.nan, scores)
        return scores.astype(np.float32)[:, None]

    def numbers(self, found):
        """Numbers in the units of the data, as they were found, float64."""
        scores = found[:, 0].astype(np.float64)
        if self.is_straight:
            return self.values[0] + scores * (self.values[1] - self.values[0])
        scales = np.column_stack([self.low, self.high]).ravel()
        return np.interp(scores, scales, np.repeat(self.values, 2))

    def span(self, least: float, greatest: float) -> np.ndarray:
        """The scores that stand for the values from `least` to `greatest`."""
        if self.is_straight:
            return self.read(np.array([least, greatest]), None)[:, 0].astype(float)
        inside = (self.values >= least) & (self.values <= greatest)
        if inside.any():
            return np.array([self.low[inside].min(), self.high[inside].max()])
        return np.interp([least, greatest], self.values, self.scores)

    def write(self, found):
        """Numbers, whole ones and in the range of those seen where they were whole."""
        x = self.numbers(found)
        if self.step:
            x = np.clip(np.rint(x / self.step) * self.step, *self.limits)
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


class DateColumn(Column):
    """Moments in time: how far along, and where in the day, the week and the year.

    Parameters
    ----------
    mean, deviation : float
        Of the seconds since 1970.

    cycles : ndarray
        Lengths of the cycles in seconds, from short to long.

    grain : float
        All dates are multiples of so many seconds.

    limits : ndarray of shape (2,)
        The first and the last date.
    """

    kind = "date"

    def __init__(self, mean, deviation, cycles, grain, limits):
        self.mean, self.deviation, self.cycles = mean, deviation, cycles
        self.grain, self.limits = grain, limits

    @property
    def n_numbers(self):
        """How far along, and two numbers for each cycle."""
        return 1 + 2 * len(self.cycles)

    @classmethod
    def fit(cls, values, kind, name, **options):
        """The cycles that the dates go through more than once."""
        t = _numbers(values, "date", name)
        t = t[~np.isnan(t)]
        span = np.ptp(t)
        cycles = [c for c in _CYCLES if span > 2 * c and np.ptp(t % c) > 0]
        limits = np.array([t.min(), t.max()])
        moments = float(t.mean()), float(t.std())
        return cls(*moments, np.array(cycles), _grain(t), limits)

    def read(self, values, name):
        """Time on a scale of variance 1, and sines and cosines."""
        t = _numbers(values, "date", name)
        found = [(t - self.mean) / self.deviation]
        for cycle in self.cycles:
            angle = 2 * np.pi * (t % cycle) / cycle
            found += [np.sqrt(2) * np.sin(angle), np.sqrt(2) * np.cos(angle)]
        return np.column_stack(found).astype(np.float32)

    def position(self, found):
        """How far along the dates are that `write` makes of this."""
        seconds = self.write(found).astype(np.int64) / 1e6
        return (seconds - self.mean) / self.deviation

    def write(self, found):
        """Dates: the nearest that is at the right place in the year, week and day."""
        found = found.astype(np.float64)
        t = self.mean + found[:, 0] * self.deviation
        for i, cycle in reversed(list(enumerate(self.cycles))):
            angle = np.arctan2(found[:, 1 + 2 * i], found[:, 2 + 2 * i])
            shift = angle / (2 * np.pi) - (t % cycle) / cycle
            t = t + cycle * (shift - np.rint(shift))
        t = np.clip(np.rint(t / self.grain) * self.grain, *self.limits)
        return np.rint(t * 1e6).astype("M8[us]")


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
        n_levels = len(set(labels))
        if n_levels < 2:
            return "constant" if n_levels else "empty"
        is_text = guess and all(type(label) is str for label in labels)
        many = max(_LEAST_LEVELS, _IDENTIFIER_SHARE * len(labels))
        return "identifier" if is_text and n_levels > many else kind
    x = _numbers(values, kind, name)
    n_gaps = int(np.isnan(x).sum())
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


def _numbers(values, kind: str, name) -> np.ndarray:
    """Numbers, or seconds; ValueError, with the column's name, for what has none."""
    try:
        x = (seconds_of if kind in ("date", "duration") else numbers_of)(values)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"Column {name!r} is taken for a {kind}, but its values cannot be read as "
            f"such: {error}. Set its kind by column_kinds, or convert it."
        ) from None
    if np.nanmax(np.abs(x), initial=0.0) > _LARGEST:
        raise ValueError(
            "Input X contains infinity or a value too large for dtype('float32'), in "
            f"column {name!r}."
        )
    return x


def _grain(seconds: np.ndarray) -> float:
    """The largest of some units of time of which all are multiples."""
    return next((grain for grain in _GRAINS if not (seconds % grain).any()), 1e-6)


def _in_order(levels) -> list:
    try:
        return sorted(levels)
    except TypeError:  # of several types
        return sorted(levels, key=lambda level: (type(level).__name__, str(level)))
