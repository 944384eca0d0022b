"""Conditions as users give them: columns of classes or numbers, some unknown."""

from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from skae.frames import columns_of, is_frame

_CLASS, _NUMBER = "class", "number"
KINDS = (_CLASS, _NUMBER)
_UNKNOWN = (
    "To say that the condition of a row is unknown, give None in a list or in an array "
    "of dtype object"
)


class ColumnOfConditions(NamedTuple):
    """Values of one plain type, and which of them are known."""

    values: np.ndarray
    known: np.ndarray


def read_columns(
    y: Any, n_rows: int, n_columns: int | None = None
) -> list[ColumnOfConditions]:
    """Columns of `y`, which may be one condition for all rows.

    Raises ValueError unless there are `n_rows` rows and, if given, `n_columns` columns.
    """
    parts = [column for _, column in columns_of(y)] if is_frame(y) else _split(y)
    if isinstance(parts, np.ndarray):  # without a dimension of rows
        row = parts.reshape(-1)
        # Of several columns, one row is one condition.
        if parts.ndim == 0 or (n_columns or 1) > 1:
            parts = [np.full(n_rows, value, dtype=row.dtype) for value in row]
        else:
            parts = [row]
    if n_columns is not None and len(parts) != n_columns:
        raise ValueError(
            f"y has {_count(len(parts), 'column')}, but that of fit had {n_columns}."
        )
    if len(parts) and len(parts[0]) != n_rows:
        raise ValueError(
            f"y has {_count(len(parts[0]), 'condition')} for {_count(n_rows, 'row')}: "
            "give one for each row, in the same order, or a single one for all."
        )
    columns = [_as_plain(np.asarray(part)) for part in parts]
    known = np.array([column.known for column in columns])
    partly = np.flatnonzero(known.any(axis=0) != known.all(axis=0))
    if len(partly):
        raise ValueError(
            f"y has a condition of which one column is missing, in row {partly[0]}: a "
            "condition is known in all of its columns, or in none."
        )
    return columns


def _count(n: int, name: str) -> str:
    return f"{n} {name}" if n == 1 else f"{n} {name}s"


def _split(y: Any) -> list[np.ndarray] | np.ndarray:
    """Columns of a two-dimensional `y`; other ones as an array."""
    if hasattr(y, "dtype"):
        values = np.asarray(y)
    else:
        values = np.asarray(y, dtype=object)
        # Lists of numbers. As an array, ["a", None] would be text.
        if all(isinstance(value, Real) for value in values.flat):
            values = np.asarray(y)
    if values.ndim > 2:
        raise ValueError(
            f"y has the shape {values.shape}: give an array of shape (n_samples,), or "
            "(n_samples, n_columns)."
        )
    return list(values.T) if values.ndim == 2 else values


def _as_plain(values: np.ndarray) -> ColumnOfConditions:
    """Values as numbers, booleans or strings; ValueError for other types."""
    known = np.ones(len(values), dtype=bool)
    if values.dtype.kind == "O":
        known[:] = [not _is_missing(value) for value in values]
        some = values[known]
        kinds = sorted({_kind_of(value) for value in some})
        if len(kinds) > 1:
            raise ValueError(
                f"y has values of different kinds in one column: {' and '.join(kinds)}."
            )
        some = np.array(some.tolist(), dtype=str if kinds == ["strings"] else None)
        values = np.zeros(len(values), dtype=some.dtype)
        values[known] = some
    elif values.dtype.kind == "S":
        values = values.astype(str)
    if values.dtype.kind not in "biufU" or values.ndim > 1:
        raise ValueError(
            f"y has values of type {values.dtype}: conditions are classes (strings, "
            "integers or booleans) or numbers."
        )
    if values.dtype.kind == "f":
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            raise ValueError(f"y has {values[bad[0]]} in row {bad[0]}. {_UNKNOWN}.")
    return ColumnOfConditions(values, known)


def _is_missing(value: Any) -> bool:
    """Whether an entry of an object array is None, NaN, or missing for pandas."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, Real) and value != value


def _kind_of(value: Any) -> str:
    if isinstance(value, str):
        return "strings"
    if isinstance(value, bool | np.bool_):
        return "booleans"
    return "numbers" if isinstance(value, Real) else type(value).__name__


def find_kind(column: ColumnOfConditions, asked: str) -> str:
    """The kind of a column of `y`: as asked for, or as `type_of_target` would have it.

    For "auto", floats of which one has a fractional part are numbers.
    """
    values = column.values
    if asked == _NUMBER and values.dtype.kind == "U":
        raise ValueError(
            "condition_kinds says that y has numbers, but it has strings, such as "
            f"{str(values[column.known][0])!r}. Convert them, or use "
            "condition_kinds='class'."
        )
    if asked != "auto":
        return asked
    is_number = values.dtype.kind == "f" and (values != np.rint(values)).any()
    return _NUMBER if is_number else _CLASS


def places_of(column: ColumnOfConditions, classes: np.ndarray) -> np.ndarray:
    """Places of values among sorted `classes`; ValueError for others."""
    values = column.values
    if (values.dtype.kind == "U") == (classes.dtype.kind == "U"):
        places = np.minimum(np.searchsorted(classes, values), len(classes) - 1)
        strange = (classes[places] != values) & column.known
    else:
        places, strange = np.zeros(len(values), dtype=np.intp), column.known
    if strange.any():
        row = int(np.argmax(strange))
        others = ", ".join(repr(c) for c in classes[:20].tolist())
        others += ", ..." if len(classes) > 20 else ""
        raise ValueError(
            f"y has the class {values[row].item()!r}, in row {row}, which is none of "
            f"those of fit: {others}. {_UNKNOWN}."
        )
    return places
