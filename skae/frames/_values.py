"""Values of a column of any library: numbers, labels, seconds, missing values."""

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np

from skae.frames._types import is_missing, library_of, type_of
from skae.frames._zones import zone_of

_MICROSECONDS = 1e6
# Integers up to here are exact in float64.
EXACT = 2**53
_EPOCH = dt.datetime(1970, 1, 1)
_UTC = dt.UTC


def missing_of(column) -> np.ndarray:
    """Mask of the missing values."""
    library = library_of(column)
    if library == "polars":
        missing = column.is_null().to_numpy()
        if column.dtype.is_float():  # NaN is not null in polars
            return missing | column.is_nan().fill_null(True).to_numpy()
        if column.dtype == object or type_of(column)["name"] == "Object":
            return np.array([is_missing(value) for value in column.to_list()], bool)
        return missing
    if library == "pandas":
        missing = np.asarray(column.isna(), dtype=bool)
        if getattr(column.dtype, "kind", "") == "f":  # nor always NA in pandas
            missing = missing | np.isnan(_floats_in_pandas(column))
        return missing
    if column.dtype.kind in "fc":
        return np.isnan(column)
    if column.dtype.kind in "Mm":
        return np.isnat(column)
    if column.dtype.kind != "O":
        return np.zeros(len(column), bool)
    return np.array([is_missing(value) for value in column.tolist()], bool)


def labels_of(column) -> list:
    """Values as Python objects; None for missing values."""
    if library_of(column) == "polars":
        values = column.to_list()
    else:
        if isinstance(column, np.ndarray) and column.dtype.kind in "Mm":
            column = column.astype(f"{column.dtype.kind}8[us]").astype(object)
        values = column.tolist()
    return [None if is_missing(value) else value for value in values]


def numbers_of(column) -> np.ndarray:
    """Values as float64; NaN for missing values."""
    library = library_of(column)
    if library == "pandas" and getattr(column.dtype, "kind", "O") in "biuf":
        return _floats_in_pandas(column)
    if library == "polars" and (
        column.dtype.is_numeric() or type_of(column)["holds"] == "boolean"
    ):
        import polars as pl

        return column.cast(pl.Float64).to_numpy().astype(np.float64)
    if isinstance(column, np.ndarray) and column.dtype.kind in "biuf":
        return column.astype(np.float64)
    values = [np.nan if value is None else value for value in labels_of(column)]
    return np.asarray(values, dtype=np.float64)


def _floats_in_pandas(column) -> np.ndarray:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def differences_of(column, origin: int) -> np.ndarray:
    """Integers minus `origin` as float64; exact up to 2**53."""
    labels = labels_of(column)
    found = [
        np.nan if label is None else _difference(label, origin) for label in labels
    ]
    return np.asarray(found, dtype=np.float64)


def _difference(value, origin: int) -> float:
    if isinstance(value, float) and not value.is_integer():
        return value - origin
    return float(int(value) - origin)


def seconds_of(column) -> np.ndarray:
    """Dates as seconds since 1970, durations as seconds; NaN for missing values.

    Dates with a time zone are converted to UTC; others are taken as they are.
    """
    library = library_of(column)
    if library == "pandas":
        column = _times_in_pandas(column)
    elif library == "polars":
        column = _times_in_polars(column)
    if column.dtype.kind in "Mm":
        kind = "M8[us]" if column.dtype.kind == "M" else "m8[us]"
        missing = np.isnat(column)
        column = column.astype(kind).astype(np.int64)
        return np.where(missing, np.nan, column / _MICROSECONDS)
    if column.dtype.kind == "f":  # seconds already
        return column
    return np.array([_seconds(value) for value in column.tolist()], dtype=np.float64)


def _times_in_pandas(column) -> np.ndarray:
    kind = type(column.dtype).__name__
    if kind == "PeriodDtype":
        column = column.dt.to_timestamp()
    elif kind == "CategoricalDtype":
        return column.to_numpy(dtype=object)
    elif kind == "ArrowDtype":
        return _times_in_arrow(column)
    elif kind == "DatetimeTZDtype":
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return column.to_numpy()


def _times_in_arrow(column) -> np.ndarray:
    import pyarrow as pa
    from pyarrow import types

    values = pa.array(column.array)
    values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    kind = values.type
    if types.is_timestamp(kind) or types.is_date(kind):
        values, letter = values.cast(pa.timestamp("us"), safe=False), "M8[us]"
    elif types.is_duration(kind):
        values, letter = values.cast(pa.duration("us"), safe=False), "m8[us]"
    elif types.is_time(kind):
        values, letter = values.cast(pa.time64("us"), safe=False), "m8[us]"
    else:
        return column.to_numpy(dtype=object)
    missing = values.is_null().to_numpy(zero_copy_only=False)
    found = values.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    found = found.astype(letter)
    found[missing] = "NaT"
    return found


def _times_in_polars(column) -> np.ndarray:
    import polars as pl

    name = type_of(column)["name"]
    if name == "Date":
        column = column.cast(pl.Datetime("us"))
    elif name == "Time":
        microseconds = column.cast(pl.Int64) // 1000
        return (microseconds.cast(pl.Duration("us"))).to_numpy()
    elif name == "Datetime":
        column = column.cast(pl.Datetime("us", column.dtype.time_zone))
        column = column.dt.timestamp("us").cast(pl.Datetime("us"))
    elif name != "Duration":
        return np.array([*column.to_list(), None], dtype=object)[:-1]
    return column.to_numpy()


def _seconds(value: Any) -> float:
    """Convert a date, a duration or a time of day, as a Python object, to seconds."""
    if is_missing(value):
        return np.nan
    if isinstance(value, np.datetime64 | np.timedelta64):
        letter = "M8[us]" if isinstance(value, np.datetime64) else "m8[us]"
        return int(value.astype(letter).astype(np.int64)) / _MICROSECONDS
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, dt.time):
        found = value.hour * 3600 + value.minute * 60 + value.second
        return found + value.microsecond / _MICROSECONDS
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(_UTC).replace(tzinfo=None)
        return (value - _EPOCH).total_seconds()
    if isinstance(value, dt.date):
        return float((value - _EPOCH.date()).days * 86400)
    if hasattr(value, "start_time"):  # a period of pandas
        return _seconds(value.start_time)
    raise TypeError(f"{value!r} is a {type(value).__name__}")


def plain_objects(values: Any, kind: dict) -> list:
    """Convert results of `Column.write` to Python objects of the class seen in `fit`.

    The name of the class is ``kind["objects"]``.
    """
    name = kind["objects"]
    if isinstance(values, np.ndarray) and values.dtype.kind in "Mm":
        if "period" in kind:
            return _periods(values, kind["period"])
        return _moments(values, name, kind.get("zone"))
    if isinstance(values, np.ndarray):
        values = [None if is_missing(value) else value for value in values.tolist()]
    if name == "Decimal":
        return [decimal(value, kind["scale"]) for value in values]
    if kind["holds"] == "integer":
        return [None if value is None else int(value) for value in values]
    return list(values)


def decimal(value, scale: int) -> Decimal | None:
    """Convert a number to a Decimal with `scale` decimals."""
    if value is None or isinstance(value, Decimal):
        return value
    return Decimal(f"{value:.{scale}f}")


def _moments(values: np.ndarray, name: str, zone: str | None) -> list:
    """Convert dates, in UTC if there is a zone, or durations to Python objects."""
    missing = np.isnat(values)
    if name in ("datetime64", "timedelta64"):
        return list(values)
    if name == "time":
        found = [(_EPOCH + value).time() for value in values[~missing].tolist()]
    elif values.dtype.kind == "m":
        found = _pandas_objects(values[~missing].tolist(), name, "Timedelta")
    elif name == "date":
        found = [value.date() for value in values[~missing].tolist()]
    else:
        found = values[~missing].tolist()
        if zone is not None:
            tz = zone_of(zone)
            found = [value.replace(tzinfo=_UTC).astimezone(tz) for value in found]
        found = _pandas_objects(found, name, "Timestamp")
    left = iter(found)
    return [None if gap else next(left) for gap in missing]


def _periods(values: np.ndarray, freq: str) -> list:
    import pandas as pd

    found = pd.Series(values).dt.to_period(freq).tolist()
    return [None if is_missing(value) else value for value in found]


def _pandas_objects(values: list, name: str, wanted: str) -> list:
    if name != wanted:
        return values
    import pandas as pd

    return [getattr(pd, wanted)(value) for value in values]
