"""Extreme values, which must not influence a fit."""

import numpy as np

from skae.frames import columns_of, fitted_values
from skae.tables import Column, DateColumn, MixedTableLayout, NumberColumn, numbers_in

# Values are extreme if their distance from the median is more than so many times this
# quantile of the distances.
_SHARE, _TIMES = 0.99, 20.0


def fitted_layout(network, X) -> MixedTableLayout:
    """Layout of a network for a checked `X`, fitted without extreme values.

    A value a thousand times too large, for example, would dominate the scale of its
    column.
    """
    layout = MixedTableLayout.from_estimator(network, X)
    options = {name: getattr(network, name) for name in MixedTableLayout.parameters}
    pairs = zip(layout.columns, layout.types, columns_of(X), strict=True)
    for j, (column, kind, (name, values)) in enumerate(list(pairs)):
        if not isinstance(column, NumberColumn | DateColumn):
            continue
        if getattr(column, "whole_limits", None):  # which float64 does not hold
            continue
        x = numbers_in(fitted_values(values, kind, name), column.kind, name)
        far = _far_out(x)
        if far.any():
            own = {**options, "type": kind, "zone": kind.get("zone")}
            x = np.where(far, np.nan, x)
            layout.columns[j] = type(column).fit(x, column.kind, name, **own)
    return layout


def encoded(layout: MixedTableLayout, X) -> np.ndarray:
    """Rows of the network, with numbers and dates clipped to the range of `fit`."""
    x = layout.encode(X)
    for column, places in zip(layout.columns, layout.places(), strict=True):
        if isinstance(column, NumberColumn | DateColumn):
            x[:, places[0]] = np.clip(x[:, places[0]], *_ends(column))
    return x


def _ends(column: Column) -> np.ndarray:
    """Scores of the least and the greatest value."""
    if isinstance(column, DateColumn):
        return (column.limits - column.mean) / column.deviation
    return column.span(*column.limits) if column.is_straight else column.scores[[0, -1]]


def _far_out(x: np.ndarray) -> np.ndarray:
    there = ~np.isnan(x)
    distance = np.abs(x - np.median(x[there]))
    inner = np.quantile(distance[there], _SHARE, method="lower")
    return there & (distance > _TIMES * inner) & (inner > 0)
