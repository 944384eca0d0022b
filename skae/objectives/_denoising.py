"""Train on noisy rows, compare with the clean ones."""

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from skae._sklearn import Interval, StrOptions, fit_context
from skae.data._rows import Pairs
from skae.estimator._scoring import MatrixLike


class DenoisingObjective:
    """Noise on what the encoder sees in training, never afterwards.

    Reads `noise`, `noise_level` and `clip_noise`. Stands left of a backbone.
    """

    # XLA's random numbers take longer on a CPU than it saves elsewhere.
    _jit_worthwhile: ClassVar[bool] = False

    _parameter_constraints: ClassVar[dict] = {
        "noise": [StrOptions({"gaussian", "masking", "dropout", "salt_and_pepper"})],
        "noise_level": [Interval(Real, 0, None, closed="left")],
        "clip_noise": [StrOptions({"auto"}), "boolean"],
    }

    def _check_params(self, sample_shape):
        super()._check_params(sample_shape)
        limit = 0.99 if self.noise == "dropout" else 1
        if self.noise != "gaussian" and self.noise_level > limit:
            raise ValueError(
                f"noise={self.noise!r} takes the share of the entries to hit as its "
                f"noise_level, between 0 and {limit}; got {self.noise_level!r}."
            )

    def _corrupt(self, x):
        from skae.layers import Corruption

        clip = self.clip_noise
        if clip == "auto":
            clip = self.noise == "gaussian" and self.loss == "binary_crossentropy"
        return Corruption(
            self.noise, float(self.noise_level), clip=bool(clip), name="corruption"
        )(x)

    def _start(self, rows, summary, weight, rng):
        start = super()._start(rows, summary, weight, rng)
        if not isinstance(rows, Pairs):
            start["corruption/low"] = np.float32(summary.minimum)
            start["corruption/high"] = np.float32(summary.maximum)
        return start

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: MatrixLike,
        y: Any = None,
        *,
        sample_weight: ArrayLike | None = None,
        X_val: MatrixLike | None = None,
        target: MatrixLike | None = None,
        target_val: MatrixLike | None = None,
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
        X: MatrixLike,
        y: Any = None,
        *,
        sample_weight: ArrayLike | None = None,
        target: MatrixLike | None = None,
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
        return self._fit(
            X,
            y,
            sample_weight,
            None,
            target=target,
            continuing=self.__sklearn_is_fitted__(),
            one_epoch=True,
        )
