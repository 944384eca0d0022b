"""Scores of tables, column by column."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skae._sklearn import checked_weight
from skae.data import by_block, map_fields
from skae.estimator import MatrixLike
from skae.tables import ColumnScores, NumberColumn


class TableObjective:
    """Scores of tables, per column and overall.

    Mixin, to the left of `BaseAutoencoder`.
    """

    def score(
        self, X: "MatrixLike", y: Any = None, sample_weight: "ArrayLike | None" = None
    ) -> float:
        r"""Return the mean over the columns of the fraction that is explained.

        For a column of numbers or dates this is the explained fraction of its variance;
        for a categorical column it is that of its entropy,

        .. math:: 1 - \frac{\sum_i -\log \hat p_i(x_i)}{\sum_i -\log p(x_i)},

        with :math:`p` the frequencies of the levels in `X` itself. A model that
        predicts the mean, or these frequencies, of each column has a score of 0; a
        perfect model has 1. Missing values are ignored, and so are columns that do not
        vary in `X`. The mean is weighted by the weights of the columns.

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
        return self._mean_score(self.column_scores(X, sample_weight))

    def column_scores(
        self, X: "MatrixLike", sample_weight: "ArrayLike | None" = None
    ) -> dict[Any, float]:
        """Return the fraction of each column that is explained, as in `score`.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            A table like that of `fit`.

        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row.

        Returns
        -------
        scores : dict of float
            Scores by name of the column. NaN for a column that does not vary in `X`,
            or that the model ignores.
        """
        check_is_fitted(self)
        fields = self._read_fields(X)
        rows, layout = fields["data"], self._layout
        if sample_weight is None:
            weight = np.ones(len(rows))
        else:
            weight = checked_weight(sample_weight, rows.X, dtype=np.float64)
        scores = ColumnScores(layout)

        def serve(chunks, where):
            outputs = self._model.run("autoencoder", chunks)
            scores.add(chunks["data"], outputs, weight[where], where.start)

        map_fields(fields, serve)
        return scores.shares()

    @by_block
    def reconstruction_error(self, X: "MatrixLike") -> np.ndarray:
        """Compute the reconstruction error of each row.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            A table like that of `fit`; or a dask array.

        Returns
        -------
        errors : ndarray of shape (n_samples,), float32
            Mean over the columns that are not missing, weighted by their weights. The
            error of a number is the squared error on the scale of `scaling`; that of a
            category is the cross-entropy, divided by the entropy of the frequencies of
            its levels.
        """
        return super().reconstruction_error(X)

    def _residuals(self, X) -> np.ndarray:
        """Residuals of the reconstruction of each column, float64.

        In units of the standard deviation of the column. For numbers it is the
        difference; for a category the distance of the probabilities from the indicators
        of the levels; for a date the root mean square of the residuals of its numbers.
        The latter two have no sign. Residuals of missing values are 0.
        """
        fields, layout = self._read_fields(X), self._layout
        deviation = np.ones(layout.n_outputs)
        deviation[layout.n_numbers :] = self._model.weights["to_vector/deviation"]
        found = np.zeros((len(fields["data"]), len(layout.columns)))

        def serve(chunks, where):
            outputs = self._model.run("autoencoder", chunks)
            left = np.nan_to_num(layout.vectors(chunks["data"]) - outputs) / deviation
            for j, places in enumerate(layout.output_places()):
                column, own = layout.columns[j], left[:, places]
                if isinstance(column, NumberColumn):
                    found[where, j] = own[:, 0]
                elif len(places):
                    squares = np.sum(own**2, axis=1) / max(1, column.n_numbers)
                    found[where, j] = np.sqrt(squares)

        map_fields(fields, serve)
        return found

    def _mean_score(self, scores: Mapping[Any, float]) -> float:
        """Weighted mean of the scores of the columns that have one."""
        weights = [
            sum(self._layout.value_weights[i] for i in places)
            for places in self._layout.places()
        ]
        values = np.array(list(scores.values()))
        known = ~np.isnan(values) & (np.array(weights) > 0)
        if not known.any():
            return 0.0
        return float(np.average(values[known], weights=np.array(weights)[known]))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags
