"""Columns of pandas, built from values and a description of the type."""

from typing import Any

import numpy as np
import pandas as pd

from skae.frames._values import decimal
from skae.frames._zones import zone_of


def series(name: Any, values: Any, kind: dict) -> pd.Series:
    """Build a column of the type `kind`."""
    return pd.Series(_array(values, kind), name=name)


def _array(values, kind):
    if "objects" in kind:
        found = np.empty(len(values), dtype=object)
        found[:] = values
        return pd.Series(found, dtype=object)
    if "arrow" in kind or "dictionary" in kind:
        return _arrow_array(values, kind)
    if "categories" in kind:
        return pd.Categorical(values, dtype=dtype_of(kind))
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        found = pd.Series(values)
        if "period" in kind:
            return found.dt.to_period(kind["period"])
        if kind.get("zone"):
            found = found.dt.tz_localize("UTC").dt.tz_convert(zone_in_pandas(kind))
            return found.dt.as_unit(kind["unit"])
        return found.astype(kind["name"])
    if kind["name"] == "Sparse":
        return pd.array(np.asarray(values, kind["of"]), dtype=dtype_of(kind))
    if kind.get("holds") == "boolean" and not isinstance(values, np.ndarray):
        if None not in values:
            return pd.array(np.asarray(values, dtype=bool), dtype=dtype_of(kind))
    return pd.Series(values, dtype=dtype_of(kind))


def dtype_of(kind: dict) -> Any:
    """Data type of pandas that `type_of` has described."""
    if "categories" in kind and "dictionary" not in kind:
        levels = kind["categories"]
        if own := kind.get("of"):
            found = pd.Series(_array(_as_written(levels, own), own))
            levels = pd.Index(found, dtype=found.dtype)
        return pd.CategoricalDtype(levels, kind["ordered"])
    if kind["name"] == "Sparse":
        return pd.SparseDtype(np.dtype(kind["of"]), kind["fill"])
    if kind.get("storage"):
        if kind["name"] == "string":
            return pd.StringDtype(kind["storage"])
        return kind["name"]
    if "arrow" in kind or "dictionary" in kind:
        return pd.ArrowDtype(_arrow_type(kind))
    return kind["name"]


def _as_written(levels: list, kind: dict) -> Any:
    """Convert levels to the form of the results of `Column.write`."""
    if kind["holds"] == "date" and "objects" not in kind and "period" not in kind:
        moments = pd.DatetimeIndex(levels)
        if kind.get("zone"):
            moments = moments.tz_convert("UTC").tz_localize(None)
        return moments.to_numpy().astype("M8[us]") if "arrow" in kind else levels
    return levels


def zone_in_pandas(kind: dict) -> Any:
    """Time zone for pandas: a name, or an object for fixed offsets."""
    name = kind["zone"]
    if name.startswith("pytz.FixedOffset"):
        import pytz

        return pytz.FixedOffset(int(name[17:-1]))
    if name.startswith("UTC"):
        return zone_of(name)
    return name


def _arrow_type(kind: dict):
    import pyarrow as pa

    if "dictionary" in kind:
        index, own = pa.type_for_alias(kind["index"]), _arrow_type(kind["dictionary"])
        return pa.dictionary(index, own, kind["ordered"])
    name = kind["arrow"]
    if name == "timestamp":
        return pa.timestamp(kind["unit"], kind["zone"])
    if name == "duration":
        return pa.duration(kind["unit"])
    if name.startswith("decimal"):
        return getattr(pa, name)(kind["precision"], kind["scale"])
    if name.startswith("time"):
        return getattr(pa, name)(kind["unit"])
    named = {"date32[day]": pa.date32(), "date64[ms]": pa.date64(), "null": pa.null()}
    if name in named:
        return named[name]
    return pa.type_for_alias({"double": "float64", "float": "float32"}.get(name, name))


def _arrow_array(values, kind):
    import pyarrow as pa

    if "dictionary" in kind:
        found = _arrow_values(values, kind["dictionary"])
        found = found.dictionary_encode().cast(_arrow_type(kind))
    else:
        found = _arrow_values(values, kind)
    return pd.arrays.ArrowExtensionArray(pa.chunked_array([found]))


def _arrow_values(values, kind):
    import pyarrow as pa

    wanted = _arrow_type(kind)
    if kind["arrow"].startswith("decimal"):
        values = [None if _is_nan(v) else decimal(v, kind["scale"]) for v in values]
        return pa.array(values, wanted)
    if not isinstance(values, np.ndarray):
        return pa.array(values, wanted, from_pandas=True)
    found = pa.array(values, from_pandas=True)
    if kind["holds"] == "time":
        found = found.cast(pa.int64()).cast(pa.time64("us"))
    return found.cast(wanted, safe=False)


def _is_nan(value) -> bool:
    return value is None or value != value


def join(own: pd.Series, where: np.ndarray, new: pd.Series) -> pd.Series:
    """Return `own` with the values of `new` in some rows."""
    new = new.set_axis(own.index).rename(own.name)
    if own.dtype == new.dtype:
        return own.where(~where, new)
    there = own[~where]
    if isinstance(new.dtype, pd.CategoricalDtype):
        found = [level for level in there.unique() if level not in new.cat.categories]
        new = new.cat.add_categories(found)
    try:
        cast = there.astype(new.dtype)
        same = (cast.astype(object) == there.astype(object)).all()
    except (TypeError, ValueError, ArithmeticError):
        same = False
    found = new.copy()
    if not same:
        found = new.astype(own.dtype)
        cast = there
    found[~where] = cast
    return found
