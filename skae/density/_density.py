"""Density estimation in the latent space of an autoencoder."""

import copy
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, DensityMixin, MetaEstimatorMixin
from sklearn.utils.validation import check_is_fitted

from skae._sklearn import Interval, StrOptions, fit_context, num_samples
from skae.data import fit_mixture
from skae.estimator import MatrixLike, check_count
from skae.families.dense import Autoencoder
from skae.meta import AutoencoderMetaEstimator, codes_of, generator, restores_on_error

_MIN_ROWS = 2


class AutoencoderDensity(
    AutoencoderMetaEstimator, MetaEstimatorMixin, DensityMixin, BaseEstimator
):
    r"""Gaussian mixture in the latent space of any autoencoder.

    Use it to generate rows with an autoencoder that has no prior, or with a variational
    one whose codes do not follow their prior. A Gaussian mixture is fitted to the codes
    of the training rows once the autoencoder is trained (ex-post density estimation
    [1]_); new rows are decoded samples of it.

    Parameters
    ----------
    autoencoder : estimator, default=None
        Any autoencoder of this library; a clone of it is fitted.
        ``sklearn.frozen.FrozenEstimator(fitted)`` is not fitted again. None means
        ``Autoencoder(16)``, with fewer codes for fewer features.

    n_components : int, default=10
        Number of mixture components; at most half the number of rows is used.

    covariance_type : {"full", "tied", "diag", "spherical"}, default="full"
        Type of the covariances, see :class:`~sklearn.mixture.GaussianMixture`.

    reg_covar : float, default=1e-4
        Regularization added to the diagonal of the covariances, as a share of the mean
        variance of the codes.

    random_state : int, RandomState instance or None, default=None
        Determines the initialization of the mixture and the samples. Passed to the
        autoencoder unless it is None.

    Attributes
    ----------
    autoencoder_ : estimator
        The fitted autoencoder.

    mixture_ : GaussianMixture
        The mixture fitted to the codes.

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
    VariationalAutoencoder : Density of rows, and samples from a prior.
    sklearn.mixture.GaussianMixture : The same without an autoencoder.

    Notes
    -----
    The density of the codes :math:`z = f(x)` is

    .. math:: p(z) = \sum_k w_k \, \mathcal N(z; m_k, C_k)

    It is a density of **codes**: two rows with the same code have the same density,
    however badly one of them is reconstructed. For outlier detection use
    :class:`AutoencoderOutlierDetector`.

    Extreme rows, such as those with values a thousand times too large, would dominate
    the scale of the data. They are left out of the fit, with a warning.

    References
    ----------
    .. [1] P. Ghosh et al., "From variational to deterministic autoencoders", ICLR
       (2020), :doi:`10.48550/arXiv.1903.12436`.

    Examples
    --------
    >>> from skae import Autoencoder, AutoencoderDensity
    >>> from skae.datasets import load_digits
    >>> X = load_digits().X_train
    >>> inner = Autoencoder(8, epochs=5)
    >>> density = AutoencoderDensity(inner, random_state=0).fit(X)
    >>> density.sample(3).shape
    (3, 64)
    >>> bool(density.score(X) > density.score(1 - X))
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        "autoencoder": "no_validation",
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "covariance_type": [StrOptions({"full", "tied", "diag", "spherical"})],
        "reg_covar": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        autoencoder: Any = None,
        *,
        n_components: int = 10,
        covariance_type: str = "full",
        reg_covar: float = 1e-4,
        random_state: int | np.random.RandomState | None = None,
    ):
        self.autoencoder = autoencoder
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.reg_covar = reg_covar
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=False)
    @restores_on_error
    def fit(self, X: "MatrixLike", y: Any = None) -> Self:
        """Fit the autoencoder, and then the mixture to its codes.

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
        n_rows = num_samples(X)
        if n_rows < _MIN_ROWS:
            raise ValueError(
                f"Got n_samples={n_rows}, but a density needs {_MIN_ROWS} rows at "
                "least: one row has no spread."
            )
        weight = self._without(self._far_rows(X), X)
        autoencoder = self._pretrained(X, self.random_state, weight)
        codes = codes_of(autoencoder, X).astype(np.float64)
        if weight is not None:
            codes = codes[weight > 0]
        self.mixture_ = fit_mixture(
            codes,
            min(self.n_components, len(codes) // 2),
            reg_covar=self.reg_covar,
            random_state=generator(self.random_state),
            quiet=False,
            covariance_type=self.covariance_type,
        )
        self.autoencoder_ = autoencoder
        return self

    def _default(self):
        return Autoencoder(min(16, getattr(self, "n_features_in_", 16)))

    def score_samples(self, X: "MatrixLike") -> np.ndarray:
        """Log-density of the code of each row.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        Returns
        -------
        scores : ndarray of shape (n_samples,), float64
            Log-densities in nats, in the units of the codes: comparable between rows,
            but not between autoencoders.
        """
        check_is_fitted(self)
        codes = codes_of(self.autoencoder_, self._check_input(X, reset=False))
        return self.mixture_.score_samples(codes.astype(np.float64))

    def score(self, X: "MatrixLike", y: Any = None) -> float:
        """Mean log-density of the codes of `X`.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        y : None
            Ignored.

        Returns
        -------
        score : float
            Mean of `score_samples`. It can be used to choose `n_components` for one
            fitted autoencoder.
        """
        return float(np.mean(self.score_samples(X)))

    def sample(
        self,
        n_samples: int = 1,
        *,
        random_state: int | np.random.RandomState | None = None,
    ) -> np.ndarray:
        """Generate rows: decode samples of the mixture.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows to generate.

        random_state : int, RandomState instance or None, default=None
            Determines the samples; the `random_state` of the estimator by default.

        Returns
        -------
        X : ndarray of shape (n_samples, ...), float32
            Generated rows in the layout of the training data, in random order.
        """
        check_is_fitted(self)
        check_count("n_samples", n_samples)
        seed = self.random_state if random_state is None else random_state
        rng = generator(seed)
        mixture = copy.copy(self.mixture_).set_params(random_state=rng)
        codes, _ = mixture.sample(n_samples)  # sorted by component
        return self.autoencoder_.inverse_transform(rng.permutation(codes))
