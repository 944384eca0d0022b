"""Data frames of the kind that the user brought, and the values of their columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np

_MICROSECONDS = 1e6


def framed_like(frame: Any, values: Any, names) -> Any:
    """`values` as a data frame like `frame`, pandas or polars; else as they are.

    Images and sequences have no data frame.

    `names` are the columns, or None to number them.
    """
    if not hasattr(frame, "columns") or getattr(values, "ndim", 0) != 2:
        return values
    module = library_of(frame)
    if module == "pandas":
        return type(frame)(values, index=frame.index, columns=names)
    if module == "polars":
        return type(frame)(values, schema=None if names is None else list(names))
    return values


def name_of_row(X: Any, row: int) -> str:
    """The number of a row, and its label where a data frame has others."""
    index = getattr(X, "index", None)
    if library_of(X) != "pandas" or index is None or index[row] == row:
        return str(row)
    return f"{row} (label {index[row]!r})"


def library_of(X) -> str:
    """Name of the package of a container: "pandas", "polars", "numpy", ..."""
    return type(X).__module__.split(".")[0]


def is_frame(X) -> bool:
    """Whether `X` is a data frame whose columns can be read here."""
    return library_of(X) in ("pandas", "polars") and hasattr(X, "columns")


def columns_of(X) -> list[tuple[Any, Any]]:
    """Names and values of the columns; those of an array are named by their number."""
    if not is_frame(X):
        return [(j, X[:, j]) for j in range(X.shape[1])]
    names = list(X.columns)
    if len(set(names)) == len(names):
        read = nw.from_native(X, eager_only=True).iter_columns()
    else:  # as pandas allows
        parts = (X.iloc[:, j] for j in range(X.shape[1]))
        read = (nw.from_native(part, series_only=True) for part in parts)
    return list(zip(names, read, strict=True))


def numbers_of(column) -> np.ndarray:
    """Values as float64, NaN where they are missing."""
    if isinstance(column, nw.Series):
        if column.dtype != nw.Float64:
            column = column.cast(nw.Float64)
        column = column.to_numpy()
    elif column.dtype == object:
        column = [np.nan if _is_gap(value) else value for value in column.tolist()]
    return np.asarray(column, dtype=np.float64)


def labels_of(column) -> list:
    """Values as Python objects, None where they are missing."""
    values = column.to_list() if isinstance(column, nw.Series) else column.tolist()
    return [None if _is_gap(value) else value for value in values]


def _is_gap(value) -> bool:
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas' own NA
        return True


def seconds_of(column) -> np.ndarray:
    """Dates as seconds since 1970, durations as seconds; NaN where they are missing."""
    if isinstance(column, np.ndarray):
        kind = "M8[us]" if column.dtype.kind == "M" else "m8[us]"
        column = column.astype(kind)
        gaps = np.isnat(column)
        return np.where(gaps, np.nan, column.astype(np.int64) / _MICROSECONDS)
    if column.dtype == nw.Duration:
        column = column.dt.total_microseconds()
    else:
        if column.dtype == nw.Date:
            column = column.cast(nw.Datetime("us"))
        column = column.dt.timestamp("us")
    return numbers_of(column) / _MICROSECONDS


def type_of(column) -> dict[str, Any]:
    """The type of a column in words, from which `build` makes such a column."""
    if isinstance(column, np.ndarray):
        return {"name": column.dtype.str}
    dtype, native = column.dtype, column.to_native().dtype
    found: dict[str, Any] = {"name": str(native)}
    if library_of(column.to_native()) != "pandas":
        found["name"] = type(native).__name__
    if isinstance(dtype, nw.Datetime | nw.Duration):
        found["unit"] = dtype.time_unit
    if isinstance(dtype, nw.Datetime):
        found["zone"] = None if dtype.time_zone is None else str(dtype.time_zone)
    if dtype == nw.Enum:
        found["categories"] = list(dtype.categories)
    if found["name"] == "category":
        found["categories"] = native.categories.tolist()
        found["ordered"] = bool(native.ordered)
    return found


def build(library: str, columns: Sequence[tuple[Any, Any, dict]], index=None) -> Any:
    """A frame of names, values and their types; `index` for pandas."""
    if library == "polars":
        import polars as pl

        return pl.DataFrame([_polars_series(pl, *column) for column in columns])
    import pandas as pd

    series = [_pandas_series(pd, values, kind) for _, values, kind in columns]
    frame = pd.concat(series, axis=1)
    frame.columns = [name for name, _, _ in columns]
    return frame if index is None else frame.set_axis(index)


def _pandas_series(pd, values, kind):
    if "categories" in kind:
        return pd.Series(pd.Categorical(values, kind["categories"], kind["ordered"]))
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        series = pd.Series(values)
        if kind.get("zone"):
            series = series.dt.tz_localize("UTC").dt.tz_convert(kind["zone"])
        return series.astype(kind["name"])
    return pd.Series(values, dtype=kind["name"])


def _polars_series(pl, name, values, kind):
    dtype = getattr(pl, kind["name"])
    if kind["name"] in ("Datetime", "Duration"):
        series = pl.Series(name, values).cast(dtype(kind["unit"]))
        if kind.get("zone"):
            series = series.dt.replace_time_zone("UTC").dt.convert_time_zone(
                kind["zone"]
            )
        return series
    if isinstance(values, np.ndarray):
        return pl.Series(name, values).cast(dtype)
    if "categories" in kind:
        dtype = dtype(kind["categories"])
    return pl.Series(name, values, dtype=dtype)


def gaps_of(column) -> np.ndarray:
    """Where values are missing."""
    if isinstance(column, nw.Series):
        gaps = column.is_null().to_numpy()
        if column.dtype.is_float():  # NaN is none of polars' nulls
            gaps = gaps | np.isnan(numbers_of(column))
        return gaps
    if column.dtype.kind in "fc":
        return np.isnan(column)
    if column.dtype.kind in "Mm":
        return np.isnat(column)
    if column.dtype.kind != "O":
        return np.zeros(len(column), bool)
    return np.array([_is_gap(value) for value in column.tolist()], bool)


def with_values(
    X,
    filled: Mapping[int, tuple[np.ndarray, list, dict]],
    kept: Sequence[int],
    added: Mapping[str, np.ndarray],
) -> Any:
    """A copy of a frame with the columns `kept`, and other values in some of them.

    `filled` has for the number of a column where they belong, a value for each row,
    and the type of the column. Other values are those of `X`, untouched. `added` are
    further columns.
    """
    if library_of(X) == "polars":
        import polars as pl

        series = {j: X.to_series(j) for j in kept}
        for j in filled.keys() & series.keys():
            where, values, kind = filled[j]
            new = _polars_series(pl, series[j].name, values, kind)
            series[j] = series[j].zip_with(pl.Series(~where), new)
        new = [pl.Series(name, values) for name, values in added.items()]
        return pl.DataFrame([*series.values(), *new])
    import pandas as pd

    found = X.iloc[:, list(kept)].copy()
    for i, j in enumerate(kept):
        if j in filled:
            where, values, kind = filled[j]
            new = _pandas_series(pd, values, kind).set_axis(X.index)
            found.isetitem(i, X.iloc[:, j].where(~where, new))
    return found.assign(**added)


def kind_of(column, name) -> str:
    """What the type of a column says it is."""
    if isinstance(column, nw.Series):
        return _kind_of_series(column, name)
    letter = column.dtype.kind
    if letter == "O":
        return _kind_of_objects(column.tolist())
    letters = {"b": "boolean", "i": "integer", "u": "integer", "f": "number"}
    return (letters | {"M": "date", "m": "duration"}).get(letter, "category")


def _kind_of_series(column, name) -> str:
    dtype = column.dtype
    if dtype == nw.Object:
        return _kind_of_objects(labels_of(column))
    for kinds, kind in (
        (nw.Boolean, "boolean"),
        (nw.Date, "date"),
        (nw.Datetime, "date"),
        (nw.Duration, "duration"),
    ):
        if dtype == kinds:
            return kind
    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "number"
    if isinstance(dtype, nw.String | nw.Categorical | nw.Enum):
        return "category"
    raise ValueError(
        f"Column {name!r} has values of type {dtype}, which are neither numbers, nor "
        "categories, nor dates. Convert it to one of them, or leave it out."
    )


def _kind_of_objects(values: list) -> str:
    kinds = {type(value) for value in values if not _is_gap(value)}
    if kinds == {bool}:
        return "boolean"
    if kinds and all(issubclass(kind, int | float | np.number) for kind in kinds):
        return "number"
    return "category"
