"""Reconstruction and scoring: the methods that all families share."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import sparray, spmatrix
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skae._sklearn import checked_weight
from skae.data import by_block, map_fields
from skae.engine import own_keras_settings
from skae.estimator._missing_methods import MissingMethods
from skae.losses import CustomLoss, ReconstructionLoss

# Arrays, lists, data frames, memory maps, sparse matrices and arrays.
MatrixLike = ArrayLike | spmatrix | sparray


def can_decode(estimator) -> bool:
    """True if the family has a decoder; otherwise raise an AttributeError."""
    if not estimator._architecture.has_decoder():
        raise AttributeError(f"{type(estimator).__name__} has no decoder.")
    return True


class Scoring(MissingMethods):
    """Reconstruction and its errors.

    Needs `_model`, `_layout`, `_architecture` and `_read_fields`.
    """

    @available_if(can_decode)
    @by_block
    def reconstruct(self, X: "MatrixLike") -> np.ndarray:
        """Encode and decode `X`.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes; or a dask array.

        Returns
        -------
        X_reconstructed : ndarray of shape (n_samples, n_features), float32 or float64
            Reconstructions, in the units and the layout of `X`; float64 if the training
            data are far from zero. They may be slightly outside the range of `X`: clip
            them before a conversion to bytes.
        """
        return self._reconstruct(X)

    def _reconstruct(self, X, y=None) -> np.ndarray:
        check_is_fitted(self)
        fields = self._read_fields(X, y)
        outputs = self._model.run_all("autoencoder", fields)
        return self._layout.inverse_transform(outputs, fields["data"])

    @available_if(can_decode)
    @by_block
    def reconstruction_error(self, X: "MatrixLike") -> np.ndarray:
        """Compute the reconstruction error of each row.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes; or a dask array.

        Returns
        -------
        errors : ndarray of shape (n_samples,), float32
            Mean over the features of the squared error, in squared units of `X`
            (``loss="squared_error"``), of the absolute error, in units of `X`
            (``loss="absolute_error"``), of the cross-entropy in nats
            (``loss="binary_crossentropy"``), or of another loss, as a number without
            unit: that of standardized values. float64 if squared errors are out of the
            range of float32.
        """
        return self._reconstruction_error(X)

    def _reconstruction_error(self, X, y=None) -> np.ndarray:
        check_is_fitted(self)
        loss = self._fitted_loss()
        error = loss.row_error
        if isinstance(loss, CustomLoss):  # it computes with Keras
            error = own_keras_settings()(error)
        return self._errors_in_units(X, error, loss.error_power, y)

    @available_if(can_decode)
    @by_block
    def score_samples(self, X: "MatrixLike") -> np.ndarray:
        """Compute the negative reconstruction error of each row.

        The lower, the more abnormal.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes; or a dask array.

        Returns
        -------
        scores : ndarray of shape (n_samples,), float32
            ``-reconstruction_error(X)``.
        """
        return -self.reconstruction_error(X)

    @available_if(can_decode)
    def score(
        self,
        X: "MatrixLike",
        y: Any = None,
        sample_weight: "ArrayLike | None" = None,
    ) -> float:
        r"""Return the fraction of the variance of `X` that reconstructions explain.

        .. math:: 1 - \frac{\sum_{ij} (x_{ij} - \hat x_{ij})^2}
                           {\sum_{ij} (x_{ij} - \bar x_j)^2}

        with :math:`\bar x` the mean of `X` itself. Scores are comparable with PCA and
        across losses: PCA's score on its training data is the sum of its
        `explained_variance_ratio_`.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        y : None
            Ignored.

        sample_weight : array-like of shape (n_samples,), default=None
            Nonnegative weight of each row, in both sums and in the mean.

        Returns
        -------
        score : float
            At most 1. For data without variance it is 1 if the reconstruction is
            perfect, and 0 otherwise.
        """
        check_is_fitted(self)
        fields = self._read_fields(X, y)
        rows = fields["data"]

        def squares(x, reconstruction):
            difference = (x - reconstruction).reshape(len(x), -1)
            if rows.padded:  # NaN where a sequence has ended
                np.nan_to_num(difference, copy=False)
            return np.einsum("ij,ij->i", difference, difference, dtype=np.float64)

        residuals = self._row_errors(fields, squares, dtype=np.float64)
        weight = None
        if sample_weight is None:
            residual, total = residuals.sum(), rows.summarize().total_squares
        else:
            weight = checked_weight(sample_weight, rows.X, dtype=np.float64)
            # A row of weight 0 may be infinitely far from its reconstruction.
            residual = weight @ np.where(weight > 0, residuals, 0.0)
            total = rows.summarize(weight).total_squares
        if total == 0 and residual > 0:  # equal in float32, perhaps not in float64
            total = _total_squares(rows.exact(), weight)
        if total == 0:
            return float(residual == 0)
        return float(1 - residual / total)

    @by_block
    def _residual_squares(self, X) -> np.ndarray:
        """Square of the size of the residual of each row, whatever the loss."""
        return self._errors_in_units(X, self._fitted_loss().row_square, 2)

    def _fitted_loss(self) -> ReconstructionLoss:
        # The loss of the fit, even if the parameters have changed since.
        loss = self._model.architecture.reconstruction_loss()
        return loss.fitted(self._model.weights)

    def _errors_in_units(self, X, error, power: int, y=None) -> np.ndarray:
        fields = self._read_fields(X, y)
        errors = self._row_errors(fields, error)
        units = fields["data"].units
        return errors if units is None else units.scale_up(errors, power=power)

    def _residuals(self, X) -> np.ndarray:
        """Differences of rows of one shape and their reconstructions, float64.

        In the unit of the network, which is nearly always that of the data.
        """
        fields = self._read_fields(X)
        rows, outputs = fields["data"], self._model.run_all("autoencoder", fields)
        # For data far from zero only the differences are exact.
        return self._layout.restore(rows.exact() - outputs, rows)

    def _row_errors(self, fields, error, dtype=np.float32) -> np.ndarray:
        errors = np.empty(len(fields["data"]), dtype=dtype)

        def serve(chunks, where):
            reconstructions = self._model.run("autoencoder", chunks)
            errors[where] = error(chunks["data"], reconstructions)

        map_fields(fields, serve)
        return errors


def _total_squares(x: np.ndarray, weight: np.ndarray | None) -> float:
    """Sum of the squared distances of the rows from their mean."""
    x = x.reshape(len(x), -1)
    there = ~np.isnan(x)
    weight = np.ones(len(x)) if weight is None else weight
    z = np.where(there, x - np.nan_to_num(x[0]), 0.0)
    mean = weight @ z / np.maximum(weight @ there, np.finfo(float).tiny)
    return float(weight @ np.where(there, np.square(z - mean), 0.0).sum(axis=1))
