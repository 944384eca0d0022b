"""Search over the number of codes with one fit per fold."""

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, MetaEstimatorMixin, TransformerMixin, clone
from sklearn.model_selection import check_cv
from sklearn.utils import get_tags, indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from skae._sklearn import Interval, StrOptions, fit_context, safe_indexing
from skae.engine import auto_encoding_dim, is_auto
from skae.estimator import MatrixLike
from skae.families.dense import Autoencoder
from skae.meta import restores_on_error
from skae.metrics import prefix_scores


def _has(name: str):
    """Check whether the best estimator, or the one to be fitted, has a method."""

    def check(search) -> bool:
        return hasattr(getattr(search, "best_estimator_", search.estimator), name)

    return check


class PrefixSearchCV(MetaEstimatorMixin, TransformerMixin, BaseEstimator):
    r"""Cross-validated search over `encoding_dim` with one fit per fold.

    Use it to choose the number of code dimensions. It needs a nested autoencoder; use
    :class:`~sklearn.model_selection.GridSearchCV`, which fits a model for each number,
    for others, for other parameters, and for other scorers, such as the accuracy of a
    classifier on the codes.

    Parameters
    ----------
    estimator : autoencoder
        Autoencoder with the parameters `encoding_dim` and `nested`, such as
        :class:`Autoencoder`; a clone of it is fitted.

    encoding_dims : iterable of int, default=None
        Values of `encoding_dim` to compare. None means all up to that of the estimator.

    criterion : "one_standard_error" or float, default="one_standard_error"
        Rule for the choice. "one_standard_error" chooses the smallest number whose mean
        score is within one standard error of the best. A float chooses, as in
        :class:`~sklearn.decomposition.PCA`, the smallest number that explains this
        share of the variance, or the best one if none does.

    cv : int, cross-validation generator or iterable, default=None
        Cross-validation splitting, as in
        :class:`~sklearn.model_selection.GridSearchCV`; None means 5 folds.

    n_jobs : int, default=None
        Number of folds to fit in parallel; None means 1.

    Attributes
    ----------
    best_encoding_dim_ : int
        The chosen number of codes.

    best_score_ : float
        Mean score of `best_encoding_dim_` over the folds.

    best_estimator_ : estimator
        The autoencoder with `best_encoding_dim_` codes and ``nested=False``, fitted on
        all rows.

    cv_results_ : dict of ndarray
        "encoding_dim", "mean_test_score", "std_test_score", "split0_test_score" and so
        on, with an entry per number of codes.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, when `X` has names that are all strings.

    Raises
    ------
    ValueError
        From `fit`, for parameters and data that cannot be used.

    See Also
    --------
    skae.metrics.prefix_scores : Scores of the prefixes of one fit.

    Notes
    -----
    In each fold a nested autoencoder [1]_ with the largest number of codes is fitted.
    The score of its first :math:`m` codes estimates that of a fit with :math:`m` codes.
    Then the autoencoder is fitted on all rows with the chosen number.

    References
    ----------
    .. [1] O. Rippel, M. Gelbart and R. Adams, "Learning ordered representations with
       nested dropout", ICML (2014), :doi:`10.48550/arXiv.1402.0915`.

    Examples
    --------
    >>> from skae import Autoencoder, PrefixSearchCV
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> search = PrefixSearchCV(Autoencoder(16, epochs=30, random_state=0), cv=3,
    ...                         criterion=0.7)
    >>> search = search.fit(digits.X_train)
    >>> search.cv_results_["mean_test_score"].shape
    (16,)
    >>> search.transform(digits.X_test).shape[1] == search.best_encoding_dim_
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [BaseEstimator],
        "encoding_dims": ["array-like", None],
        "criterion": [
            StrOptions({"one_standard_error"}),
            Interval(Real, 0, 1, closed="neither"),
        ],
        "cv": ["cv_object"],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        estimator: Any,
        encoding_dims: Iterable[int] | None = None,
        *,
        criterion: str | float = "one_standard_error",
        cv=None,
        n_jobs: int | None = None,
    ):
        self.estimator = estimator
        self.encoding_dims = encoding_dims
        self.criterion = criterion
        self.cv = cv
        self.n_jobs = n_jobs

    @fit_context(prefer_skip_nested_validation=False)
    @restores_on_error
    def fit(self, X: "MatrixLike", y: "ArrayLike | None" = None) -> Self:
        """Choose the number of codes and fit the autoencoder with it.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Training data.

        y : array-like of shape (n_samples,), default=None
            Passed to the splitter; not used otherwise.

        Returns
        -------
        self : object
            The fitted search.
        """
        estimator = clone(self.estimator)
        sizes = self._sizes(estimator, X)
        estimator.set_params(nested=True, encoding_dim=int(sizes.max()))
        X, y = indexable(X if hasattr(X, "shape") else np.asarray(X), y)
        splits = list(check_cv(self.cv, y).split(X, y))
        scores = np.array(
            Parallel(n_jobs=self.n_jobs)(
                delayed(_scores)(estimator, X, *split) for split in splits
            )
        )[:, sizes - 1]
        means = scores.mean(axis=0)
        error = scores.std(axis=0, ddof=1) / np.sqrt(len(scores))
        best = int(means.argmax())
        least = self.criterion
        if least == "one_standard_error":
            least = means[best] - error[best]
        enough = np.flatnonzero(means >= least)
        chosen = min(enough, key=lambda i: sizes[i]) if len(enough) else best
        self.best_encoding_dim_ = int(sizes[chosen])
        self.best_score_ = float(means[chosen])
        self.cv_results_ = {
            "encoding_dim": sizes,
            "mean_test_score": means,
            "std_test_score": scores.std(axis=0),
            **{f"split{i}_test_score": row for i, row in enumerate(scores)},
        }
        best = clone(estimator).set_params(
            nested=False, encoding_dim=self.best_encoding_dim_
        )
        self.best_estimator_ = best.fit(X)
        self.n_features_in_ = best.n_features_in_
        if hasattr(best, "feature_names_in_"):
            self.feature_names_in_ = best.feature_names_in_
        return self

    def _sizes(self, estimator, X) -> np.ndarray:
        missing = {"nested", "encoding_dim"} - estimator.get_params().keys()
        if missing:
            raise ValueError(
                f"{type(estimator).__name__} has no parameter {sorted(missing)}: a "
                "search by prefixes needs a nested autoencoder, such as Autoencoder. "
                "For others use GridSearchCV."
            )
        if self.encoding_dims is None:
            most = estimator.encoding_dim
            if is_auto(most):
                most = auto_encoding_dim(math.prod(np.shape(X)[1:]))
            return np.arange(1, most + 1)
        sizes = np.unique(np.asarray(list(self.encoding_dims)))
        if len(sizes) == 0 or sizes.dtype.kind not in "iu" or sizes.min() < 1:
            raise ValueError(
                "encoding_dims must be one or more positive integers; got "
                f"{self.encoding_dims!r}."
            )
        return sizes

    @available_if(_has("transform"))
    def transform(self, X: "MatrixLike") -> np.ndarray:
        """Encode `X` with `best_estimator_`.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data.

        Returns
        -------
        codes : ndarray of shape (n_samples, n_codes)
            Codes.
        """
        check_is_fitted(self)
        return self.best_estimator_.transform(X)

    @available_if(_has("inverse_transform"))
    def inverse_transform(self, X: "ArrayLike") -> np.ndarray:
        """Decode codes with `best_estimator_`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_codes)
            Codes.

        Returns
        -------
        X_original : ndarray of shape (n_samples, n_features)
            Data.
        """
        check_is_fitted(self)
        return self.best_estimator_.inverse_transform(X)

    def score(self, X: "MatrixLike", y: "ArrayLike | None" = None) -> float:
        """Fraction of the variance of `X` that `best_estimator_` explains.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data.

        y : None
            Ignored.

        Returns
        -------
        score : float
            At most 1.
        """
        check_is_fitted(self)
        return self.best_estimator_.score(X)

    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """Names of the codes.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        names : ndarray of str
        """
        check_is_fitted(self)
        return self.best_estimator_.get_feature_names_out(input_features)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags, tags.transformer_tags = (
            inner.input_tags,
            inner.transformer_tags,
        )
        return tags

    @classmethod
    def _test_params(cls) -> dict[str, Any]:
        """Small settings for the common tests."""
        settings = {"hidden_layer_sizes": (4,), "batch_size": 16, "random_state": 0}
        return {"estimator": Autoencoder(2, epochs=3, **settings), "cv": 2}


def _scores(estimator, X, train, test) -> np.ndarray:
    """Scores of all prefixes on the rows `test`."""
    fitted = clone(estimator).fit(safe_indexing(X, train))
    return prefix_scores(fitted, safe_indexing(X, test))
