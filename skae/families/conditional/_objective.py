"""Training of conditional models, and their methods: data with conditions."""

import warnings
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from skae._callers import level_of_user
from skae._sklearn import Interval, StrOptions, fit_context
from skae.data import Rows, sample_rows, weight_of_rows
from skae.engine import draw_seed
from skae.estimator import MatrixLike
from skae.families.conditional._encoder import ConditionEncoder
from skae.families.conditional._methods import ConditionalMethods
from skae.families.conditional._rows import (
    HiddenConditions,
    Residuals,
    linear_effects,
)
from skae.families.conditional._values import KINDS
from skae.families.variational import VariationalObjective

# Rows of a fit whose conditions are kept, for `sample`.
_ROWS_TO_KEEP = 4096
# Least variance that a scale is taken from, as a share of that of the data.
_MIN_REST = 1e-2


class ConditionalObjective(ConditionalMethods, VariationalObjective):
    """`fit` and `partial_fit` with the conditions of the rows as `y`.

    Mixin, to the left of `BaseAutoencoder`. Reads `condition_kinds` and
    `condition_dropout`.
    """

    _outside_graph: ClassVar[tuple[str, ...]] = (
        *VariationalObjective._outside_graph,
        *("condition_kinds", "condition_dropout"),
    )

    _parameter_constraints: ClassVar[dict] = {
        **VariationalObjective._parameter_constraints,
        "condition_kinds": [StrOptions({"auto", *KINDS}), "array-like"],
        "condition_dropout": [Interval(Real, 0, 1, closed="left")],
    }

    _alike_if_collapsed = "all rows of one condition"

    # Classes that `partial_fit` is told of, while its first call runs.
    _announced_classes = None

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: "MatrixLike",
        y: Any = None,
        *,
        sample_weight: "ArrayLike | None" = None,
        X_val: "MatrixLike | None" = None,
        y_val: Any = None,
    ) -> Self:
        """Train the autoencoder to reconstruct `X`, given the conditions `y`.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Training data; images in the layouts that the class names.

        y : array-like of shape (n_samples,) or (n_samples, n_columns), default=None
            Condition of each row: classes or numbers, as `condition_kinds` says. None
            in a list or an array of objects (also NaN, and missing values of pandas)
            is an unknown condition. Without `y` all are unknown, with a warning.

        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row in the loss. Rows of weight 0 do not affect the fit.

        X_val : array-like of shape (n_validation_samples, n_features), default=None
            Validation data, which replace the rows held out of `X`.

        y_val : array-like of shape (n_validation_samples,) or \
                (n_validation_samples, n_columns), default=None
            Condition of each row of `X_val`; required if `y` and `X_val` are given. In
            a Pipeline or a search it is passed by metadata routing, after
            ``set_fit_request(X_val=True, y_val=True)``.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            Invalid parameters, data or conditions. Nothing has been trained.
        FloatingPointError
            Training diverged. The estimator is unchanged.

        Warns
        -----
        UserWarning
            There is no `y`.
        ConvergenceWarning
            A later epoch diverged; `early_stopping` has kept better weights.
        """
        if (y_val is None) != (y is None or X_val is None):
            given = {"y": y, "X_val": X_val, "y_val": y_val}
            there = [name for name, value in given.items() if value is not None]
            raise ValueError(
                f"Of y, X_val and y_val only {' and '.join(there)} were given: "
                "validation needs rows with their conditions, as training does. Give "
                "all three; or leave out both X_val and y_val, or both y and y_val."
            )
        _warn_without(y)
        continuing = self.warm_start and self.__sklearn_is_fitted__()
        how = {"y_val": y_val, "continuing": continuing}
        return self._fit(X, y, sample_weight, X_val, **how)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X: "MatrixLike",
        y: Any = None,
        *,
        classes: "ArrayLike | None" = None,
        sample_weight: "ArrayLike | None" = None,
    ) -> Self:
        """Train for one epoch on `X`, continuing from the present weights.

        The first call on an unfitted estimator initializes it from `X` and `y`: the
        classes, or mean and standard deviation of numbers; scaling; and PCA. There is
        no validation and no early stopping, and the learning rate is constant.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            A batch of training data of any size.

        y : array-like of shape (n_samples,) or (n_samples, n_columns), default=None
            Condition of each row, as in `fit`. Without `y` all are unknown.

        classes : array-like of shape (n_classes,), default=None
            All classes that `y` will have in this and later calls. Only the first call
            needs it, and only if its `y` lacks some; for one column of classes.

        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each row in the loss.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            `y` has classes that the first call had neither in `y` nor in `classes`.
        FloatingPointError
            Training diverged. The estimator is unchanged.
        """
        continuing = self.__sklearn_is_fitted__()
        if continuing and classes is not None:
            # As scikit-learn's classifiers do.
            if not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
                raise ValueError(
                    f"classes is {np.asarray(classes).tolist()}, but the first call "
                    f"has set it to {np.asarray(self.classes_).tolist()}: a network "
                    "has a fixed number of them. Leave it out, or fit a clone."
                )
        if not continuing:
            _warn_without(y)
        self._announced_classes = classes
        try:
            how = {"continuing": continuing, "one_epoch": True}
            return self._fit(X, y, sample_weight, None, **how)
        finally:
            del self._announced_classes

    def _read_fields(self, X, y=None, *, reset=False, weight=None):
        rows = self._read(X, reset=reset, weight=weight)
        weight = weight_of_rows(weight, rows)
        if reset:
            # Here, and not in `_fields`: rows of weight 0 are not to count.
            found = ConditionEncoder.fit(
                *(y, len(rows), self.condition_kinds, weight, self._announced_classes)
            )
            self._condition_encoder_, self.condition_kinds_ = found, [*found.kinds]
            self.classes_ = found.public_classes
        return {"data": rows, **self._fields(y, len(rows), weight=weight)}

    def _fields(self, y, n_rows, *, reset=False, weight=None):
        rows = Rows(
            self._condition_encoder_.transform(y, n_rows, weight), type(self).__name__
        )
        rows.called = "y"
        return {"condition": rows}

    def _training_fields(self, fields, val, weight, known):
        fields, val = super()._training_fields(fields, val, weight, known)
        share = float(self.condition_dropout)
        if share and self.condition_kinds_:
            hidden = HiddenConditions(
                fields["condition"],
                share,
                seed=draw_seed(self.random_state),
                n_before=getattr(self, "n_iter_", 0),
            )
            fields = fields | {"condition": hidden}
        return fields, val

    def _baseline(self, architecture, fields, summary, weight, rng):
        """PCA of what is not linear in the condition, and this linear part.

        For rows of unknown condition it is PCA of all rows.
        """
        start = super()._baseline
        if not architecture.starts_at_pca:
            return start(architecture, fields, summary, weight, rng)
        effects = linear_effects(fields, weight, summary.mean)
        told = fields
        if effects.any():
            rest = Residuals(fields["data"], fields["condition"], effects)
            told = {**fields, "data": rest}
            # The noise of the likelihood, and codes, are in units of what is left.
            least = _MIN_REST * summary.variance
            left = max(least, rest.summarize(weight).variance)
            summary = summary._replace(variance=left)
        baseline = start(architecture, told, summary, weight, rng)
        other = baseline
        if told is not fields:
            other = start(architecture, fields, summary, weight, rng)
        return baseline.with_weights(
            architecture.told_weights(baseline.weights, other.weights, effects, summary)
        )

    def _finish(self, fields, weight):
        super()._finish(fields, weight)
        some = sample_rows({"y": fields["condition"]}, weight, _ROWS_TO_KEEP)["y"]
        n_rows = len(fields["condition"])
        self._condition_encoder_ = self._condition_encoder_.with_rows(some, n_rows)

    @classmethod
    def _test_params(cls):
        # What is left of rows given their condition may be little: the noise of the
        # likelihood is, and steps without momentum or scaling must be small.
        return {**super()._test_params(), "learning_rate": 2e-4}


def _warn_without(y) -> None:
    if y is None:
        warnings.warn(
            "fit got no y: the condition of every row is unknown, and the model is an "
            "unconditional one. Give the conditions as y, or use the variational "
            "autoencoder without conditions.",
            stacklevel=level_of_user(),
        )
