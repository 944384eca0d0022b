"""Columns of polars, built from values and a description of the type."""

from typing import Any

import numpy as np
import polars as pl

from skae.frames._values import decimal


def series(name: Any, values: Any, kind: dict) -> pl.Series:
    """Build a column of the type `kind`."""
    kind_name = kind["name"]
    if kind_name == "Null" or kind.get("holds") == "other":
        return pl.Series(name, [None] * len(values), dtype=pl.Null)
    dtype = getattr(pl, kind_name)
    if kind_name == "Decimal":
        values = [decimal(v, kind["scale"]) if _is_there(v) else None for v in values]
        return pl.Series(name, values, dtype=dtype(kind["precision"], kind["scale"]))
    if kind_name in ("Datetime", "Duration"):
        found = pl.Series(name, values).cast(dtype(kind["unit"]))
        if kind.get("zone"):
            found = found.dt.replace_time_zone("UTC")
            return found.dt.convert_time_zone(kind["zone"])
        return found
    if kind_name == "Time":
        microseconds = pl.Series(name, values).cast(pl.Duration("us")).cast(pl.Int64)
        return (microseconds * 1000).cast(pl.Time)
    if isinstance(values, np.ndarray):
        return pl.Series(name, values, nan_to_null=True).cast(dtype)
    if kind.get("categories"):
        dtype = dtype(kind["categories"])
    return pl.Series(name, values, dtype=dtype)


def _is_there(value) -> bool:
    return value is not None and value == value


def join(own: pl.Series, where: np.ndarray, new: pl.Series) -> pl.Series:
    """Return `own` with the values of `new` in some rows."""
    new = new.alias(own.name)
    keep = pl.Series(~where)
    if own.dtype == new.dtype:
        return own.zip_with(keep, new)
    try:
        cast = own.cast(new.dtype)
        there = own.filter(keep)
        same = (cast.filter(keep).cast(own.dtype) == there).all()
    except pl.exceptions.PolarsError:
        same = False
    if same:
        return cast.zip_with(keep, new)
    return own.zip_with(keep, new.cast(own.dtype))
