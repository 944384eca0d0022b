"""Train on noisy rows, compare with the clean ones."""

import math
import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from skae._sklearn import fit_context
from skae.estimator import MatrixLike

# From the warning to the user's call of `fit`, through scikit-learn's decorator.
_STACKLEVEL = 4


class DenoisingObjective:
    """`fit` and `partial_fit` with clean targets for noisy rows.

    Stands left of `BaseAutoencoder`; the noise itself is the architecture's.
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
        """Train the autoencoder to take the noise out of `X`.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, ...)
            Clean training data, or, with `target`, noisy ones.

        y : None
            Ignored: a Pipeline passes class labels here.

        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row in the loss. A row of weight 0 is as good as absent.

        X_val : array-like of shape (n_validation_samples, ...), default=None
            Data on which the loss is followed, instead of a part of `X`. They get noise
            as well, the same after each epoch.

        target : array-like of the shape of `X`, default=None
            The clean version of each row of `X`. `X` is noisy already then, and gets
            no further noise. In a Pipeline or a search it is passed on by metadata
            routing, after ``set_fit_request(target=True)``.

        target_val : array-like of the shape of `X_val`, default=None
            The clean version of each row of `X_val`; needed with both others.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            Parameters or data that cannot be used. Nothing has been trained.
        FloatingPointError
            The loss became infinite or NaN.
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
        """Train for one epoch on `X`, going on from where training stands.

        The first call on an unfitted estimator sets it up from `X`. There is no
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
            The clean version of each row, as in `fit`.

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
    """Whether `y` has as many rows as `X`, and in each as many values: several."""
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
    except ValueError:  # rows of many lengths
        return ()


def _warn_of_targets(X, y, target) -> None:
    if target is None and _may_be_target(X, y):
        warnings.warn(
            "y has the shape of X and is ignored: noise is added to X, and "
            "X is what is to be reconstructed. If y holds the clean version of each "
            "row of a noisy X, give it as target=: fit(X, target=y).",
            stacklevel=_STACKLEVEL,
        )
