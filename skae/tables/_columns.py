"""Encoding of the columns of a table of mixed types, and detection of their kinds."""

import warnings
from collections import Counter

import numpy as np

from skae._callers import level_of_user
from skae.data import FAR
from skae.frames import (
    EXACT,
    differences_of,
    kind_of,
    labels_of,
    looks_like_dates,
    seconds_of,
)
from skae.tables._column import Column as Column
from skae.tables._column import numbers_in
from skae.tables._date_column import DateColumn
from skae.tables._number_column import NumberColumn as NumberColumn

KINDS = ("number", "integer", "boolean", "category", "date", "duration", "ignored")
# Kinds of columns that are not encoded.
IGNORED = ("constant", "empty", "identifier", "ignored")
SCALINGS = ("standard", "quantile")
# With fewer values there is no warning if all levels are unknown.
_MANY_UNKNOWN = 10
# Number of texts that are checked for numbers.
_GLANCE = 100
# Columns of strings with a larger share of distinct values are identifiers.
_IDENTIFIER_SHARE, _MIN_LEVELS = 0.5, 20


class CategoryColumn(Column):
    """Column of categories.

    Parameters
    ----------
    kind : {"category", "boolean"}

    levels : list
        Levels, in their order.

    refuses : bool
        Whether an unknown level is an error; else it is a missing value.
    """

    def __init__(self, kind, levels, refuses):
        self.kind, self.levels, self.refuses = kind, levels, refuses

    @property
    def n_levels(self):
        """Number of levels."""
        return len(self.levels)

    @classmethod
    def fit(
        cls, values, kind, name, *, handle_unknown, max_levels, weight=None, **options
    ):
        """Find the levels; the rarest are left out if there are too many."""
        labels = labels_of(values)
        counts = Counter(labels)
        counts.pop(None, None)
        levels = _in_order(counts)
        if len(levels) > max_levels:
            mass = counts if weight is None else _mass(labels, weight)
            often = {level for level, _ in mass.most_common(max_levels)}
            n_left = sum(n for level, n in counts.items() if level not in often)
            warnings.warn(
                f"Column {name!r} has {len(levels)} levels: the {max_levels} that come "
                f"most often are kept, and {n_left} values of the others are taken for "
                "missing. Set max_levels, or ignore the column by column_kinds.",
                stacklevel=level_of_user(),
            )
            levels = [level for level in levels if level in often]
        return cls(kind, levels, handle_unknown == "error")

    def read(self, values, name):
        """Numbers of the levels."""
        labels = labels_of(values)
        places = {level: i for i, level in enumerate(self.levels)}
        codes = np.array([places.get(label, np.nan) for label in labels], np.float32)
        if not self.refuses and np.isnan(codes).all():
            self._warn_of_unknown(labels, name)
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

    def _warn_of_unknown(self, labels: list, name) -> None:
        """Warn if all levels are new, which suggests another spelling or type."""
        unknown = [label for label in labels if label is not None]
        if len(unknown) >= _MANY_UNKNOWN:
            warnings.warn(
                f"None of the {len(unknown)} values of column {name!r} is a level that "
                f"fit saw: {unknown[0]!r} for example, where it saw {self.levels[:5]}. "
                "They are taken for missing.",
                stacklevel=level_of_user(),
            )

    def write(self, found):
        """Return the most probable levels."""
        return [self.levels[i] for i in found.argmax(axis=1)]


class IgnoredColumn(Column):
    """Column that is not encoded: it is constant, empty, an identifier, or ignored.

    Parameters
    ----------
    kind : {"constant", "empty", "identifier", "ignored"}

    value : object
        Decoded value of every row, in seconds for dates and durations; None for a
        missing value.

    unit : {None, "M8[us]", "m8[us]"}
        Type of the seconds: a date or a duration; None if the value is neither.
    """

    def __init__(self, kind, value, unit=None):
        self.kind, self.value, self.unit = kind, value, unit

    @classmethod
    def fit(cls, values, kind, name, **options):
        """Find the value of a constant column."""
        if kind != "constant":
            return cls(kind, None)
        units = {"date": "M8[us]", "duration": "m8[us]"}
        if unit := units.get(kind_of(values, name)):
            seconds = seconds_of(values)
            return cls(kind, float(seconds[~np.isnan(seconds)][0]), unit)
        return cls(kind, next(v for v in labels_of(values) if v is not None))

    def read(self, values, name):
        """Return an array without columns."""
        return np.empty((len(values), 0), np.float32)

    @property
    def fits_float32(self):
        """Whether float32 represents the value of a constant column."""
        is_number = isinstance(self.value, int | float)
        return not is_number or abs(self.value) < FAR**2

    def write(self, found):
        """Return the same value for every row."""
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
    """Kind of a column by its values; with `guess` it may differ from its type."""
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
        many = max(_MIN_LEVELS, _IDENTIFIER_SHARE * len(labels))
        if not is_text or n_levels <= many:
            return kind
        if looks_like_dates(labels):
            warnings.warn(
                f"Column {name!r} has dates as text, {labels[0]!r} for example, and is "
                f"ignored. Set column_kinds={{{name!r}: 'date'}}, or convert them.",
                stacklevel=level_of_user(),
            )
        elif _look_like_numbers(labels):
            warnings.warn(
                f"Column {name!r} has numbers as text, {labels[0]!r} for example, and "
                "is ignored. Convert them, by pandas.to_numeric for example; or set "
                f"column_kinds={{{name!r}: 'ignored'}}.",
                stacklevel=level_of_user(),
            )
        return "identifier"
    x = numbers_in(values, kind, name)
    n_missing = int(np.isnan(x).sum())
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
        return "category"  # usually 0 and 1 for no and yes
    is_array = isinstance(values, np.ndarray)
    if kind == "number" and n_missing and not is_array and not (x % 1).any():
        return "integer"  # in pandas integers with missing values are floats
    return kind


def _look_like_numbers(texts: list) -> bool:
    """Whether texts are numbers; with leading zeros they are not."""
    some = sorted(set(texts))[:_GLANCE]
    if any(text[:1] == "0" and text[1:2].isdigit() for text in some):
        return False
    try:
        return all(np.isfinite(float(text.replace(",", ""))) for text in some)
    except ValueError:
        return False


def _mass(labels: list, weight) -> Counter:
    """Total weight of the rows of each level."""
    mass: Counter = Counter()
    for label, own in zip(labels, weight.tolist(), strict=True):
        if label is not None:
            mass[label] += own
    return mass


def _in_order(levels) -> list:
    try:
        return sorted(levels)
    except TypeError:  # of several types
        return sorted(levels, key=lambda level: (type(level).__name__, str(level)))
