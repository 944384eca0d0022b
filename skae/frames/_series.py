"""Columns with the types of the data of `fit`."""

from typing import Any

import numpy as np

from skae.frames._date_texts import dates_of, texts_of
from skae.frames._types import library_of, type_of
from skae.frames._values import labels_of, missing_of, plain_objects

# Types that may replace each other, as in another form of the same table.
_LIKE = {"boolean": "number", "integer": "number"}
_WORDS = {
    "number": "numbers",
    "integer": "integers",
    "boolean": "booleans",
    "text": "strings",
    "date": "dates",
    "duration": "durations",
    "time": "times of day",
    "interval": "intervals",
    "mixed": "objects of several types",
    "other": "values",
}


def fitted_values(column, kind: dict, name) -> Any:
    """Convert a column of new data to the type that `fit` saw.

    Parameters
    ----------
    column : series or ndarray
        Column of any library and type.

    kind : dict
        The type that `fit` saw, as described by `type_of`.

    name : object
        Name of the column.

    Returns
    -------
    values : series or ndarray
        Input of `numbers_of`, `labels_of` and `seconds_of`. If all values are missing,
        an array of None.

    Raises
    ------
    ValueError
        If the values are of another type than those that `fit` saw.
    """
    found = type_of(column)
    before = kind.get("holds")
    if found == kind and "format" not in kind:
        return column
    if missing_of(column).all():
        return np.full(len(column), None, dtype=object)
    if "format" in kind and found["holds"] == "text":
        return _dates(labels_of(column), kind["format"], name)
    if before in (None, "empty", "mixed"):  # None in old files; any type is accepted
        if found["holds"] == "other":
            raise _refusal(found, kind, name)
        return column
    same = _LIKE.get(before, before) == _LIKE.get(found["holds"], found["holds"])
    if not same:
        raise _refusal(found, kind, name)
    if before == "date" and not kind.keys() & {"format", "categories"}:
        zones = kind.get("zone"), found.get("zone")
        if (zones[0] is None) != (zones[1] is None):
            with_zone = ["a time zone" if zone else "no time zone" for zone in zones]
            raise ValueError(
                f"Column {name!r} has dates of type {found['name']}, with "
                f"{with_zone[1]}, but those of fit were {kind['name']}, with "
                f"{with_zone[0]}. Convert them to dates like those of fit."
            )
    return column


def _refusal(found: dict, kind: dict, name) -> ValueError:
    return ValueError(
        f"Column {name!r} has {_words(found)}, but fit saw {_words(kind)}. "
        "Convert it to what it was."
    )


def _words(kind: dict) -> str:
    words = _WORDS.get(kind.get("holds", "other"), "values")
    return f"{words} (type {kind.get('container', kind['name'])})"


def _dates(texts: list, form: str, name) -> np.ndarray:
    try:
        return dates_of(texts, form)
    except ValueError as error:
        raise ValueError(f"Column {name!r} has dates as text, and {error}.") from None


def series_of(library: str, name: Any, values: Any, kind: dict) -> Any:
    """Build a column of a data frame, or the values of a column of an object array.

    Parameters
    ----------
    library : {"pandas", "polars", "numpy"}

    name : object
        Name of the column.

    values : ndarray or list
        Result of `Column.write`: numbers, times, durations or labels; NaN, NaT and None
        for missing values.

    kind : dict
        The type, as described by `type_of`.
    """
    if "format" in kind and isinstance(values, np.ndarray):
        values = texts_of(values, kind["format"])
    if "objects" in kind:
        values = plain_objects(values, kind)
    if library == "pandas":
        from skae.frames._series_pandas import series
    elif library == "polars":
        from skae.frames._series_polars import series
    else:
        return values
    return series(name, values, kind)


def joined(own, where: np.ndarray, new) -> Any:
    """Replace the values of some rows of a column of a data frame.

    The other values are those of `own`, unchanged. The result is of the type of `new`
    if that can represent them, else of the type of `own`.

    Parameters
    ----------
    own, new : series
        Columns of the same library and length.

    where : ndarray of bool
        Mask of the rows that get the values of `new`.
    """
    if library_of(own) == "polars":
        from skae.frames._series_polars import join
    else:
        from skae.frames._series_pandas import join
    return join(own, where, new)


def without(values: Any, missing: np.ndarray) -> Any:
    """Results of `Column.write` with missing values in some rows."""
    if not isinstance(values, np.ndarray):
        pairs = zip(values, missing, strict=True)
        return [None if gap else value for value, gap in pairs]
    if values.dtype.kind in "Mm":
        found = values.copy()
        found[missing] = "NaT"
        return found
    if values.dtype.kind == "f":
        return np.where(missing, np.nan, values)
    return [
        None if gap else value
        for value, gap in zip(values.tolist(), missing, strict=True)
    ]
