"""Description of the type of a column, from which such a column can be built."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from numbers import Integral, Number, Real
from typing import Any

import numpy as np

from skae.frames._zones import zone_name

# Types of values, and the default kind of a column of this type.
_KINDS = {
    "boolean": "boolean",
    "integer": "integer",
    "number": "number",
    "date": "date",
    "duration": "duration",
    "time": "duration",
    "text": "category",
    "interval": "category",
    "mixed": "category",
    "empty": "category",
}
_LETTERS = {"b": "boolean", "i": "integer", "u": "integer", "f": "number"}
_LETTERS |= {"M": "date", "m": "duration", "U": "text", "S": "text"}
# Containers are not accepted as values: they have no order and often no hash.
_CONTAINERS = (list, dict, set, np.ndarray)


def library_of(X) -> str:
    """Name of the package of a container: "pandas", "polars", "numpy", ..."""
    return type(X).__module__.split(".")[0]


def is_missing(value) -> bool:
    """Whether a Python object is a missing value."""
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas.NA
        return True
    except ValueError:  # an array
        return False


def kind_of(column, name) -> str:
    """Kind of a column by its type; raise ValueError for unsupported types."""
    kind = type_of(column)
    if kind["holds"] == "other":
        raise ValueError(
            f"Column {name!r} has values of type {kind.get('container', kind['name'])},"
            " which are neither numbers, nor categories, nor dates. Convert it to one "
            "of them, or leave it out."
        )
    return "category" if "categories" in kind else _KINDS[kind["holds"]]


def type_of(column) -> dict[str, Any]:
    """Describe the type of a column.

    "name" is its name in the library, and "holds" the type of the values: "number",
    "integer", "boolean", "text", "date", "duration", "time", "interval", "mixed",
    "empty" or "other". Some types have further entries, which
    `skae.frames._series.series_of` needs to build such a column.
    """
    library = library_of(column)
    if library == "pandas":
        return _type_in_pandas(column)
    if library == "polars":
        return _type_in_polars(column)
    found = {"name": column.dtype.str, "holds": _LETTERS.get(column.dtype.kind)}
    if column.dtype == object:
        return found | _objects(column.tolist())
    if column.dtype.kind == "M":
        found["zone"] = None
    return found if found["holds"] else found | {"holds": "other"}


def _type_in_pandas(column) -> dict[str, Any]:
    dtype = column.dtype
    found: dict[str, Any] = {"name": str(dtype)}
    kind = type(dtype).__name__
    if kind == "CategoricalDtype":
        levels = dtype.categories
        own = _type_in_pandas(type(column)(levels, dtype=levels.dtype))
        found |= {"categories": levels.tolist(), "of": own}
        return found | {"ordered": bool(dtype.ordered), "holds": own["holds"]}
    if kind == "ArrowDtype":
        return found | _arrow(dtype.pyarrow_dtype)
    if kind == "SparseDtype":
        holds = _LETTERS.get(dtype.subtype.kind, "other")
        fill = np.asarray(dtype.fill_value).item()
        return {"name": "Sparse", "of": dtype.subtype.str, "fill": fill, "holds": holds}
    if kind == "StringDtype":
        return found | {"holds": "text", "storage": str(dtype.storage)}
    if kind == "PeriodDtype":
        words = {"zone": None, "period": found["name"][len("period[") : -1]}
        return found | {"holds": "date"} | words
    if kind == "IntervalDtype":
        return found | {"holds": "interval"}
    if getattr(dtype, "kind", "") == "O":
        return found | _objects(column.tolist())
    holds = _LETTERS.get(getattr(dtype, "kind", ""), "other")
    if kind == "DatetimeTZDtype":
        return found | {
            "holds": "date",
            "unit": dtype.unit,
            "zone": zone_name(dtype.tz),
        }
    found["holds"] = holds
    if holds in ("date", "duration"):
        found["unit"] = np.datetime_data(dtype)[0]
    return found | {"zone": None} if holds == "date" else found


def _type_in_polars(column) -> dict[str, Any]:
    dtype = column.dtype
    name = dtype.base_type().__name__
    found: dict[str, Any] = {"name": name, "holds": "other"}
    if name == "Object":
        return found | _objects(column.to_list())
    if dtype.is_integer():
        return found | {"holds": "integer"}
    if name == "Decimal":
        words = {"holds": "number", "precision": dtype.precision, "scale": dtype.scale}
        return found | words
    if dtype.is_float():
        return found | {"holds": "number"}
    if name in ("Categorical", "Enum"):
        levels = list(dtype.categories) if name == "Enum" else []
        return found | {"holds": "text", "categories": levels}
    if name in ("Datetime", "Duration"):
        found |= {"holds": "date", "unit": dtype.time_unit}
        if name == "Duration":
            return found | {"holds": "duration"}
        zone = dtype.time_zone
        return found | {"zone": None if zone is None else str(zone)}
    holds = {"Boolean": "boolean", "String": "text", "Null": "empty", "Time": "time"}
    if name == "Date":
        return found | {"holds": "date", "zone": None}
    if name in holds:
        return found | {"holds": holds[name]}
    return found | {"container": str(dtype)}


def _arrow(kind) -> dict[str, Any]:
    """Describe a type of pyarrow."""
    from pyarrow import types

    if types.is_dictionary(kind):
        own = {"name": str(kind.value_type), **_arrow(kind.value_type)}
        words = {"dictionary": own, "index": str(kind.index_type), "categories": []}
        return words | {"holds": own["holds"], "ordered": bool(kind.ordered)}
    if types.is_timestamp(kind):
        zone = None if kind.tz is None else str(kind.tz)
        return {"holds": "date", "arrow": "timestamp", "unit": kind.unit, "zone": zone}
    if types.is_decimal(kind):
        words = {"precision": kind.precision, "scale": kind.scale}
        return {"holds": "number", "arrow": f"decimal{kind.bit_width}", **words}
    if types.is_duration(kind):
        return {"holds": "duration", "arrow": "duration", "unit": kind.unit}
    if types.is_date(kind):
        return {"holds": "date", "arrow": str(kind), "zone": None}
    if types.is_time(kind):
        words = {"unit": kind.unit, "arrow": f"time{kind.bit_width}"}
        return {"holds": "time", **words}
    for holds, tells in (
        ("boolean", types.is_boolean),
        ("integer", types.is_integer),
        ("number", types.is_floating),
        ("text", types.is_string),
        ("text", types.is_large_string),
        ("text", getattr(types, "is_string_view", types.is_string)),
        ("empty", types.is_null),
    ):
        if tells(kind):
            return {"holds": holds, "arrow": str(kind)}
    return {"holds": "other", "arrow": str(kind)}


def _objects(values: Iterable) -> dict[str, Any]:
    """Describe Python objects: the type of the values, and their class."""
    present = [value for value in values if not is_missing(value)]
    classes = {type(value) for value in present}
    if not classes:
        return {"holds": "empty"}
    for cls in classes:
        if issubclass(cls, _CONTAINERS):
            return {"holds": "other", "container": cls.__name__}
    holds = {_holds_of_class(cls) for cls in classes}
    if holds == {"integer", "number"}:
        holds = {"number"}
    if len(holds) > 1:
        return {"holds": "mixed"}
    found: dict[str, Any] = {"holds": holds.pop()}
    names = sorted(cls.__name__ for cls in classes)
    found["objects"] = "Decimal" if "Decimal" in names else names[0]
    if found["objects"] == "Decimal":
        found["scale"] = max(map(_decimals, present))
    if found["holds"] == "date":
        zones = {zone_name(getattr(value, "tzinfo", None)) for value in present}
        if len(zones) > 1:
            # Offsets of one zone in summer and winter. Dates with and without a zone
            # cannot be mixed.
            found |= {"holds": "mixed"} if None in zones else {"zone": "UTC"}
        else:
            found["zone"] = zones.pop()
    if found["objects"] == "Period":
        found["period"] = present[0].freqstr
    return found


def _holds_of_class(cls: type) -> str:
    for holds, classes in (
        ("boolean", (bool, np.bool_)),
        ("integer", Integral),
        ("number", (Real, Decimal)),
        ("text", str),
        ("date", (dt.date, np.datetime64)),
        ("duration", (dt.timedelta, np.timedelta64)),
        ("time", dt.time),
    ):
        if issubclass(cls, classes):
            return holds
    if issubclass(cls, Number):
        return "other"
    return {"Interval": "interval", "Period": "date"}.get(cls.__name__, "mixed")


def _decimals(value) -> int:
    """Number of decimals of a Decimal; 0 for other numbers."""
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0
