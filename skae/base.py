"""The base of all autoencoders: fitting, scoring, validation."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils.validation import check_array, check_is_fitted

from skae._sklearn import (
    CallbackSupportMixin,
    check_sample_weight,
    checked_table,
    fit_context,
    with_callbacks,
)
from skae.data._dask import by_block
from skae.data._frames import framed_like
from skae.data._rows import Pairs, Rows, Summary
from skae.estimator._html import HTMLRepresentation
from skae.estimator._parameters import TRAINING_CONSTRAINTS
from skae.estimator._scoring import MatrixLike, Scoring
from skae.estimator._tasks import EpochTasks
from skae.fitting._fit import fit_model
from skae.losses import RECONSTRUCTION_LOSSES, ReconstructionLoss

# Fitted attributes that are not public.
_PRIVATE = ("_model", "_layout")


class BaseAutoencoder(
    HTMLRepresentation,
    CallbackSupportMixin,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    Scoring,
    BaseEstimator,
    ABC,
):
    """Base class of all autoencoders.

    A family of models derives from it (and from a backbone) and writes its
    constructor, its `_parameter_constraints` and some of these hooks; all else is
    inherited. Hooks that build the graph run on a copy of the estimator that has only
    the parameters which determine the graph: neither training parameters nor the
    strengths of penalties, which are variables of the compiled program.

    ======================================  ============================================
    hook                                    what it says
    ======================================  ============================================
    ``_encode(x)``                          normal data to the code (Keras tensors)
    ``_decode(code, encoder)``               code to raw outputs (Keras tensors)
    ``_corrupt(x)``                         what the encoder is trained on, for `x`
    ``_penalties(forward)``                 terms added to the reconstruction loss
    ``_strength_names``                     the parameters that weigh these terms
    ``_active_penalties()``                 those of them that are in the graph at all
    ``_penalty_strengths(epoch)``           their values, if they change while training
    ``_largest_epochs()``                   epochs of the training of the whole
    ``_start(rows, summary, weight, rng)``  first weights that come from the data
    ``_functions(parts)``                   further Keras models for inference
    ``_finish(rows)``                       last fitted attributes, after training
    ``_scaling(summary)``                   the moments by which data are scaled
    ``_check_rows(X, reset)``               checked `X` as rows of the network's shape
    ``_restore(outputs, rows)``             reconstructions in the layout of `X`
    ``_check_params(sample_shape)``         errors for parameters that do not fit
    ``_test_params()``                      small settings for the common tests
    ======================================  ============================================

    See Also
    --------
    Autoencoder : The dense autoencoder.
    """

    _strength_names: ClassVar[tuple[str, ...]] = ()
    # Dense networks gain from XLA; on a CPU convolutions lose by it.
    _jit_worthwhile: ClassVar[bool] = False
    # Whether the data of `transform` may be padded where those of `fit` were not.
    _takes_padding: ClassVar[bool] = False
    _padded = False

    _parameter_constraints: ClassVar[dict] = TRAINING_CONSTRAINTS

    @abstractmethod
    def _encode(self, x):
        """Code of normal data `x`, or a dict with "code" and further tensors."""

    @abstractmethod
    def _decode(self, code, encoder):
        """Raw outputs, of the shape of the input of `encoder`, a Keras model."""

    def _corrupt(self, x):
        return x

    def _penalties(self, forward) -> dict[str, Any]:
        return {}

    def _functions(self, parts) -> dict[str, Any]:
        return {}

    def _finish(self, rows: Rows) -> None:
        pass

    def _active_penalties(self) -> tuple[str, ...]:
        return self._strength_names

    def _penalty_strengths(self, epoch: float) -> dict[str, float]:
        return {name: float(getattr(self, name)) for name in self._strength_names}

    def _largest_epochs(self) -> int | str:
        return self.epochs

    def _start(
        self,
        rows: Rows,
        summary: Summary,
        weight: np.ndarray | None,
        rng: np.random.Generator,
    ) -> dict[str, np.ndarray]:
        return {}

    def _scaling(self, summary: Summary) -> Summary:
        return summary

    def _check_params(self, sample_shape: tuple[int, ...]) -> None:
        pass

    @classmethod
    def _test_params(cls) -> dict[str, Any]:
        return {"epochs": 3, "encoding_dim": 2}

    def _reconstruction_loss(self) -> ReconstructionLoss:
        return RECONSTRUCTION_LOSSES[self.loss](padded=self._padded)

    def _check_rows(self, X, *, reset: bool) -> Rows:
        X = checked_table(self, X, reset=reset)
        return Rows(X, type(self).__name__)

    def _restore(self, outputs: np.ndarray, rows: Rows | None = None) -> np.ndarray:
        """Outputs as the user gave `rows`; without `rows`, as `fit` was given."""
        return outputs

    def _build_graph(self, sample_shape: tuple[int, ...]):
        from skae.networks import build_graph

        return build_graph(
            sample_shape,
            loss=self._reconstruction_loss(),
            encode=self._encode,
            decode=self._decode,
            corrupt=self._corrupt,
            paired=self._paired,
            functions=self._functions,
            penalties=self._penalties,
            penalty_names=self._penalty_names,
        )

    def _graph_parameters(self) -> Mapping[str, Any]:
        other = {*TRAINING_CONSTRAINTS, *self._strength_names}
        parameters = self.get_params(deep=False)
        found = {name: v for name, v in parameters.items() if name not in other}
        return {**found, "_penalty_names": self._active_penalties()}

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: MatrixLike,
        y: Any = None,
        *,
        sample_weight: ArrayLike | None = None,
        X_val: MatrixLike | None = None,
    ) -> Self:
        """Train the autoencoder to reconstruct `X`.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Training data; images and sequences in the layouts that the class names.
            Sparse and memory-mapped data are read a chunk at a time.

        y : None
            Ignored: a Pipeline passes class labels here.

        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row in the loss. A row of weight 0 is as good as absent.

        X_val : array-like of shape (n_validation_samples, n_features), default=None
            Data on which the loss is followed, instead of a part of `X`.

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
        continuing = self.warm_start and self.__sklearn_is_fitted__()
        return self._fit(X, y, sample_weight, X_val, continuing=continuing)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: MatrixLike, y: Any = None, *, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Train for one epoch on `X`, going on from where training stands.

        The first call on an unfitted estimator sets it up from `X`: scaling and PCA
        start. There is no validation and no early stopping, and the learning rate is
        constant.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            A batch of training data of any size.

        y : None
            Ignored.

        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row in the loss.

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
            continuing=self.__sklearn_is_fitted__(),
            one_epoch=True,
        )

    @with_callbacks
    def _fit(
        self,
        X,
        y,
        sample_weight,
        X_val,
        *,
        target=None,
        target_val=None,
        continuing,
        one_epoch=False,
    ):
        if not continuing:
            self._forget()
        tasks = EpochTasks(self, X, y, sample_weight)
        try:
            rows = self._check_rows(X, reset=not continuing)
            if sample_weight is not None:
                sample_weight = check_sample_weight(
                    sample_weight, rows.X, dtype=np.float32, ensure_non_negative=True
                )
            val = None if X_val is None else self._check_rows(X_val, reset=False)
            self._check_params(rows.sample_shape)
            fit_model(
                self,
                self._pair(rows, target, "target"),
                sample_weight,
                None if val is None else self._pair(val, target_val, "target_val"),
                tasks,
                continuing=continuing,
                one_epoch=one_epoch,
            )
            self._finish(rows)
            tasks.end()
        except BaseException:
            if not continuing:
                self._forget()
            raise
        return self

    def _pair(self, rows: Rows, target, name: str) -> Rows | Pairs:
        if target is None:
            return rows
        targets = self._check_rows(target, reset=False)
        if len(targets) != len(rows):
            raise ValueError(
                f"{name} has {len(targets)} rows, but its inputs have {len(rows)}: "
                "give one target per row, in the same order."
            )
        return Pairs(rows, targets)

    def _forget(self) -> None:
        for name in [v for v in vars(self) if v.endswith("_") or v in _PRIVATE]:
            delattr(self, name)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    @by_block
    def transform(self, X: MatrixLike) -> np.ndarray:
        """Encode: map `X` to its codes.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes; or a dask array, which is encoded block
            by block into another.

        Returns
        -------
        codes : ndarray of shape (n_samples, encoding_dim), float32
            Codes.
        """
        check_is_fitted(self)
        return self._model.run_all("encoder", self._check_rows(X, reset=False))

    def inverse_transform(self, X: ArrayLike) -> np.ndarray:
        """Decode: map codes to data.

        Parameters
        ----------
        X : array-like of shape (n_samples, encoding_dim)
            Codes.

        Returns
        -------
        X_original : ndarray of shape (n_samples, n_features), float32
            Data in the units and the layout of the data that `fit` was given. A data
            frame of codes (pandas, polars) gives a data frame.
        """
        check_is_fitted(self)
        codes = check_array(X, dtype=np.float32, estimator=self, input_name="codes")
        if codes.shape[1] != self._n_features_out:
            raise ValueError(
                f"Got codes with {codes.shape[1]} columns, but this "
                f"{type(self).__name__} was fitted with {self._n_features_out} code "
                "dimensions: inverse_transform takes what transform returned."
            )
        rows = Rows(codes, type(self).__name__)
        decoded = self._restore(self._model.run_all("decoder", rows))
        return framed_like(X, decoded, getattr(self, "feature_names_in_", None))

    @property
    def encoder_(self):
        """Keras model from data to codes."""
        return self._keras_models().encoder

    @property
    def decoder_(self):
        """Keras model from codes to data."""
        return self._keras_models().decoder

    @property
    def autoencoder_(self):
        """Keras model from data to reconstructions, made of the other two."""
        return self._keras_models().autoencoder

    def _keras_models(self):
        if not self.__sklearn_is_fitted__():
            # AttributeError: hasattr() is False before fit, as for any attribute.
            raise AttributeError(
                f"This {type(self).__name__} is not fitted yet: call fit first."
            )
        return self._model.keras_models()

    @property
    def _n_features_out(self) -> int:
        return self._model.code_size

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
