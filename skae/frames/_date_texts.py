"""Dates as text: detection of the format, and conversion."""

import datetime as dt

import numpy as np

_EPOCH = dt.datetime(1970, 1, 1)
# Formats of ISO 8601 first, then others without ambiguity of day and month.
_FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%B %d, %Y",
)
_GLANCE = 100
# Formats with an ambiguous order of day and month, which depends on the values.
_DAY_OR_MONTH = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d-%m-%Y",
    "%m-%d-%Y",
)


def date_format(texts: list) -> str | None:
    """Return the format in which all texts are dates; None if there is none.

    Raise ValueError if two formats fit.
    """
    known = sorted({text for text in texts if text is not None})
    for form in _FORMATS:
        if _fits(known, form):
            return form
    fitting = [form for form in _DAY_OR_MONTH if _fits(known, form)]
    if len(fitting) > 1:
        raise ValueError(
            f"{known[0]!r} and the others may have the day or the month first: convert "
            "them to dates"
        )
    return fitting[0] if fitting else None


def looks_like_dates(texts: list) -> bool:
    """Whether texts, or the first of many, are dates."""
    some = sorted(set(texts))[:_GLANCE]
    return any(_fits(some, form) for form in (*_FORMATS, *_DAY_OR_MONTH))


def _fits(texts: list, form: str) -> bool:
    try:
        return all(dt.datetime.strptime(text, form) for text in texts)
    except (TypeError, ValueError):
        return False


def dates_of(texts: list, form: str) -> np.ndarray:
    """Parse texts of a format; NaT for None. Raise ValueError for other formats."""
    known: dict[str | None, dt.datetime | None] = {None: None}
    for text in set(texts) - {None}:
        known[text] = dt.datetime.strptime(text, form)
    return np.array([known[text] for text in texts], dtype="M8[us]")


def texts_of(dates: np.ndarray, form: str) -> list:
    """Format dates as texts; None for NaT."""
    return [None if date is None else date.strftime(form) for date in dates.tolist()]
