"""Scores of tables, column by column."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skae._sklearn import check_sample_weight
from skae.data._columns import NumberColumn
from skae.data._rows import map_fields
from skae.estimator._scoring import MatrixLike


class TableObjective:
    """What is explained of each column, and on the whole.

    Stands left of `BaseAutoencoder`.
    """

    def score(
        self, X: MatrixLike, y: Any = None, sample_weight: ArrayLike | None = None
    ) -> float:
        r"""Share of the columns that the reconstructions explain: their mean.

        For a column of numbers or dates the share of its variance; for one of
        categories that of its entropy,

        .. math:: 1 - \frac{\sum_i -\log \hat p_i(x_i)}{\sum_i -\log p(x_i)},

        with :math:`p` the shares of the levels in `X` itself. 0 is what one explains
        who predicts the mean, or the shares, of each column; 1 is all. Missing values
        take no part, nor do columns that do not vary in `X`.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            A table like that of `fit`.

        y : None
            Ignored.

        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.

        Returns
        -------
        score : float
            At most 1.
        """
        scores = self.column_scores(X, sample_weight)
        names = list(scores)
        weights = np.array([self._column_weight(name) for name in names])
        values = np.array([scores[name] for name in names])
        known = ~np.isnan(values) & (weights > 0)
        if not known.any():
            return 0.0
        return float(np.average(values[known], weights=weights[known]))

    def column_scores(
        self, X: MatrixLike, sample_weight: ArrayLike | None = None
    ) -> dict[Any, float]:
        """Share of each column that the reconstructions explain, as in `score`.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            A table like that of `fit`.

        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.

        Returns
        -------
        scores : dict of float
            By the name of the column. NaN for a column that does not vary in `X`, or
            that the model ignores.
        """
        check_is_fitted(self)
        fields = self._read_fields(X)
        rows, layout = fields["data"], self._layout
        if sample_weight is None:
            weight = np.ones(len(rows))
        else:
            weight = check_sample_weight(sample_weight, rows.X)
        sums: list[list[np.ndarray]] = [[] for _ in layout.columns]
        places, out_places = layout.places(), layout.output_places()

        def serve(chunks, where):
            outputs = self._model.run("autoencoder", chunks)
            w = weight[where]
            for j, column in enumerate(layout.columns):
                x, found = chunks["data"][:, places[j]], outputs[:, out_places[j]]
                if len(places[j]):
                    sums[j].append(_sums(column, x, found, w))

        map_fields(fields, serve)
        return {
            name: _share(column, found)
            for name, column, found in zip(
                layout.names, layout.columns, sums, strict=True
            )
        }

    def _residuals(self, X) -> np.ndarray:
        """What is left of each column without its reconstruction, float64.

        For numbers the difference on the scale of the network; for a category the root
        of its error, and for a date that of the mean of its own: neither has a sign.
        What is missing is 0.
        """
        fields, layout = self._read_fields(X), self._layout
        loss = self._model.architecture.reconstruction_loss()
        loss = loss.fitted(self._model.weights)
        found = np.zeros((len(fields["data"]), layout.n_features))

        def serve(chunks, where):
            outputs = self._model.run("autoencoder", chunks)
            errors = np.nan_to_num(loss.column_errors(chunks["data"], outputs))
            for j, places in enumerate(layout.places()):
                if len(places):
                    found[where, j] = np.sqrt(errors[:, places].mean(axis=1))
                if isinstance(layout.columns[j], NumberColumn):
                    difference = chunks["data"][:, places] - outputs[:, places]
                    found[where, j] *= np.sign(np.nan_to_num(difference[:, 0]))

        map_fields(fields, serve)
        return found

    def _column_weight(self, name) -> float:
        j = self._layout.names.index(name)
        places = self._layout.places()[j]
        return float(sum(self._layout.value_weights[place] for place in places))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def _sums(column, x: np.ndarray, found: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """What is left, and what a baseline needs, summed over rows that have a value."""
    there = ~np.isnan(x[:, 0]) & (weight > 0)
    x, found, w = x[there].astype(np.float64), found[there], weight[there]
    if column.n_levels:
        codes = x[:, 0].astype(int)
        chance = found[np.arange(len(codes)), codes].astype(np.float64)
        left = w @ -np.log(np.clip(chance, np.finfo(np.float32).tiny, 1.0))
        counts = np.bincount(codes, weights=w, minlength=column.n_levels)
        return np.append(left, counts)
    if isinstance(column, NumberColumn):
        values, decoded = column.numbers(x), column.numbers(found)
        # About the middle of what was seen: squares of large numbers lose digits.
        values, decoded = values - column.limits.mean(), decoded - column.limits.mean()
    else:  # a date: how far along it is
        values = x[:, 0]
        decoded = column.read(column.write(found), None)[:, 0].astype(np.float64)
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
        baseline = baseline if baseline > 1e-12 * second else 0.0
    return float(1 - left / baseline) if baseline > 0 else np.nan
