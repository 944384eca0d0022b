"""Comparison of the columns of two tables."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from skae.frames import (
    columns_of,
    kind_of,
    labels_of,
    missing_of,
    numbers_of,
    seconds_of,
)
from skae.plotting._drawing import BLUE, ORANGE, Display, autoencoder_of, bare, tidy
from skae.tables import IGNORED

_ACROSS, _MAX_COLUMNS = 4, 12
_LEVELS, _LETTERS = 8, 12
_INCHES = (2.4, 1.9)
_SECONDS_PER_DAY = 86400


class ColumnDisplay(Display):
    """Distributions of the columns of two tables, such as real and synthetic rows.

    There is a small plot per column: histograms of numbers and dates, and frequencies
    of the most frequent levels of categories. Missing values are left out;
    `from_estimator` leaves out their reconstructions, too.

    Parameters
    ----------
    real, other : data frame or array
        Tables with the same columns.

    columns : sequence, default=None
        Names of the columns to plot (numbers, for arrays); the first twelve by default.

    labels : tuple of two str, default=("real", "reconstructed")
        Names of the tables in the legend.

    bins : int, default=25
        Number of bins of a histogram.

    kinds : mapping, default=None
        Kinds of columns, by name, such as "category" for integers that are labels; by
        default they follow from the types. `column_kinds_` of a model is such a
        mapping.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    axes_ : dict of matplotlib Axes
        By the name of the column.
    columns_ : list
        Names of the plotted columns.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skae import TableAutoencoder
    >>> from skae.plotting import ColumnDisplay
    >>> iris = load_iris(as_frame=True).frame
    >>> model = TableAutoencoder(2, epochs=5, random_state=0).fit(iris)
    >>> display = ColumnDisplay.from_estimator(model, iris)
    >>> len(display.axes_)
    5
    """

    def __init__(
        self,
        real,
        other,
        *,
        columns: Sequence | None = None,
        labels: tuple[str, str] = ("real", "reconstructed"),
        bins: int = 25,
        kinds: Mapping | None = None,
    ):
        self.real, self.other = real, other
        self.columns, self.labels, self.bins = columns, labels, bins
        self.kinds = kinds

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        *,
        columns: Sequence | None = None,
        bins: int = 25,
        ax=None,
    ) -> Self:
        """Plot rows and their reconstructions.

        Parameters
        ----------
        estimator : fitted autoencoder of tables
            Also in a search or a pipeline; `X` is then the input of its last step.

        X : data frame or array
            Rows like those of `fit`.

        columns : sequence, default=None
            Names of the columns to plot; by default the first twelve that the model
            does not ignore.

        bins : int, default=25
            Number of bins of a histogram.

        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : ColumnDisplay
        """
        model = autoencoder_of(estimator)
        if not hasattr(model, "column_kinds_"):
            raise TypeError(
                "ColumnDisplay draws the columns of an autoencoder of tables, such as "
                f"TableAutoencoder; got {type(model).__name__}. ReconstructionDisplay "
                "draws its rows, ColumnDisplay.from_tables any two tables."
            )
        kinds = model.column_kinds_
        if columns is None:
            told = [name for name, kind in kinds.items() if kind not in IGNORED]
            columns = told[:_MAX_COLUMNS]
        display = cls(X, model.reconstruct(X), columns=columns, bins=bins, kinds=kinds)
        display._same_cells = True
        return display.plot(ax=ax)

    @classmethod
    def from_tables(
        cls,
        real,
        other,
        *,
        columns: Sequence | None = None,
        labels: tuple[str, str] = ("real", "synthetic"),
        bins: int = 25,
        kinds: Mapping | None = None,
        ax=None,
    ) -> Self:
        """Plot the columns of two tables.

        Parameters
        ----------
        real, other : data frame or array
            Real rows and, for example, synthetic or imputed rows.

        columns : sequence, default=None
            Names of the columns to plot; the first twelve by default.

        labels : tuple of two str, default=("real", "synthetic")
            Names of the tables in the legend.

        bins : int, default=25
            Number of bins of a histogram.

        kinds : mapping, default=None
            Kinds of columns, by name, such as "category" for integers that are labels.

        ax : matplotlib Axes, default=None
            Axes to draw on; new ones by default.

        Returns
        -------
        display : ColumnDisplay
        """
        display = cls(
            real, other, columns=columns, labels=labels, bins=bins, kinds=kinds
        )
        return display.plot(ax=ax)

    # Whether both tables have the same rows; missing values are then left out of both.
    _same_cells = False

    def _chosen(self) -> list:
        names = [name for name, _ in columns_of(self.real)]
        chosen = names[:_MAX_COLUMNS] if self.columns is None else list(self.columns)
        unknown = [name for name in chosen if name not in names]
        if unknown:
            raise ValueError(f"The table has no column {unknown[0]!r}; it has {names}.")
        return chosen

    def _size(self):
        n = len(self._chosen())
        across = min(_ACROSS, n)
        return across * _INCHES[0], math.ceil(n / across) * _INCHES[1] + 0.4

    def _draw(self, ax):
        self.columns_ = self._chosen()
        tables = [dict(columns_of(table)) for table in (self.real, self.other)]
        across = min(_ACROSS, len(self.columns_))
        down = math.ceil(len(self.columns_) / across)
        bare(ax)
        ax.axis("off")
        self.axes_: dict[Any, Any] = {}
        for i, name in enumerate(self.columns_):
            column, row = i % across, i // across
            place = [
                column / across,
                1 - (row + 0.78) / down,
                0.82 / across,
                0.6 / down,
            ]
            inset = self.axes_[name] = ax.inset_axes(place)
            pair = [table[name] for table in tables]
            # Reconstructions of observed values only, if the rows are the same.
            known = ~missing_of(pair[0]) if self._same_cells else np.True_
            kind = self._kind(pair[0], name)
            if kind in ("category", "boolean"):
                self._draw_levels(inset, pair, known)
            else:
                self._draw_numbers(inset, pair, known, kind)
            inset.set_title(str(name), fontsize=9)
            inset.tick_params(labelsize=7)
            tidy(inset)
        handles, labels = inset.get_legend_handles_labels()
        ax.legend(
            handles,
            labels,
            loc="upper right",
            ncols=2,
            fontsize=8,
            bbox_to_anchor=(1, 1 + 0.25 / down),
            frameon=False,
        )

    def _kind(self, values, name) -> str:
        """Kind of a column: as given, or by its values."""
        told, kind = (self.kinds or {}).get(name), kind_of(values, name)
        return told if told in ("boolean", "category") else kind

    def _draw_levels(self, ax, pair, known):
        known = np.broadcast_to(known, len(pair[1]))
        other = [v for v, there in zip(labels_of(pair[1]), known, strict=True) if there]
        counts = [Counter(labels_of(pair[0])), Counter(other)]
        for count in counts:
            count.pop(None, None)
        levels = [level for level, _ in counts[0].most_common(_LEVELS)]
        places = np.arange(len(levels))
        for i, (count, colour) in enumerate(zip(counts, (BLUE, ORANGE), strict=True)):
            total = max(1, sum(count.values()))
            shares = [count[level] / total for level in levels]
            ax.bar(places + 0.4 * i, shares, 0.4, color=colour, label=self.labels[i])
        short = [str(level)[:_LETTERS] for level in levels]
        long = max(map(len, short), default=0) * len(short) > 24
        ax.set_xticks(
            places + 0.2,
            short,
            rotation=60 if long else 0,
            ha="right" if long else "center",
        )

    def _draw_numbers(self, ax, pair, known, kind):
        read = seconds_of if kind in ("date", "duration") else numbers_of
        real, other = map(read, pair)
        values = [real[~np.isnan(real)], other[~np.isnan(other) & known]]
        if kind == "date":
            from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

            # Matplotlib's unit of dates.
            values = [x / _SECONDS_PER_DAY for x in values]
            locator = AutoDateLocator(minticks=2, maxticks=4)
            ax.xaxis.set_major_locator(locator)
            ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        both = np.concatenate(values)
        edges = np.histogram_bin_edges(both, self.bins)
        for i, (x, colour) in enumerate(zip(values, (BLUE, ORANGE), strict=True)):
            weights = np.full(len(x), 1 / max(1, len(x)))
            ax.hist(
                x,
                edges,
                weights=weights,
                histtype="step" if i else "stepfilled",
                color=colour,
                alpha=1 if i else 0.5,
                label=self.labels[i],
            )
