"""Training of denoising autoencoders: noisy rows, clean targets."""

import math
import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skae._callers import level_of_user
from skae._sklearn import fit_context
from skae.estimator import MatrixLike


class DenoisingObjective:
    """`fit` and `partial_fit` with clean targets for noisy rows.

    Mixin, to the left of `BaseAutoencoder`; the architecture adds the noise.
    """

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: "MatrixLike",
        y: Any = None,
        *,
        sample_weight: "ArrayLike | None" = None,
        X_val: "MatrixLike | None" = None,
        target: "MatrixLike | None" = None,
        target_val: "MatrixLike | None" = None,
    ) -> Self:
        """Fit the autoencoder to remove noise.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, ...)
            Clean training data, or noisy data if `target` is given.

        y : None
            Ignored: a Pipeline passes class labels here.

        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row in the loss. A row of weight 0 has no influence.

        X_val : array-like of shape (n_validation_samples, ...), default=None
            Validation data, used instead of a part of `X`. Noise is added to them as
            well, the same after each epoch.

        target : array-like of the shape of `X`, default=None
            Clean version of each row of `X`. If it is given, `X` is assumed to be
            noisy, and no noise is added. In a Pipeline or a search it is passed by
            metadata routing, after ``set_fit_request(target=True)``.

        target_val : array-like of the shape of `X_val`, default=None
            Clean version of each row of `X_val`; required if `target` and `X_val` are
            given.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If parameters or data are invalid. Nothing has been trained.
        FloatingPointError
            If the loss becomes infinite or NaN.
        """
        if X_val is not None and (target is None) != (target_val is None):
            given, missing = ("target", "target_val")
            if target is None:
                given, missing = missing, given
            raise ValueError(
                f"{given} was given without {missing}: training and validation need "
                "clean rows for their noisy ones alike."
            )
        _warn_of_targets(X, y, target)
        return self._fit(
            X,
            y,
            sample_weight,
            X_val,
            target=target,
            target_val=target_val,
            continuing=self.warm_start and self.__sklearn_is_fitted__(),
        )

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X: "MatrixLike",
        y: Any = None,
        *,
        sample_weight: "ArrayLike | None" = None,
        target: "MatrixLike | None" = None,
    ) -> Self:
        """Train for one epoch on `X`, continuing from the current weights.

        The first call on an unfitted estimator initializes it from `X`. There is no
        validation and no early stopping, and the learning rate is constant.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, ...)
            A batch of training data of any size.

        y : None
            Ignored.

        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row in the loss.

        target : array-like of the shape of `X`, default=None
            Clean version of each row, as in `fit`.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        _warn_of_targets(X, y, target)
        return self._fit(
            X,
            y,
            sample_weight,
            None,
            target=target,
            continuing=self.__sklearn_is_fitted__(),
            one_epoch=True,
        )


def _may_be_target(X, y) -> bool:
    """True if `y` has as many rows as `X`, and as many values per row (2 or more)."""
    y_shape = _shape(y)
    if len(y_shape) < 2:
        return False
    x_shape = _shape(X)
    return x_shape[:1] == y_shape[:1] and (
        1 < math.prod(x_shape[1:]) == math.prod(y_shape[1:])
    )


def _shape(data) -> tuple[int, ...]:
    if not isinstance(data, list | tuple):
        return getattr(data, "shape", ())
    try:
        return np.shape(data)
    except ValueError:  # rows of different lengths
        return ()


def _warn_of_targets(X, y, target) -> None:
    if target is None and _may_be_target(X, y):
        warnings.warn(
            "y has the shape of X and is ignored: noise is added to X, and "
            "X is what is to be reconstructed. If y holds the clean version of each "
            "row of a noisy X, give it as target=: fit(X, target=y).",
            stacklevel=level_of_user(),
        )
