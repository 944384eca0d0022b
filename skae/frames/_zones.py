"""Time zones: their names, and conversion between UTC and local time."""

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

_EPOCH = dt.datetime(1970, 1, 1)
_OFFSET = re.compile(r"(?:UTC)?([+-])(\d\d):?(\d\d)(?::(\d\d))?$")
_PYTZ_OFFSET = re.compile(r"pytz\.FixedOffset\((-?\d+)\)$")
# Offsets are compared at this interval, in seconds, to find their transitions.
_STRIDE = 5 * 86400
_YEAR = int(365.2425 * 86400)
# Range of Python's dates, with room for an offset.
_LIMITS = (-62135510400, 253402214400)


def zone_name(zone) -> str | None:
    """Name of a time zone object of any library; None for None."""
    if zone is None:
        return None
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if name is None and (path := getattr(zone, "_filename", None)):
        name = f"dateutil/{str(path).rpartition('zoneinfo/')[2]}"
    if name is None and not _PYTZ_OFFSET.match(str(zone)):
        offset = zone.utcoffset(None)
        if offset is not None:
            name = _offset_name(offset.total_seconds())
    return str(zone) if name is None else str(name)


def _offset_name(seconds: float) -> str:
    if seconds == 0:
        return "UTC"
    sign = "-" if seconds < 0 else "+"
    minutes, rest = divmod(round(abs(seconds)), 60)
    found = f"UTC{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{found}:{rest:02d}" if rest else found


def zone_of(name: str) -> dt.tzinfo:
    """Time zone of a name, which may be a fixed offset."""
    if name == "UTC":
        return dt.UTC
    if found := _PYTZ_OFFSET.match(name):
        return dt.timezone(dt.timedelta(minutes=int(found[1])))
    if found := _OFFSET.match(name):
        hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
        offset = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return dt.timezone(-offset if found[1] == "-" else offset)
    try:
        return ZoneInfo(name.removeprefix("dateutil/"))
    except (KeyError, OSError, ValueError):
        raise ValueError(
            f"The time zone {name!r} has no name that is known here: convert the dates "
            "to another, for example to UTC."
        ) from None


def to_wall(seconds: np.ndarray, zone: str | None) -> np.ndarray:
    """Convert seconds since 1970 from UTC to local time; NaN stays NaN."""
    if zone is None or zone == "UTC":
        return seconds
    turns, offsets = _table(zone, seconds)
    return seconds + offsets[np.searchsorted(turns, seconds, side="right")]


def from_wall(wall: np.ndarray, zone: str | None) -> np.ndarray:
    """Convert seconds since 1970 from local time to UTC.

    An ambiguous time is taken for the first of the two; a nonexistent one is converted
    with the offset before the transition.
    """
    if zone is None or zone == "UTC":
        return wall
    turns, offsets = _table(zone, wall)
    # The old offset is used up to here, in nonexistent and in ambiguous times.
    ends = turns + np.maximum(offsets[:-1], offsets[1:])
    return wall - offsets[np.searchsorted(ends, wall, side="right")]


def _table(zone: str, seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times of the transitions, and the offsets before and after them."""
    known = seconds[np.isfinite(seconds)]
    first, last = (known.min(), known.max()) if known.size else (0, 0)
    return _turns(zone, int(first // _YEAR) - 1, int(last // _YEAR) + 2)


@lru_cache(maxsize=64)
def _turns(zone: str, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    tz = zone_of(zone)

    def offset(second: int) -> float:
        second = min(max(second, _LIMITS[0]), _LIMITS[1])
        moment = (_EPOCH + dt.timedelta(seconds=second)).replace(tzinfo=dt.UTC)
        found = moment.astimezone(tz).utcoffset()
        return 0.0 if found is None else found.total_seconds()

    start = first * _YEAR
    turns, offsets = [], [offset(start)]
    for end in range(start + _STRIDE, last * _YEAR + _STRIDE, _STRIDE):
        after = offset(end)
        if after == offsets[-1]:
            continue
        before, behind = end - _STRIDE, end
        while behind - before > 1:
            middle = (before + behind) // 2
            if offset(middle) == offsets[-1]:
                before = middle
            else:
                behind = middle
        turns.append(behind)
        offsets.append(after)
    return np.array(turns, dtype=float), np.array(offsets)
