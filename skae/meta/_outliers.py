"""Outliers: the rows that an autoencoder finds unlikely."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, OutlierMixin
from sklearn.utils.validation import check_is_fitted

from skae._sklearn import Interval, StrOptions, fit_context
from skae.autoencoders import VariationalAutoencoder
from skae.estimator._scoring import MatrixLike
from skae.meta._inner import AroundAutoencoder

# Of normally distributed scores 0.13 % are farther below the median.
_SIGMAS = 3.0
_MAD_TO_SIGMA = 1.4826


class AutoencoderOutlierDetector(
    AroundAutoencoder, MetaEstimatorMixin, OutlierMixin, BaseEstimator
):
    r"""Outlier detection by any autoencoder.

    Use it where outliers break the relations between features. The score of a row is
    the autoencoder's `score_samples`: minus its reconstruction error, or for
    variational models its evidence lower bound, which also knows how unusual the code
    is. The features should have comparable scales: put a
    :class:`~sklearn.preprocessing.StandardScaler` before it. An IsolationForest is a
    strong and quick rival on plain tables; compare.

    Training data may contain outliers. After a first fit the `trim` share of rows with
    the lowest scores is left out and a new model is fitted to the others,
    `n_trims` times: outliers do not shape the model that judges them.

    Parameters
    ----------
    autoencoder : estimator, default=None
        Any estimator of this library; a clone of it is fitted. None is
        ``VariationalAutoencoder(2, activation="tanh", epochs=15)``, the best of some
        30 settings on four tables (docs/benchmarks.md): compare on yours.

    contamination : "auto" or float in (0, 0.5], default="auto"
        Share of outliers among the training data, which `offset_` is set for. "auto"
        draws the line three robust standard deviations (the median absolute deviation
        times 1.4826) below the median of the training scores.

    trim : float in [0, 0.5], default=0.1
        Share of the training rows left out in the second and later fits. 0 for
        training data that are known to be clean.

    n_trims : int, default=2
        Number of these fits.

    random_state : int, RandomState instance or None, default=None
        Given to the autoencoder if this is not None.

    Attributes
    ----------
    autoencoder_ : estimator
        The last fitted autoencoder.

    offset_ : float
        Scores below it are outliers: ``decision_function = score_samples - offset_``.

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
    VariationalAutoencoder : The default inside.
    sklearn.ensemble.IsolationForest : A rival without scaling.

    References
    ----------
    .. [1] C. Zhou and R. C. Paffenroth, "Anomaly detection with robust deep
       autoencoders", KDD (2017), :doi:`10.1145/3097983.3098052`.

    Examples
    --------
    >>> import numpy as np
    >>> from skae import AutoencoderOutlierDetector
    >>> rng = np.random.default_rng(0)
    >>> t = rng.normal(size=(300, 1))
    >>> X = np.hstack([t, 2 * t, -t]) + 0.1 * rng.normal(size=(300, 3))
    >>> detector = AutoencoderOutlierDetector(random_state=0).fit(X)
    >>> detector.predict([[1.0, 2.0, -1.0], [3.0, -6.0, 3.0]])
    array([ 1, -1])
    """

    _parameter_constraints: ClassVar[dict] = {
        "autoencoder": "no_validation",
        "contamination": [
            StrOptions({"auto"}),
            Interval(Real, 0, 0.5, closed="right"),
        ],
        "trim": [Interval(Real, 0, 0.5, closed="both")],
        "n_trims": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        autoencoder: Any = None,
        *,
        contamination: float | str = "auto",
        trim: float = 0.1,
        n_trims: int = 2,
        random_state: int | np.random.RandomState | None = None,
    ):
        self.autoencoder = autoencoder
        self.contamination = contamination
        self.trim = trim
        self.n_trims = n_trims
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: MatrixLike, y: Any = None) -> Self:
        """Fit the autoencoder and set the line between inliers and outliers.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Training data, in a layout that the autoencoder takes.

        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        X = self._check_input(X, reset=True)
        model = self._unfitted(self.random_state).fit(X)
        scores = model.score_samples(X)
        for _ in range(self.n_trims if self.trim else 0):
            kept = scores >= np.quantile(scores, self.trim)
            model = self._unfitted(self.random_state)
            model.fit(X, sample_weight=kept.astype(np.float32))
            scores = model.score_samples(X)
        self.autoencoder_ = model
        self.offset_ = self._find_offset(scores.astype(np.float64))
        return self

    def _default(self):
        # What the figures of this detector were measured with.
        return VariationalAutoencoder(
            2,
            hidden_layer_sizes=(128, 64),
            activation="tanh",
            init="random",
            epochs=15,
        )

    def _find_offset(self, scores) -> float:
        if self.contamination != "auto":
            return float(np.percentile(scores, 100 * self.contamination))
        median = np.median(scores)
        deviation = np.median(np.abs(scores - median))
        return float(median - _SIGMAS * _MAD_TO_SIGMA * deviation)

    def score_samples(self, X: MatrixLike) -> np.ndarray:
        """Score each row by the autoencoder: greater is more usual.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        Returns
        -------
        scores : ndarray of shape (n_samples,), float64
            ``autoencoder_.score_samples(X)``.
        """
        check_is_fitted(self)
        scores = self.autoencoder_.score_samples(self._check_input(X, reset=False))
        # As scikit-learn has it; the line lies between two that may agree in float32.
        return scores.astype(np.float64)

    def decision_function(self, X: MatrixLike) -> np.ndarray:
        """Score each row relative to the line: negative for outliers.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        Returns
        -------
        scores : ndarray of shape (n_samples,), float64
            ``score_samples(X) - offset_``.
        """
        return self.score_samples(X) - self.offset_

    def predict(self, X: MatrixLike) -> np.ndarray:
        """Tell outliers from inliers.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        Returns
        -------
        labels : ndarray of shape (n_samples,), int
            -1 for outliers, 1 for inliers.
        """
        return np.where(self.decision_function(X) < 0, -1, 1)
