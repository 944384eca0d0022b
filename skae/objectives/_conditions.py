"""What some columns of rows that are made up must be, and draws of all of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from skae.data._columns import NumberColumn
from skae.data._mixed_table import MixedTableLayout

_LEAST_CHANCE = 1e-300


class Conditions:
    """Levels and ranges that columns must have; anything for those without.

    Parameters
    ----------
    layout : MixedTableLayout

    wanted : dict
        By the name of a column a level, a list of levels, or, of numbers, a tuple of
        the least and the greatest.

    deviations : ndarray of shape (n_numbers,)
        Of the numbers given a code, on the scale of the layout.
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
        for name, told in wanted.items():
            j = layout.names.index(name)
            column = layout.columns[j]
            if column.n_levels:
                self._levels[j] = _allowed(column, name, told)
            elif isinstance(column, NumberColumn):
                self._ranges[j] = _scores(column, name, told)
            else:
                raise ValueError(
                    f"Column {name!r} is a {column.kind}: conditions may be set on "
                    "categories and numbers."
                )

    def __bool__(self):
        return bool(self._levels or self._ranges)

    def chances(self, outputs: np.ndarray) -> np.ndarray:
        """How likely each row of outputs makes all that is wanted."""
        places = self.layout.output_places()
        found = np.ones(len(outputs))
        for j, allowed in self._levels.items():
            found *= outputs[:, places[j][allowed]].sum(axis=1)
        for j, limits in self._ranges.items():
            (place,) = places[j]
            below = ndtr((limits - outputs[:, [place]]) / self.deviations[place])
            found *= below[:, 1] - below[:, 0]
        return found

    def draw(self, outputs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Numbers and indicators of levels, drawn given the outputs."""
        found = np.array(outputs, dtype=np.float64)
        pairs = zip(self.layout.columns, self.layout.output_places(), strict=True)
        for j, (column, places) in enumerate(pairs):
            if column.n_levels:
                chances = found[:, places]
                if j in self._levels:
                    chances = np.where(self._levels[j], chances, 0)
                found[:, places] = np.eye(len(places))[draw_places(chances, rng)]
            elif len(places):
                found[:, places] = self._numbers(j, found[:, places], places, rng)
        return found

    def _numbers(self, j, mean, places, rng) -> np.ndarray:
        deviations = self.deviations[places]
        if j not in self._ranges:
            return mean + deviations * rng.standard_normal(mean.shape)
        low, high = ndtr((self._ranges[j] - mean) / deviations).T
        point = low + (high - low) * rng.random(len(mean))
        drawn = mean[:, 0] + deviations * ndtri(
            np.clip(point, _LEAST_CHANCE, 1 - 1e-16)
        )
        return np.clip(drawn, *self._ranges[j])[:, None]


def draw_places(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A place for each row, drawn by its chances, which need not sum to 1."""
    total = np.cumsum(chances, axis=1)
    point = rng.random((len(total), 1)) * total[:, -1:]
    return np.minimum((total <= point).sum(axis=1), chances.shape[1] - 1)


def _allowed(column, name, told) -> np.ndarray:
    levels = told if isinstance(told, list | set | tuple | np.ndarray) else [told]
    unknown = [level for level in levels if level not in column.levels]
    if unknown or not len(levels):
        raise ValueError(
            f"conditions want {name!r} to be {told!r}, but its levels are "
            f"{column.levels[:20]}."
        )
    return np.isin(np.arange(column.n_levels), [column.levels.index(v) for v in levels])


def _scores(column, name, told) -> np.ndarray:
    sound = isinstance(told, tuple) and len(told) == 2 and told[0] <= told[1]
    if not sound or told[1] < column.limits[0] or told[0] > column.limits[1]:
        least, greatest = column.limits
        raise ValueError(
            f"conditions want {name!r} to be {told!r}; for numbers give a tuple "
            f"(least, greatest) that meets the range seen, {least:g} to {greatest:g}."
        )
    return column.span(*told)
