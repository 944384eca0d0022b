"""Explained share of each column of a table of mixed types."""

from typing import Any

import numpy as np

from skae.tables._columns import NumberColumn
from skae.tables._layout import MixedTableLayout
from skae.tables._rows import nats

# A smaller share of the sum of squares is due to rounding.
_ROUNDING = 1e-12


class ColumnScores:
    """Share of each column that reconstructions explain, accumulated over chunks.

    It is a share of the variance for numbers and dates, and of the entropy for
    categories.

    Parameters
    ----------
    layout : MixedTableLayout
    """

    def __init__(self, layout: MixedTableLayout):
        self.layout = layout
        self._sums: list[dict[int, np.ndarray]] = [{} for _ in layout.columns]

    def add(self, x, outputs, weight, start: int) -> None:
        """Add rows `x` of the network, from row `start` on, and their `outputs`."""
        places = zip(self.layout.places(), self.layout.output_places(), strict=True)
        for column, (own, others), sums in zip(
            self.layout.columns, places, self._sums, strict=True
        ):
            if len(own):
                sums[start] = _sums(column, x[:, own], outputs[:, others], weight)

    def shares(self) -> dict[Any, float]:
        """Explained shares by the name of the column; NaN for constant columns."""
        # Summed in the order of the rows, so that threads do not change the result.
        ordered = ([found[key] for key in sorted(found)] for found in self._sums)
        return {
            name: _share(column, sums)
            for name, column, sums in zip(
                self.layout.names, self.layout.columns, ordered, strict=True
            )
        }


def _sums(column, x: np.ndarray, found: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Sums for the errors and for the baseline, over rows with an observed value."""
    there = ~np.isnan(x[:, 0]) & (weight > 0)
    x, found, w = x[there].astype(np.float64), found[there], weight[there]
    if column.n_levels:
        codes = x[:, 0].astype(int)
        counts = np.bincount(codes, weights=w, minlength=column.n_levels)
        return np.append(w @ nats(codes, found), counts)
    if isinstance(column, NumberColumn):
        values, decoded = column.numbers(x), column.numbers(found)
        # Centred and scaled: squares of large numbers lose digits, and squares of tiny
        # ones underflow.
        unit = float(np.ptp(column.limits)) or 1.0
        values, decoded = (
            (own - column.limits.mean()) / unit for own in (values, decoded)
        )
    else:  # a date: its position in time
        values, decoded = x[:, 0], column.position(found)
    return np.array(
        [w @ np.square(values - decoded), w.sum(), w @ values, w @ values**2]
    )


def _share(column, sums: list[np.ndarray]) -> float:
    if not sums:
        return np.nan
    total = np.sum(sums, axis=0)
    if column.n_levels:
        left, counts = total[0], total[1:][total[1:] > 0]
        baseline = -counts @ np.log(counts / counts.sum()) if len(counts) else 0.0
    else:
        left, mass, first, second = total
        baseline = second - first**2 / mass if mass else 0.0
        baseline = baseline if baseline > _ROUNDING * second else 0.0
    return float(1 - left / baseline) if baseline > 0 else np.nan
