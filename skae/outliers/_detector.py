"""Outliers: the rows that an autoencoder finds unlikely."""

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

# Rows that others are compared with.
_MAX_ROWS = 10000
_MAX_CODES = 64
_MIN_ROWS = 2
# Longer training reconstructs the odd rows as well.
_MAX_EPOCHS = 50

# Of normally distributed scores 0.13 % are farther below the median.
_SIGMAS = 3.0
_MAD_TO_SIGMA = 1.4826


def _takes_training_rows(detector) -> bool:
    if detector.novelty:
        raise AttributeError(
            "fit_predict is not there with novelty=True, for which the training rows "
            "are clean: use fit, and predict of other rows."
        )
    return True


class AutoencoderOutlierDetector(
    AutoencoderMetaEstimator, MetaEstimatorMixin, OutlierMixin, BaseEstimator
):
    r"""Outlier and novelty detection by any autoencoder.

    Use it where outliers break the relations between features. A row is judged by its
    code and its residuals together: an autoencoder that reconstructs well may
    reconstruct an outlier well, but its code lies where no other does. The features
    should have comparable scales: put a
    :class:`~sklearn.preprocessing.StandardScaler` before it.

    **Training data may contain outliers** (``novelty=False``). A row's score is minus
    the geometric mean of two distances, each divided by what is usual, and thus about
    -1 for usual rows:

    - the mean distance from its nearest neighbours, a share of `trim` of all rows: more
      than a few outliers that are alike;
    - the Mahalanobis distance of :math:`u = (z, x - \hat x)`, of its code and
      residuals: :math:`d^2 = (u - m)^T C^{-1} (u - m) / \dim u`. Mean :math:`m` and
      covariance :math:`C` are those of the share of ``1 - trim`` of the rows that were
      closest the time before, `n_trims` times [2]_.

    The autoencoder is fitted to rows that the same trimmed distance between rows as
    they are, without any network, finds usual. Outliers do not shape the model that
    judges them [1]_.

    **Training data are known to be clean** (``novelty=True``). The score is the mean of
    the logarithms of three shares of usual rows: of those that are farther from their
    two nearest neighbours, less likely by a Gaussian mixture of rows, and less likely
    by a mixture of codes and residuals [3]_. No row is its own neighbour, so that
    training rows may be scored too; the mixtures know them a little better than others.

    Sequences, and rows of more than 2048 values, have the root of their mean error
    instead of a residual for each value; what is no table has neither neighbours nor a
    mixture of rows, but of codes and residuals.

    Parameters
    ----------
    autoencoder : estimator, default=None
        Any estimator of this library; a clone of it is fitted. None is
        `Autoencoder` with a code of a quarter of the features, 64 at most; without
        `novelty` it is trained for 50 epochs (fewer if rows are many) and does not stop
        early.

    novelty : bool, default=False
        Whether the training rows are clean, and outliers are looked for among others.

    criterion : {"distance", "reconstruction"}, default="distance"
        "reconstruction" scores rows by ``autoencoder.score_samples``: minus the
        reconstruction error, for variational models the evidence lower bound.

    contamination : "auto" or float in (0, 0.5], default="auto"
        Share of outliers among the training data; with `novelty` the share of usual
        rows that may be taken for outliers. "auto" takes some two usual rows in a
        hundred for outliers, if the training rows are many and usual: see the guide for
        where it draws the line, and for how often it was wrong.

    trim : float in [0, 0.5], default=0.1
        Share of the training rows left out. Unused with `novelty`.

    n_trims : int, default=2
        How many times. 0 leaves no rows out.

    random_state : int, RandomState instance or None, default=None
        For the mixtures, and given to the autoencoder if this is not None.

    Attributes
    ----------
    autoencoder_ : estimator
        The fitted autoencoder.

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
    skae.plotting.OutlierDisplay : Draws what `explain` tells.
    sklearn.ensemble.IsolationForest : A rival without scaling.
    sklearn.neighbors.LocalOutlierFactor : A rival, with the same `novelty`.

    References
    ----------
    .. [1] C. Zhou and R. C. Paffenroth, "Anomaly detection with robust deep
       autoencoders", KDD (2017), :doi:`10.1145/3097983.3098052`.
    .. [2] P. J. Rousseeuw and K. Van Driessen, "A fast algorithm for the minimum
       covariance determinant estimator", Technometrics 41 (1999),
       :doi:`10.1080/00401706.1999.10485670`.
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
    # Of files that were written before there was a choice.
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
        X = sliceable(self._check_input(X, reset=True))
        rng = generator(self.random_state)
        features = OutlierFeatures(self._unfitted(None), X)
        n_rows = num_samples(X)
        if n_rows < _MIN_ROWS:
            raise ValueError(
                f"Got n_samples={n_rows}, but {_MIN_ROWS} at least are needed."
            )
        # Beside them all others are alike.
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
        """The autoencoder, fitted to rows that seem usual, none `far`; and to which."""
        inliers = np.ones(num_samples(X), dtype=bool)
        inliers[far] = False
        n_trims = 0 if self.novelty or not self.trim else self.n_trims
        if n_trims and self.criterion == "distance" and features.of_table:
            # Distances between rows as they are tell which of them to leave out.
            distance = MahalanobisDistance(features.rows(sample), self.trim, n_trims)
            found = in_blocks(lambda X: distance.of(features.rows(X)), X)
            kept = self._least_anomalous(-found) & inliers
            return self._fitted(X, kept), kept
        kept = inliers
        model = self._fitted(X, kept)
        if self.criterion == "distance":
            n_trims = min(1, n_trims)  # the distance has its own
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
        # Among outliers it is a matter of luck whether early stopping keeps PCA, which
        # has other scores. Clean rows held out keep the line where it is meant to be.
        return Autoencoder(min(n_codes, _MAX_CODES), early_stopping=self.novelty)

    def _find_offset(self, X) -> float:
        scorer = self._scorer
        # Clean rows were measured as if they were new.
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
        """Score each row: greater is more usual.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes; or a dask array.

        Returns
        -------
        scores : ndarray of shape (n_samples,), float64
            Minus the mean distance; with ``novelty=True`` the mean logarithm of the
            share of usual rows that are odder; with ``criterion="reconstruction"``
            ``autoencoder_.score_samples(X)``.
        """
        check_is_fitted(self)
        return self._scores(sliceable(self._check_input(X, reset=False)))

    def _scores(self, X):
        model = self.autoencoder_
        if self._scorer is None:
            # The line lies between two scores that may agree in float32.
            return model.score_samples(X).astype(np.float64)

        def score(X):
            return self._scorer.score(self._features.tables(model, X))

        return -in_blocks(score, X)

    def decision_function(self, X: "MatrixLike") -> np.ndarray:
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

    def predict(self, X: "MatrixLike") -> np.ndarray:
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

    def explain(self, X: "MatrixLike"):
        """Tell which values make a row odd: the residuals in their usual deviations.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        Returns
        -------
        residuals : ndarray of the shape of `X`, float64; a data frame for a data frame
            What the autoencoder leaves of each value, divided by the root of the mean
            square of what it leaves of that feature in the training rows that seemed
            usual. Below -3 a value is far less than the others of its row would have
            it, above 3 far more. A list of sequences gives a list.
        """
        check_is_fitted(self)
        if self._features is None:
            raise AttributeError(
                "This detector was saved by an earlier version, which kept no usual "
                "residuals: explain needs it to be fitted again."
            )
        names = getattr(self, "feature_names_in_", None)
        checked = self._check_input(X, reset=False)
        found = self._features.standardized(self.autoencoder_, checked)
        return framed_like(X, found, names)

    @available_if(_takes_training_rows)
    def fit_predict(self, X: "MatrixLike", y: Any = None) -> np.ndarray:
        """Fit to `X` and tell its outliers from its inliers.

        Not with ``novelty=True``, where `X` has none by assumption.

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
