"""Columns of dates: how far along, where in the cycles of time, and on their grid."""

import numpy as np

from skae.frames import from_wall, to_wall
from skae.tables._column import Column, moments, numbers_in
from skae.tables._date_grid import DateGrid, microseconds

_DAY = 86400.0
# Of more dates than this share the hour must be right in the nights of October.
_MAX_LOST = 0.01
_CYCLES = (_DAY, 7 * _DAY, 365.2425 * _DAY)


class DateColumn(Column):
    """Moments in time: how far along, and where in the day, the week and the year.

    Parameters
    ----------
    mean, deviation : float
        Of the seconds since 1970.

    cycles : ndarray
        Lengths of the cycles in seconds, from short to long.

    grain : float
        All dates are multiples of so many seconds, where there is no grid.

    limits : ndarray of shape (2,)
        The first and the last date.

    zone : str, default=None
        In whose time all this is counted; UTC by default.

    clock, month_days, months : ndarray, default=None
        Of a `DateGrid`. None for columns of old files.
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
        """How far along, and two numbers for each cycle."""
        return 1 + 2 * len(self.cycles)

    @classmethod
    def fit(cls, values, kind, name, *, zone=None, weight=None, **options):
        """The cycles that the dates go through more than once, and their grid."""
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
        """What clocks of the zone show, in seconds since 1970."""
        return to_wall(numbers_in(values, "date", name), self.zone)

    def read(self, values, name):
        """Time on a scale of variance 1, and sines and cosines."""
        t = self.seconds(values, name)
        found = [(t - self.mean) / self.deviation]
        for cycle in self.cycles:
            angle = 2 * np.pi * (t % cycle) / cycle
            found += [np.sqrt(2) * np.sin(angle), np.sqrt(2) * np.cos(angle)]
        return np.column_stack(found).astype(np.float32)

    def position(self, found):
        """How far along the dates are that `write` makes of this."""
        return (self.written(found) - self.mean) / self.deviation

    def written(self, found):
        """Seconds of the dates that `write` makes of this, in time of the zone."""
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
        """Dates at the right place in the year, week and day, and on the grid."""
        return microseconds(from_wall(self.written(found), self.zone)).astype("M8[us]")


def _steadier(t: np.ndarray, zone: str) -> str:
    """The zone, or UTC: for fewer times of the day, or nights when clocks are set back.

    In these nights clocks show an hour twice, and only the first is written.
    """
    wall = to_wall(t, zone)
    here, there = (len(np.unique(x % _DAY)) for x in (wall, t))
    n_lost = np.sum(from_wall(wall, zone) != t)
    is_lost = n_lost > _MAX_LOST * len(t) or np.ptp(wall) == 0
    return "UTC" if there < here or is_lost else zone
