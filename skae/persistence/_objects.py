"""Conversion of dates, decimals and the like, which may be levels of a category."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from skae.frames import zone_name, zone_of


def describe(value: Any) -> list | None:
    """Class name and parts of an object; None for other types."""
    name = type(value).__name__
    if type(value).__module__.split(".")[0] == "pandas":
        if name in ("Timestamp", "Timedelta"):
            number = value.to_numpy().astype(np.int64).item()
            zone = zone_name(getattr(value, "tzinfo", None))
            return [name, number, value.unit, zone]
        if name == "Interval":
            return [name, value.left, value.right, value.closed]
        if name == "Period":
            return [name, value.ordinal, value.freqstr]
        return None
    if isinstance(value, np.datetime64 | np.timedelta64):
        unit, _ = np.datetime_data(value.dtype)
        return [name, value.astype(np.int64).item(), unit]
    if type(value) is Decimal:
        return [name, str(value)]
    if type(value) is dt.datetime:
        zone = zone_name(value.tzinfo)
        return [name, value.replace(tzinfo=None).isoformat(), zone, value.fold]
    if type(value) is dt.time and value.tzinfo is None or type(value) is dt.date:
        return [name, value.isoformat()]
    if type(value) is dt.timedelta:
        return [name, value.days, value.seconds, value.microseconds]
    return None


def rebuild(parts: Any) -> Any:
    """Return the object; raise ValueError for an invalid description."""
    try:
        name, *values = parts
        return _MAKERS[name](*values)
    except (TypeError, KeyError, ValueError, OverflowError, InvalidOperation):
        raise ValueError(f"the object {str(parts)[:60]}") from None


def _timestamp(number, unit, zone):
    import pandas as pd

    found = pd.Timestamp(np.datetime64(number, unit))
    if zone is None:
        return found
    return found.tz_localize("UTC").tz_convert(zone_of(zone))


def _timedelta(number, unit, zone):
    import pandas as pd

    return pd.Timedelta(np.timedelta64(number, unit))


def _interval(left, right, closed):
    import pandas as pd

    return pd.Interval(left, right, closed=closed)


def _period(ordinal, freq):
    import pandas as pd

    return pd.Period(ordinal=ordinal, freq=freq)


def _datetime(text, zone, fold):
    found = dt.datetime.fromisoformat(text).replace(fold=fold)
    return found if zone is None else found.replace(tzinfo=zone_of(zone))


_MAKERS = {
    "Timestamp": _timestamp,
    "Timedelta": _timedelta,
    "Interval": _interval,
    "Period": _period,
    "datetime64": np.datetime64,
    "timedelta64": np.timedelta64,
    "Decimal": Decimal,
    "datetime": _datetime,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": dt.timedelta,
}
