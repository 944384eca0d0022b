"""The base class of all autoencoders."""

import copy
import math
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_array, check_is_fitted

from skae._keras import import_keras
from skae._sklearn import CallbackSupportMixin, fit_context, with_callbacks
from skae.data import Rows, by_block, named, paired
from skae.engine import (
    Architecture,
    Field,
    LinearCode,
    is_auto,
)
from skae.estimator import (
    TRAINING_CONSTRAINTS,
    EpochTasks,
    FamilyHooks,
    HTMLRepresentation,
    LiveModels,
    MatrixLike,
    Scoring,
    TrainingDefaults,
    all_or_nothing,
    can_decode,
)
from skae.fitting import FitRequest, fit_model, weigh_rows
from skae.frames import framed_like
from skae.losses import complete_copies


class BaseAutoencoder(
    HTMLRepresentation,
    LiveModels,
    CallbackSupportMixin,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    Scoring,
    TrainingDefaults,
    FamilyHooks,
    BaseEstimator,
):
    """Base class of all autoencoders.

    A family of models derives from it, defines the constructor, and names the class of
    its :class:`~skae.engine.Architecture`, whose hooks build the network. The hooks of
    the estimator itself have access to all its parameters. docs/architecture.md lists
    them with those of the architecture and the layout.

    See Also
    --------
    Autoencoder : The dense autoencoder.
    """

    _parameter_constraints: ClassVar[dict] = TRAINING_CONSTRAINTS

    def _rotations_of(self, architecture: Architecture) -> LinearCode | None:
        """Rotations of the code that change neither reconstructions nor penalties."""
        code = architecture.linear_code()
        return code and code.under(self._loss_weights(math.inf))

    @classmethod
    def _graph_parameters(cls) -> list[str]:
        """The parameters that the network depends on."""
        others = {*TRAINING_CONSTRAINTS, *cls._outside_graph}
        others |= cls._architecture.layout.parameters.keys()
        return [name for name in cls._get_param_names() if name not in others]

    def _make_architecture(
        self,
        fields: Mapping[str, Rows],
        val: Mapping[str, Rows] | None = None,
        previous: Architecture | None = None,
    ) -> Architecture:
        """Make the architecture for these data, with values resolved in `previous`."""
        own = self._graph_values()
        data_values = self._layout.data_values()
        if previous is None:
            own = self._architecture.resolve_auto(own, fields["data"], data_values)
        else:  # "auto" as resolved from the data of the first fit
            resolved = {k: v for k, v in previous.values.items() if k in own}
            own = {k: resolved.get(k) if is_auto(v) else v for k, v in own.items()}
        complete_copies()
        own = copy.deepcopy(own) | data_values | self._data_values()
        if self._layout.exponent:
            own["unit_exponent"] = self._layout.exponent
        rows = [*fields.values(), *(val or {}).values()]
        return self._architecture(
            fields={
                name: Field(rows.sample_shape, rows.dtype.name)
                for name, rows in fields.items()
            },
            terms=tuple(self._loss_weights(math.inf)),
            padded=any(rows.padded for rows in rows),
            **own,
        )

    def _read(self, X, *, reset: bool = False, weight=None) -> Rows:
        """Validate `X` and convert it to rows; `reset` fits the layout, as in `fit`."""
        layout = self._architecture.layout
        X = layout.validate(self, X, reset=reset)
        if reset:
            self._layout = layout.from_estimator(self, X, weight)
            self.n_features_in_ = math.prod(self._layout.sample_shape)
            vars(self).update(self._layout.attributes())
        return self._layout.read(self, X)

    def _read_fields(self, X, y=None, *, reset=False, weight=None) -> dict[str, Rows]:
        """Rows of `X` and further fields, by name."""
        rows = self._read(X, reset=reset, weight=weight)
        return {"data": rows, **self._fields(y, len(rows), reset=reset)}

    def _read_validation(self, X, y) -> dict[str, Rows]:
        """Fields of the validation data; errors name the argument of `fit`."""
        rows = named("X_val", self._read, X)
        return {"data": rows, **named("y_val", self._fields, y, len(rows))}

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: "MatrixLike",
        y: Any = None,
        *,
        sample_weight: "ArrayLike | None" = None,
        X_val: "MatrixLike | None" = None,
    ) -> Self:
        """Train the autoencoder to reconstruct `X`.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Training data; images and sequences in the layouts that the class names.
            Sparse and memory-mapped data are read in chunks.

        y : None
            Ignored: a Pipeline passes class labels here.

        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row in the loss. Rows of weight 0 do not affect the fit.

        X_val : array-like of shape (n_validation_samples, n_features), default=None
            Validation data, which replace the rows held out of `X`.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            Invalid parameters or data. Nothing has been trained.
        FloatingPointError
            Training diverged. The estimator is unchanged.

        Warns
        -----
        ConvergenceWarning
            A later epoch diverged; `early_stopping` has kept better weights.
        """
        continuing = self.warm_start and self.__sklearn_is_fitted__()
        return self._fit(X, y, sample_weight, X_val, continuing=continuing)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X: "MatrixLike",
        y: Any = None,
        *,
        sample_weight: "ArrayLike | None" = None,
    ) -> Self:
        """Train for one epoch on `X`, continuing from the present weights.

        The first call on an unfitted estimator initializes it from `X`: scaling and
        PCA. There is no validation and no early stopping, and the learning rate is
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

        Raises
        ------
        FloatingPointError
            Training diverged. The estimator is unchanged.
        """
        how = {"continuing": self.__sklearn_is_fitted__(), "one_epoch": True}
        return self._fit(X, y, sample_weight, None, **how)

    @with_callbacks
    def _fit(
        self,
        X,
        y,
        sample_weight,
        X_val,
        *,
        y_val=None,
        target=None,
        target_val=None,
        continuing,
        one_epoch=False,
    ):
        with all_or_nothing(self, continuing=continuing):
            tasks = EpochTasks(self, X, y, sample_weight)
            fields = self._read_fields(X, y, reset=not continuing, weight=sample_weight)
            data = fields["data"]
            sample_weight = weigh_rows(self, fields, sample_weight, tasks, continuing)
            val = None if X_val is None else self._read_validation(X_val, y_val)
            if target is not None:
                fields["target"] = paired("target", self._read, target, data)
            if val is not None and target_val is not None:
                beside = val["data"]
                val["target"] = paired("target_val", self._read, target_val, beside)
            import_keras()  # not before the data are known to be valid
            previous = self._model if continuing else None
            known = previous if one_epoch else None
            fields, val = self._training_fields(fields, val, sample_weight, known)
            network = previous and previous.architecture
            architecture = self._make_architecture(fields, val, network)
            architecture.check()
            n_before = self.n_iter_ if continuing else 0
            request = FitRequest(
                self,
                architecture,
                fields,
                sample_weight,
                val,
                tasks,
                previous=previous,
                n_before=n_before,
                one_epoch=one_epoch,
            )
            fitted = fit_model(request)
            self._keep(fitted, n_before)
            self._finish(fields, sample_weight)
            tasks.end()
        return self

    def _keep(self, fitted, n_before: int) -> None:
        self._model, self.callbacks_ = fitted.model, fitted.callbacks
        history = copy.deepcopy(self.history_) if n_before else {}
        # NaN for epochs that did not have such a series.
        for name in history | fitted.history:
            values = history.setdefault(name, [math.nan] * n_before)
            values.extend(fitted.history.get(name, [math.nan] * fitted.n_epochs))
        self.history_, self.n_iter_ = history, n_before + fitted.n_epochs
        vars(self).pop("explained_variance_ratio_", None)
        architecture, size = self._model.architecture, self._model.code_size
        vars(self).update(architecture.attributes(size) | fitted.attributes)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters of the estimator.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include the parameters of estimators among the parameters.

        Returns
        -------
        params : dict
            Parameters by name.
        """
        complete_copies()  # whoever asks, a search above all, may copy a loss
        return super().get_params(deep=deep)

    def __getstate__(self):
        complete_copies()
        return super().__getstate__()

    @by_block
    def transform(self, X: "MatrixLike") -> np.ndarray:
        """Encode: map `X` to its codes.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` accepts; or a dask array, which gives a dask
            array, encoded block by block.

        Returns
        -------
        codes : ndarray of shape (n_samples, encoding_dim), float32
            Codes.
        """
        return self._apply("encoder", X)

    def _apply(self, function: str, X, y=None) -> np.ndarray:
        """Outputs of a function of the network for all rows of `X`."""
        check_is_fitted(self)
        return self._model.run_all(function, self._read_fields(X, y))

    @available_if(can_decode)
    def inverse_transform(self, X: "ArrayLike") -> np.ndarray:
        """Decode: map codes to data.

        Parameters
        ----------
        X : array-like of shape (n_samples, encoding_dim)
            Codes.

        Returns
        -------
        X_original : ndarray of shape (n_samples, n_features), float32 or float64
            Data in the units and the layout of the data of `fit`; float64 if these are
            far from zero. A data frame of codes (pandas, polars) gives a data frame.
        """
        return self._decode(X)

    def _decode(self, X, y=None):
        check_is_fitted(self)
        dtype = self._model.code_dtype
        codes = check_array(X, dtype=dtype, estimator=self, input_name="codes")
        if codes.shape[1] != self._n_features_out:
            raise ValueError(
                f"Got codes with {codes.shape[1]} columns, but this "
                f"{type(self).__name__} was fitted with {self._n_features_out} code "
                "dimensions: inverse_transform takes what transform returned."
            )
        rows = Rows(codes, type(self).__name__, dtype=dtype)
        fields = {"codes": rows, **self._fields(y, len(rows))}
        outputs = self._model.run_all("decoder", fields)
        decoded = self._layout.inverse_transform(outputs)
        return framed_like(X, decoded, getattr(self, "feature_names_in_", None))

    @property
    def _n_features_out(self) -> int:
        return self._model.code_size

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
