"""Grid of dates: their times of day, weekdays, days of the month and months."""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

DAY = 86_400_000_000  # microseconds, the unit of this module
_HOUR = DAY // 24
_SECOND = 1_000_000
# Candidates for the resolution of times, in seconds.
_GRAINS = (86400, 43200, 21600, 10800, 7200, 3600, 1800, 1200, 900, 600, 300, 60)
_GRAINS += (30, 20, 15, 10, 5, 1, 0.1, 0.01, 0.001)
# Significance level of the test whether the observed phases are few.
_RARE = np.log(0.01)
_MONDAY = 3  # weekday of the first day of 1970, a Thursday


class DateGrid(NamedTuple):
    """Possible dates of a column.

    Parameters
    ----------
    clock : ndarray of shape (n_parts, 3), int64
        Parts of the days: a weekday, 0 for Monday, and the first and the last time of
        day, in microseconds.

    month_days : ndarray of int
        Days of the month, counted from 1, or from the end of the month from -1. Empty
        if all are possible.

    months : ndarray of int
        Months of the year. Empty if all are possible.

    grain : int
        Resolution of the times of a part, in microseconds.
    """

    clock: np.ndarray
    month_days: np.ndarray
    months: np.ndarray
    grain: int

    @classmethod
    def fit(cls, seconds: np.ndarray) -> "DateGrid":
        """Find the grid of dates: the phases that occur, if they are few."""
        dates = np.unique(microseconds(seconds))
        days, times = np.divmod(dates, DAY)
        grain = grain_of(dates - dates[0])
        weekdays = (days + _MONDAY) % 7
        different = np.unique(days)
        seen = np.unique((different + _MONDAY) % 7)
        if not _are_few(len(seen), 7, len(different)):
            seen = np.arange(7)
        own = _parts(times, grain, len(dates))
        clock = [_of_weekday(day, weekdays, times, own, len(seen)) for day in seen]
        month_days, months = _calendar(different)
        return cls(np.concatenate(clock), month_days, months, grain)

    def nearest(self, seconds: np.ndarray, limits: np.ndarray) -> np.ndarray:
        """Round to the nearest dates of the grid, within limits on the grid."""
        wanted, ends = microseconds(seconds), microseconds(limits)
        wanted = np.clip(wanted, *ends)
        days = self._days(*(ends // DAY))
        place = np.searchsorted(days, wanted // DAY)
        found = np.empty((3, len(wanted)), np.int64)
        for i in range(3):
            near = days[np.clip(place + i - 1, 0, len(days) - 1)]
            found[i] = near * DAY + self._times(near, wanted - near * DAY)
        best = np.abs(found - wanted).argmin(axis=0)
        return np.clip(found[best, np.arange(len(wanted))], *ends) / _SECOND

    def _days(self, first: int, last: int) -> np.ndarray:
        """Days of the grid from the first to the last."""
        days = np.arange(first, last + 1)
        fits = np.isin((days + _MONDAY) % 7, self.clock[:, 0])
        if len(self.month_days):
            from_start, from_end = _month_days(days)
            fits &= np.isin(from_start, self.month_days) | np.isin(
                from_end, self.month_days
            )
        if len(self.months):
            fits &= np.isin(_months(days), self.months)
        return days[fits] if fits.any() else days

    def _times(self, days: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Nearest time of the grid on each day."""
        found = np.clip(wanted, 0, DAY - 1)
        weekdays = (days + _MONDAY) % 7
        for day in np.unique(self.clock[:, 0]):
            low, high = self.clock[self.clock[:, 0] == day, 1:].T
            rows = weekdays == day
            x = wanted[rows]
            before = np.clip(np.searchsorted(low, x, side="right") - 1, 0, None)
            behind = np.minimum(before + 1, len(low) - 1)
            near = np.clip(x, low[before], high[before])
            other = np.where(np.abs(low[behind] - x) < np.abs(near - x), behind, before)
            near = np.clip(x, low[other], high[other])
            steps = np.rint((near - low[other]) / self.grain).astype(np.int64)
            found[rows] = low[other] + steps * self.grain
        return found


def microseconds(seconds: np.ndarray) -> np.ndarray:
    """Convert seconds to integer microseconds."""
    return np.rint(np.asarray(seconds) * _SECOND).astype(np.int64)


def grain_of(differences: np.ndarray) -> int:
    """Largest resolution of which all differences are multiples, in microseconds."""
    for grain in _GRAINS:
        if not (differences % round(grain * _SECOND)).any():
            return round(grain * _SECOND)
    return 1


def _are_few(n_seen: int, n_possible: int, n_drawn: int) -> bool:
    """Whether the number of distinct values is significantly small.

    The test uses an upper bound of the probability that all of `n_drawn` uniform draws
    fall into `n_seen` of `n_possible` values.
    """
    if n_seen >= n_possible:
        return False
    ways = gammaln(n_possible + 1) - gammaln(n_seen + 1)
    ways -= gammaln(n_possible - n_seen + 1)
    return ways + n_drawn * np.log(n_seen / n_possible) < _RARE


def _parts(times: np.ndarray, grain: int, n_dates: int) -> np.ndarray:
    """First and last times of the parts of a day: single times, hours, or the day."""
    seen = np.unique(times)
    if _are_few(len(seen), max(1, DAY // grain), n_dates) or grain >= DAY:
        return np.column_stack([seen, seen])
    hours = np.unique(seen // _HOUR)
    if _are_few(len(hours), 24, n_dates):
        runs = np.split(hours, np.flatnonzero(np.diff(hours) > 1) + 1)
        spans = [seen[np.isin(seen // _HOUR, run)] for run in runs]
        return np.array([[span[0], span[-1]] for span in spans])
    first = seen[0] % grain
    return np.array([[first, first + (DAY - 1 - first) // grain * grain]])


def _of_weekday(day, weekdays, times, parts, n_weekdays) -> np.ndarray:
    """Parts of a weekday: its own times, if the times depend on the weekday."""
    moments = (parts[:, 0] == parts[:, 1]).all()
    if moments and n_weekdays > 1:
        own = np.unique(times[weekdays == day])
        pairs = np.unique(weekdays * DAY + times)
        if len(own) and _are_few(len(pairs), n_weekdays * len(parts), len(times)):
            parts = np.column_stack([own, own])
    return np.column_stack([np.full(len(parts), day), parts])


def _calendar(days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days of the month and months, if they are few."""
    none = np.empty(0, np.int64)
    candidates = [np.unique(own) for own in _month_days(days)]
    month_days = min(candidates, key=len)
    months = np.unique(_months(days))
    return (
        month_days if _are_few(len(month_days), 30, len(days)) else none,
        months if _are_few(len(months), 12, len(days)) else none,
    )


def _month_days(days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days of the month, from 1, and counted from its end, from -1."""
    dates = days.astype("M8[D]")
    months = dates.astype("M8[M]")
    first = (dates - months.astype("M8[D]")).astype(np.int64)
    length = ((months + 1).astype("M8[D]") - months.astype("M8[D]")).astype(np.int64)
    return first + 1, first - length


def _months(days: np.ndarray) -> np.ndarray:
    return days.astype("M8[D]").astype("M8[M]").astype(np.int64) % 12 + 1
