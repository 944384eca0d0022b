"""Outlier and novelty detection by an autoencoder."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, OutlierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skae._sklearn import Interval, StrOptions, fit_context, num_samples, safe_indexing
from skae.data import by_block
from skae.estimator import MatrixLike
from skae.families.dense import Autoencoder
from skae.fitting import auto_epochs, resolve_sizes
from skae.frames import framed_like
from skae.meta import AutoencoderMetaEstimator, generator, restores_on_error
from skae.outliers._features import OutlierFeatures, in_blocks, sliceable
from skae.outliers._scores import (
    AnomalyScorer,
    MahalanobisDistance,
    NoveltyScorer,
    OutlierScorer,
)

# Most rows that the scorers are fitted to.
_MAX_ROWS = 10000
_MAX_CODES = 64
_MIN_ROWS = 2
# Longer training reconstructs the outliers as well.
_MAX_EPOCHS = 50

# 0.13 % of normally distributed scores are farther below the median.
_SIGMAS = 3.0
_MAD_TO_SIGMA = 1.4826


def _takes_training_rows(detector) -> bool:
    if detector.novelty:
        raise AttributeError(
            "fit_predict is not available with novelty=True, which assumes training "
            "data without outliers: use fit, and predict on new data."
        )
    return True


class AutoencoderOutlierDetector(
    AutoencoderMetaEstimator, MetaEstimatorMixin, OutlierMixin, BaseEstimator
):
    r"""Outlier and novelty detection with any autoencoder.

    Use it where outliers break the relations between features. The anomaly score
    combines the code and the residuals of a row with its distance from its nearest
    neighbours. The features should have comparable scales: put a
    :class:`~sklearn.preprocessing.StandardScaler` before the detector.

    Parameters
    ----------
    autoencoder : estimator, default=None
        Any autoencoder of this library; a clone of it is fitted. None means
        `Autoencoder` with a quarter of the features as codes, at most 64, trained
        without `novelty` for 50 epochs (fewer with many rows), not stopped early.

    novelty : bool, default=False
        False detects outliers in the training data. With True these must contain none,
        and outliers are detected in new data.

    criterion : {"distance", "reconstruction"}, default="distance"
        "distance" is described in the Notes. "reconstruction" scores rows by
        ``autoencoder.score_samples``: minus the reconstruction error, for variational
        models the evidence lower bound.

    contamination : "auto" or float in (0, 0.5], default="auto"
        Proportion of outliers in the training data; with `novelty`, of inliers that
        may be classified as outliers. "auto" aims at 2 % of the inliers, and needs many
        training rows; the user guide has the method and the measured error rates.

    trim : float in [0, 0.5], default=0.1
        Share of the training rows that is left out, and that is used as neighbours.
        Ignored with `novelty`.

    n_trims : int, default=2
        Number of iterations of trimming. 0 leaves no rows out.

    random_state : int, RandomState instance or None, default=None
        Used for the scores, and passed to the autoencoder unless it is None.

    Attributes
    ----------
    autoencoder_ : estimator
        The fitted autoencoder.

    offset_ : float
        Threshold of the scores: ``decision_function = score_samples - offset_``.

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
    skae.plotting.OutlierDisplay : Plot of the residuals that `explain` returns.
    sklearn.ensemble.IsolationForest : Outlier detection that needs no scaling.
    sklearn.neighbors.LocalOutlierFactor : Based on neighbours, with `novelty` too.

    Notes
    -----
    An autoencoder may reconstruct an outlier well, but its code is then far from all
    others. So scores are computed from :math:`u = (z, x - \hat x)`, code and residuals.

    With ``novelty=False`` the score is minus the geometric mean of two distances, each
    divided by its typical value: about -1 for an inlier. The first is the mean distance
    from the nearest neighbours, a share `trim` of the rows: more than a group of
    similar outliers has. The second is the Mahalanobis distance of :math:`u`,
    :math:`d^2 = (u - m)^T C^{-1} (u - m) / \dim u`; mean :math:`m` and covariance
    :math:`C` are those of the share ``1 - trim`` of the rows with the smallest distance
    in the previous one of `n_trims` iterations [1]_. The same distance of the rows
    themselves selects those that the autoencoder is fitted to [2]_.

    With ``novelty=True`` the score is the mean of the logarithms of three tail
    probabilities: the shares of inliers that are farther from their two nearest
    neighbours, less likely under a Gaussian mixture of the rows, and less likely under
    one of :math:`u` [3]_. A row is not its own neighbour, so training rows may be
    scored; the mixtures are fitted to them and score them slightly higher than others.

    For sequences, and rows of more than 2048 values, :math:`u` has the root mean
    squared error in place of the residuals. If the data are not a table, it also takes
    the place of the rows.

    References
    ----------
    .. [1] P. J. Rousseeuw and K. Van Driessen, "A fast algorithm for the minimum
       covariance determinant estimator", Technometrics 41 (1999),
       :doi:`10.1080/00401706.1999.10485670`.
    .. [2] C. Zhou and R. C. Paffenroth, "Anomaly detection with robust deep
       autoencoders", KDD (2017), :doi:`10.1145/3097983.3098052`.
    .. [3] B. Zong et al., "Deep autoencoding Gaussian mixture model for unsupervised
       anomaly detection", ICLR (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from skae import AutoencoderOutlierDetector
    >>> rng = np.random.default_rng(0)
    >>> t = rng.normal(size=(300, 1))
    >>> X = np.hstack([t, 2 * t, -t]) + 0.1 * rng.normal(size=(300, 3))
    >>> detector = AutoencoderOutlierDetector(random_state=0).fit(X)
    >>> detector.predict([[1.0, 2.0, -1.0], [1.0, -2.0, 1.0]])
    array([ 1, -1])
    >>> detector.explain([[1.0, 2.0, 1.0]]).argmax()
    np.int64(2)
    """

    _parameter_constraints: ClassVar[dict] = {
        "autoencoder": "no_validation",
        "novelty": ["boolean"],
        "criterion": [StrOptions({"distance", "reconstruction"})],
        "contamination": [
            StrOptions({"auto"}),
            Interval(Real, 0, 0.5, closed="right"),
        ],
        "trim": [Interval(Real, 0, 0.5, closed="both")],
        "n_trims": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }
    # For files from before there was a `criterion`.
    _parameters_of_old_files: ClassVar[dict] = {"criterion": "reconstruction"}
    _features: OutlierFeatures | None = None
    _scorer: AnomalyScorer | None = None

    def __init__(
        self,
        autoencoder: Any = None,
        *,
        novelty: bool = False,
        criterion: str = "distance",
        contamination: float | str = "auto",
        trim: float = 0.1,
        n_trims: int = 2,
        random_state: int | np.random.RandomState | None = None,
    ):
        self.autoencoder = autoencoder
        self.novelty = novelty
        self.criterion = criterion
        self.contamination = contamination
        self.trim = trim
        self.n_trims = n_trims
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    @restores_on_error
    def fit(self, X: "MatrixLike", y: Any = None) -> Self:
        """Fit the autoencoder, the anomaly scores and their threshold.

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
        X = sliceable(self._check_input(X, reset=True))
        rng = generator(self.random_state)
        features = OutlierFeatures(self._inner(), X)
        n_rows = num_samples(X)
        if n_rows < _MIN_ROWS:
            raise ValueError(
                f"Got n_samples={n_rows}, but {_MIN_ROWS} at least are needed."
            )
        # Beside them the differences between all others are lost to rounding.
        far = self._far_rows(X)
        some = np.setdiff1d(np.arange(n_rows), far)
        if len(some) > _MAX_ROWS:
            some = np.sort(rng.permutation(some)[:_MAX_ROWS])
        sample = safe_indexing(X, some)
        if self.criterion == "distance":
            features.center(sample)
        model, kept = self._fit_to_inliers(X, sample, features, far)
        features.fit(model, safe_indexing(X, some[kept[some]]))
        scorer = None
        if self.criterion == "distance":
            scorer = (
                NoveltyScorer()
                if self.novelty
                else OutlierScorer(self.trim, self.n_trims)
            )
            scorer.fit(features.tables(model, sample), rng)
        self.autoencoder_, self._features, self._scorer = model, features, scorer
        self.offset_ = self._find_offset(X)
        return self

    def _fit_to_inliers(self, X, sample, features, far):
        """Autoencoder fitted to likely inliers, none of them `far`; and their mask."""
        inliers = np.ones(num_samples(X), dtype=bool)
        inliers[far] = False
        n_trims = 0 if self.novelty or not self.trim else self.n_trims
        if n_trims and self.criterion == "distance" and features.of_table:
            # The trimmed distance of the rows themselves tells the likely outliers.
            distance = MahalanobisDistance(features.rows(sample), self.trim, n_trims)
            found = in_blocks(lambda X: distance.of(features.rows(X)), X)
            kept = self._least_anomalous(-found) & inliers
            return self._fitted(X, kept), kept
        kept = inliers
        model = self._fitted(X, kept)
        if self.criterion == "distance":
            n_trims = min(1, n_trims)  # the Mahalanobis distance trims too
        for _ in range(n_trims):
            kept = self._least_anomalous(model.score_samples(X)) & inliers
            model = self._fitted(X, kept)
        return model, kept

    def _fitted(self, X, kept):
        weight = None if kept.all() else kept.astype(np.float32)
        model = self._unfitted(self.random_state)
        if self._is_frozen:
            return model
        if self.autoencoder is None and not self.novelty:
            _, n_steps, _ = resolve_sizes(model, num_samples(X))
            model.set_params(epochs=min(_MAX_EPOCHS, auto_epochs(n_steps)))
        return model.fit(X, sample_weight=weight)

    def _least_anomalous(self, scores):
        return scores >= np.quantile(scores, self.trim)

    def _default(self):
        n_codes = -(-getattr(self, "n_features_in_", 1) // 4)
        # With outliers it depends on the seed whether early stopping keeps PCA, which
        # has other scores. Clean held-out rows keep the threshold near its target.
        return Autoencoder(min(n_codes, _MAX_CODES), early_stopping=self.novelty)

    def _find_offset(self, X) -> float:
        scorer = self._scorer
        # Cross-fitted: the rows of the fit are scored as new ones.
        scores = -scorer.inlier_scores if self.novelty and scorer else self._scores(X)
        if self.contamination != "auto":
            return float(np.percentile(scores, 100 * self.contamination))
        if scorer:
            return -scorer.threshold(-scores)
        median = np.median(scores)
        deviation = np.median(np.abs(scores - median))
        return float(median - _SIGMAS * _MAD_TO_SIGMA * deviation)

    @by_block
    def score_samples(self, X: "MatrixLike") -> np.ndarray:
        """Anomaly score of each row: the lower, the more abnormal.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes; or a dask array.

        Returns
        -------
        scores : ndarray of shape (n_samples,), float64
            Minus the geometric mean of the distances; with ``novelty=True`` the mean
            logarithm of the tail probabilities; with ``criterion="reconstruction"``
            ``autoencoder_.score_samples(X)``.
        """
        check_is_fitted(self)
        return self._scores(sliceable(self._check_input(X, reset=False)))

    def _scores(self, X):
        model = self.autoencoder_
        if self._scorer is None:
            # The threshold lies between two scores that may agree in float32.
            return model.score_samples(X).astype(np.float64)

        def score(X):
            return self._scorer.score(self._features.tables(model, X))

        return -in_blocks(score, X)

    def decision_function(self, X: "MatrixLike") -> np.ndarray:
        """Score of each row minus the threshold: negative for outliers.

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

    def predict(self, X: "MatrixLike") -> np.ndarray:
        """Classify each row as an inlier or an outlier.

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

    def explain(self, X: "MatrixLike"):
        """Standardized residuals: which values make a row an outlier.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        Returns
        -------
        residuals : ndarray of the shape of `X`, float64; a data frame for a data frame
            Difference of each value and its reconstruction, divided by the root mean
            squared residual of that feature over the likely inliers of the training
            data. A value below -3 is far less than the rest of its row suggests, above
            3 far more. A list of sequences gives a list.
        """
        check_is_fitted(self)
        if self._features is None:
            raise AttributeError(
                "This detector was saved by an earlier version, which did not store "
                "the scale of the residuals: fit it again to use explain."
            )
        names = getattr(self, "feature_names_in_", None)
        checked = self._check_input(X, reset=False)
        found = self._features.standardized(self.autoencoder_, checked)
        return framed_like(X, found, names)

    @available_if(_takes_training_rows)
    def fit_predict(self, X: "MatrixLike", y: Any = None) -> np.ndarray:
        """Fit to `X` and classify its rows; not available with ``novelty=True``.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Training data, in a layout that the autoencoder takes.

        y : None
            Ignored.

        Returns
        -------
        labels : ndarray of shape (n_samples,), int
            -1 for outliers, 1 for inliers.
        """
        return self.fit(X).predict(X)
