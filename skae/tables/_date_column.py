"""Columns of dates: position in time, phases of cycles, and a grid."""

import numpy as np

from skae.frames import from_wall, to_wall
from skae.tables._column import Column, moments, numbers_in
from skae.tables._date_grid import DateGrid, microseconds

_DAY = 86400.0
# Largest share of dates whose hour may be lost when clocks are set back.
_MAX_LOST = 0.01
_CYCLES = (_DAY, 7 * _DAY, 365.2425 * _DAY)


class DateColumn(Column):
    """Dates, encoded as position in time and phases of the day, the week and the year.

    Parameters
    ----------
    mean, deviation : float
        Mean and standard deviation of the seconds since 1970.

    cycles : ndarray
        Lengths of the cycles in seconds, from short to long.

    grain : float
        All dates are multiples of so many seconds, if there is no grid.

    limits : ndarray of shape (2,)
        The first and the last date.

    zone : str, default=None
        Time zone of the encoding; UTC by default.

    clock, month_days, months : ndarray, default=None
        Attributes of a `DateGrid`. None for columns of old files.
    """

    kind, is_straight = "date", True

    def __init__(
        self,
        mean,
        deviation,
        cycles,
        grain,
        limits,
        zone=None,
        clock=None,
        month_days=None,
        months=None,
    ):
        self.mean, self.deviation, self.cycles = mean, deviation, cycles
        self.grain, self.limits, self.zone = grain, limits, zone
        self.clock, self.month_days, self.months = clock, month_days, months

    @property
    def n_numbers(self):
        """One number for the position in time, and two for each cycle."""
        return 1 + 2 * len(self.cycles)

    @classmethod
    def fit(cls, values, kind, name, *, zone=None, weight=None, **options):
        """Find the cycles of which the dates cover more than two, and the grid."""
        t = numbers_in(values, "date", name)
        known = ~np.isnan(t)
        t = t[known]
        if zone is not None:
            zone = _steadier(t, zone)
            t = to_wall(t, zone)
        span = np.ptp(t)
        cycles = [c for c in _CYCLES if span > 2 * c and np.ptp(t % c) > 0]
        limits = np.array([t.min(), t.max()])
        weight = None if weight is None else weight[known]
        grid = DateGrid.fit(t)
        return cls(
            *moments(t, weight),
            np.array(cycles),
            grid.grain / 1e6,
            limits,
            zone,
            grid.clock,
            grid.month_days,
            grid.months,
        )

    def seconds(self, values, name):
        """Local time of the zone, in seconds since 1970."""
        return to_wall(numbers_in(values, "date", name), self.zone)

    def read(self, values, name):
        """Return time on a scale of variance 1, and sines and cosines of the phases."""
        t = self.seconds(values, name)
        found = [(t - self.mean) / self.deviation]
        for cycle in self.cycles:
            angle = 2 * np.pi * (t % cycle) / cycle
            found += [np.sqrt(2) * np.sin(angle), np.sqrt(2) * np.cos(angle)]
        return np.column_stack(found).astype(np.float32)

    def position(self, found):
        """Positions in time of the dates that `write` decodes, on the scale."""
        return (self.written(found) - self.mean) / self.deviation

    def written(self, found):
        """Seconds of the dates that `write` decodes, in local time of the zone."""
        found = found.astype(np.float64)
        t = self.mean + found[:, 0] * self.deviation
        for i, cycle in reversed(list(enumerate(self.cycles))):
            angle = np.arctan2(found[:, 1 + 2 * i], found[:, 2 + 2 * i])
            shift = angle / (2 * np.pi) - (t % cycle) / cycle
            t = t + cycle * (shift - np.rint(shift))
        if self.clock is None:
            return np.clip(np.rint(t / self.grain) * self.grain, *self.limits)
        grain = round(self.grain * 1e6)
        grid = DateGrid(self.clock, self.month_days, self.months, grain)
        return grid.nearest(t, self.limits)

    def write(self, found):
        """Decode dates with the phases of year, week and day, on the grid."""
        return microseconds(from_wall(self.written(found), self.zone)).astype("M8[us]")


def _steadier(t: np.ndarray, zone: str) -> str:
    """Return the zone, or UTC if it has fewer distinct times of day or avoids losses.

    When clocks are set back an hour is ambiguous, and only the first one is decoded.
    """
    wall = to_wall(t, zone)
    here, there = (len(np.unique(x % _DAY)) for x in (wall, t))
    n_lost = np.sum(from_wall(wall, zone) != t)
    is_lost = n_lost > _MAX_LOST * len(t) or np.ptp(wall) == 0
    return "UTC" if there < here or is_lost else zone
