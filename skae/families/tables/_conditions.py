"""Conditions on columns of synthetic rows, and draws of all columns."""

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from skae.frames import from_wall, to_wall
from skae.tables import DateColumn, MixedTableLayout, NumberColumn, draw_levels

_EPOCH = dt.datetime(1970, 1, 1)
_MIN_CHANCE = 1e-300
# Relative tolerance of multiples of a step.
_ROUNDING = 1e-9


class Conditions:
    """Levels and ranges of some columns; the others are not restricted.

    Parameters
    ----------
    layout : MixedTableLayout

    wanted : dict
        Conditions by name of the column: a level, a list of levels, or, for numbers and
        dates, a tuple of the least and the greatest value, None for an open end.

    deviations : ndarray of shape (n_numbers,)
        Standard deviations of the numbers given a code, on the scale of the layout.

    Attributes
    ----------
    limits : dict
        Least and greatest allowed value, by index of the column.
    """

    def __init__(self, layout: MixedTableLayout, wanted: Mapping[Any, Any], deviations):
        self.layout, self.deviations = layout, deviations
        unknown = [name for name in wanted if name not in layout.names]
        if unknown:
            raise ValueError(
                f"conditions name the column {unknown[0]!r}, but X had {layout.names}."
            )
        self._levels: dict[int, np.ndarray] = {}
        self._ranges: dict[int, np.ndarray] = {}
        self._moments: dict[int, tuple[float, float]] = {}
        self.limits: dict[int, tuple[float, float]] = {}
        for name, told in wanted.items():
            j = layout.names.index(name)
            column = layout.columns[j]
            if column.n_levels:
                self._levels[j] = _allowed(column, name, told)
            elif isinstance(column, NumberColumn):
                limits = _number_limits(column, name, told)
                self._ranges[j] = _scores(column, limits)
                self.limits[j] = self._as_written(j, limits)
            elif isinstance(column, DateColumn):
                zone = layout.types[j].get("zone")
                self._moments[j] = _moment_limits(column, name, told, zone)
            else:
                raise ValueError(
                    f"Column {name!r} is a {column.kind}: conditions may be set on "
                    "categories, numbers and dates."
                )

    def __bool__(self):
        return bool(self.columns)

    @property
    def columns(self) -> list[int]:
        """Indices of the columns with a condition."""
        return [*self._levels, *self._ranges, *self._moments]

    def _as_written(self, j, limits) -> tuple[float, float]:
        """Limits that also hold after rounding to the data type of the column."""
        if not self.layout.is_single(j) or self.layout.columns[j].grain:
            return limits
        single = np.array(limits, dtype=np.float32)
        if single[0] < limits[0]:
            single[0] = np.nextafter(single[0], np.float32(np.inf))
        if single[1] > limits[1]:
            single[1] = np.nextafter(single[1], np.float32(-np.inf))
        return (float(single[0]), float(max(single)))

    def with_moments(self, outputs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Outputs, with draws of the dates that have a condition."""
        found = np.array(outputs, dtype=np.float64)
        for j in self._moments:
            places = self.layout.output_places()[j]
            noise = rng.standard_normal((len(found), len(places)))
            found[:, places] += self.deviations[places] * noise
        return found

    def chances(self, outputs: np.ndarray) -> np.ndarray:
        """Probability that each row of outputs meets all conditions.

        For a single value it is proportional to the density. Dates are drawn already.
        """
        places = self.layout.output_places()
        found = np.ones(len(outputs))
        for j, allowed in self._levels.items():
            found *= outputs[:, places[j][allowed]].sum(axis=1)
        for j, limits in self._ranges.items():
            (place,) = places[j]
            low, high = (limits - outputs[:, [place]]).T / self.deviations[place]
            found *= (
                np.exp(-0.5 * low**2) if limits[0] == limits[1] else _mass(low, high)
            )
        for j, (first, last) in self._moments.items():
            column = self.layout.columns[j]
            moments = column.written(outputs[:, places[j]])
            found *= (moments >= first) & (moments <= last)
        return found

    def draw(self, outputs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw numbers and indicators of levels, given the outputs."""
        found = np.array(outputs, dtype=np.float64)
        pairs = zip(self.layout.columns, self.layout.output_places(), strict=True)
        for j, (column, places) in enumerate(pairs):
            if column.n_levels:
                allowed = self._levels.get(j, True)
                found[:, places] = draw_levels(found[:, places], rng, allowed)
            elif len(places) and j not in self._moments:
                found[:, places] = self._numbers(j, found[:, places], places, rng)
        return found

    def _numbers(self, j, mean, places, rng) -> np.ndarray:
        deviations = self.deviations[places]
        if j not in self._ranges:
            return mean + deviations * rng.standard_normal(mean.shape)
        low, high = ((self._ranges[j] - mean) / deviations).T
        # On the side of the mean where the distribution function is not close to 1.
        sign = np.where(low > 0, -1.0, 1.0)
        ends = ndtr(np.sort([sign * low, sign * high], axis=0))
        point = ends[0] + (ends[1] - ends[0]) * rng.random(len(mean))
        moves = sign * ndtri(np.clip(point, _MIN_CHANCE, 1 - 1e-16))
        drawn = mean[:, 0] + deviations * moves
        return np.clip(drawn, *self._ranges[j])[:, None]


def _mass(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Probability that a standard normal number is between two limits."""
    return np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))


def _allowed(column, name, told) -> np.ndarray:
    levels = told if isinstance(told, list | set | tuple | np.ndarray) else [told]
    unknown = [level for level in levels if level not in column.levels]
    if unknown or not len(levels):
        raise ValueError(
            f"conditions want {name!r} to be {told!r}, but its levels are "
            f"{column.levels[:20]}."
        )
    return np.isin(np.arange(column.n_levels), [column.levels.index(v) for v in levels])


def _ends(told, read, name, seen: str, what: str) -> list[float]:
    """The two limits of a range, parsed; a ValueError if it is not a range."""
    try:
        first, last = told if isinstance(told, tuple) else (told,)
        least = -math.inf if first is None else read(first)
        greatest = math.inf if last is None else read(last)
        if least <= greatest:
            return [least, greatest]
    except (TypeError, ValueError, OverflowError, AttributeError):
        pass
    raise _refusal(told, name, seen, what)


def _refusal(told, name, seen: str, what: str) -> ValueError:
    return ValueError(
        f"conditions want {name!r} to be {told!r}; for {what} give a tuple (least, "
        f"greatest), None for an open end, that meets the range seen, {seen}."
    )


def _number_limits(column: NumberColumn, name, told) -> tuple[float, float]:
    """Least and greatest allowed value, minus the origin of the column."""

    def read(value) -> float:
        if isinstance(value, dt.timedelta):
            return value.total_seconds()
        if isinstance(value, np.timedelta64):
            return value / np.timedelta64(1, "s")
        if isinstance(value, str):
            raise TypeError
        whole = column.whole_limits and math.isfinite(value) and value == int(value)
        return float(int(value) - column.origin if whole else value - column.origin)

    seen = " to ".join(f"{limit + column.origin:g}" for limit in column.limits)
    if column.whole_limits:
        seen = " to ".join(map(str, column.whole_limits))
    limits = _ends(told, read, name, seen, "numbers")
    if limits[1] < column.limits[0] or limits[0] > column.limits[1]:
        raise _refusal(told, name, seen, "numbers")
    if column.grain:
        limits = _multiples(column, limits)
        if limits[0] > limits[1]:
            raise ValueError(
                f"conditions want {name!r} to be {told!r}, where no value lies: those "
                f"of the column are multiples of {column.grain:g}. Widen the range."
            )
    return limits[0], limits[1]


def _multiples(column: NumberColumn, limits: list[float]) -> list[float]:
    """Smallest and largest value that the column can have between two limits."""
    grain, found = column.grain, list(limits)
    for i, (toward, sign) in enumerate(((math.ceil, -1), (math.floor, 1))):
        if math.isfinite(limits[i]):
            steps = limits[i] / grain
            steps = toward(steps + sign * _ROUNDING * max(1.0, abs(steps)))
            found[i] = steps * grain
            if column.decimals is not None:
                found[i] = round(found[i], column.decimals)
    if column.step:  # whose values stay in the observed range
        found = [max(found[0], column.limits[0]), min(found[1], column.limits[1])]
    return found


def _scores(column: NumberColumn, limits: tuple[float, float]) -> np.ndarray:
    """Range of scaled values whose rounded values are between two limits."""
    half = column.grain / 2
    scores = column.span(limits[0] - half, limits[1] + half)
    if column.step:
        if limits[0] <= column.limits[0]:
            scores[0] = -np.inf
        if limits[1] >= column.limits[1]:
            scores[1] = np.inf
    return scores


def _moment_limits(column: DateColumn, name, told, zone) -> tuple[float, float]:
    """First and last allowed date, in seconds, in the column's time."""

    def read(value) -> float:
        if isinstance(value, np.datetime64):
            value = value.astype("M8[us]").item()
        elif isinstance(value, str):
            value = dt.datetime.fromisoformat(value)
        elif not isinstance(value, dt.datetime):
            value = dt.datetime.combine(value, dt.time())
        if value.tzinfo is not None:
            if zone is None:
                raise TypeError
            value = value.astimezone(dt.UTC).replace(tzinfo=None)
            moment = np.array([(value - _EPOCH).total_seconds()])
        else:
            moment = from_wall(np.array([(value - _EPOCH).total_seconds()]), zone)
        return float(to_wall(moment, column.zone)[0])

    seen = " to ".join(str(_EPOCH + dt.timedelta(seconds=s)) for s in column.limits)
    ends = _ends(told, read, name, seen, "dates")
    if ends[1] < column.limits[0] or ends[0] > column.limits[1]:
        raise _refusal(told, name, seen, "dates")
    return ends[0], ends[1]
