"""Methods of conditional models: what they do with the condition of each row."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skae.data import by_block
from skae.engine import draw_seed
from skae.estimator import MatrixLike, check_count


class ConditionalMethods:
    """Methods with a `y`: one condition per row, one for all, or None for unknown ones.

    Mixin, to the left of `VariationalObjective`.
    """

    @by_block
    def transform(self, X: "MatrixLike", y: Any = None) -> np.ndarray:
        """Encode: map `X` to its codes, the means of the posterior.

        A Pipeline gives no `y`: the codes are then those of rows of unknown condition,
        which have what the condition says in them. So are those of `fit_transform`,
        which equals ``fit(X, y).transform(X)``. Codes with `y` have what is left.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` accepts; or a dask array, which gives a dask
            array, encoded block by block.

        y : object or array-like of shape (n_samples, ...), default=None
            Condition of each row, or one for all; None if unknown.

        Returns
        -------
        codes : ndarray of shape (n_samples, encoding_dim), float32
            Codes.

        Raises
        ------
        ValueError
            `X` is invalid, or `y` has classes that `fit` did not see, numbers that are
            not finite, or another number of rows than `X`.
        """
        return self._apply("encoder", X, y)

    def inverse_transform(self, X: "ArrayLike", y: Any = None) -> np.ndarray:
        """Decode: map codes to data of the condition `y`.

        ``inverse_transform(transform(X, y), other)`` are rows in the style of `X`, but
        of another condition. Codes of rows of unknown condition (`transform` without
        `y`) are to be decoded without `y`.

        Parameters
        ----------
        X : array-like of shape (n_samples, encoding_dim)
            Codes.

        y : object or array-like of shape (n_samples, ...), default=None
            Condition of each row, or one for all; None if unknown.

        Returns
        -------
        X_original : ndarray of shape (n_samples, n_features), float32 or float64
            Data in the units and the layout of the data of `fit`; float64 if these are
            far from zero. A data frame of codes (pandas, polars) gives a data frame.
        """
        return self._decode(X, y)

    @by_block
    def reconstruct(self, X: "MatrixLike", y: Any = None) -> np.ndarray:
        """Encode and decode `X`, with the same condition.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes; or a dask array.

        y : object or array-like of shape (n_samples, ...), default=None
            Condition of each row, or one for all; None if unknown.

        Returns
        -------
        X_reconstructed : ndarray of shape (n_samples, n_features), float32 or float64
            Reconstructions, in the units and the layout of `X`; float64 if the training
            data are far from zero.
        """
        return self._reconstruct(X, y)

    @by_block
    def reconstruction_error(self, X: "MatrixLike", y: Any = None) -> np.ndarray:
        """Compute the reconstruction error of each row, given its condition.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes; or a dask array.

        y : object or array-like of shape (n_samples, ...), default=None
            Condition of each row, or one for all; None if unknown.

        Returns
        -------
        errors : ndarray of shape (n_samples,), float32
            Mean over the features of the squared error, in squared units of `X`
            (``likelihood="gaussian"``), or of the cross-entropy in nats
            (``likelihood="bernoulli"``). float64 if squared errors are out of the range
            of float32.
        """
        return self._reconstruction_error(X, y)

    @by_block
    def score_samples(
        self, X: "MatrixLike", y: Any = None, *, n_draws: int = 16
    ) -> np.ndarray:
        r"""Compute the evidence lower bound of each row given its condition, in nats.

        The larger, the more likely the row among those of its condition.

        .. math:: E_{q(z|x,y)}[\log p(x|z,y)] - KL(q(z|x,y) \| p(z)) \le \log p(x|y)

        `beta` and `free_bits` are not used. Without `y` it is a bound of
        :math:`\log p(x)`.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        y : object or array-like of shape (n_samples, ...), default=None
            Condition of each row, or one for all; None if unknown.

        n_draws : int, default=16
            Number of points per row, with mean 0 and variance 1; a power of two is
            best.

        Returns
        -------
        scores : ndarray of shape (n_samples,), float32
            Evidence lower bounds, in nats.

        Notes
        -----
        The divergence is exact; the expectation is an average over `n_draws` fixed
        quasi-random points, the same for each row, so that the score of a row depends
        on that row and its condition alone.
        """
        return self._lower_bounds(X, y, n_draws)

    def log_likelihood(
        self,
        X: "MatrixLike",
        y: Any = None,
        *,
        n_importance_samples: int = 100,
        random_state=None,
    ) -> np.ndarray:
        r"""Compute an importance-weighted bound on :math:`\log p(x|y)`, in nats.

        .. math:: \log \frac1k \sum_{i=1}^k
                  \frac{p(x|z_i,y) p(z_i)}{q(z_i|x,y)}, \qquad z_i \sim q(z|x,y)

        The bound lies between that of `score_samples` and :math:`\log p(x|y)`, and
        approaches the latter with more samples [1]_. The time is proportional to the
        number of rows times the number of samples.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        y : object or array-like of shape (n_samples, ...), default=None
            Condition of each row, or one for all; None if unknown.

        n_importance_samples : int, default=100
            Number :math:`k` of samples per row.

        random_state : int, RandomState instance or None, default=None
            Determines random number generation for the samples.

        Returns
        -------
        log_likelihoods : ndarray of shape (n_samples,), float64
            Lower bounds of the log-likelihoods, in nats.

        References
        ----------
        .. [1] Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted
           autoencoders", ICLR (2016), :doi:`10.48550/arXiv.1509.00519`.
        """
        return self._importance_weighted(X, y, n_importance_samples, random_state)

    def score(
        self,
        X: "MatrixLike",
        y: Any = None,
        sample_weight: "ArrayLike | None" = None,
    ) -> float:
        r"""Return the fraction of the variance of `X` that reconstructions explain.

        .. math:: 1 - \frac{\sum_{ij} (x_{ij} - \hat x_{ij})^2}
                           {\sum_{ij} (x_{ij} - \bar x_j)^2}

        with :math:`\bar x` the mean of `X` itself, not that of each condition.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

        y : object or array-like of shape (n_samples, ...), default=None
            Condition of each row, or one for all; None if unknown.

        sample_weight : array-like of shape (n_samples,), default=None
            Nonnegative weight of each row, in both sums and in the mean.

        Returns
        -------
        score : float
            At most 1. For data without variance it is 1 if the reconstruction is
            perfect, and 0 otherwise.
        """
        return super().score(X, y, sample_weight)

    def sample(
        self, n_samples: int = 1, *, y: Any = None, random_state=None
    ) -> np.ndarray:
        """Generate rows: decode codes drawn from the prior, a standard normal.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows to generate.

        y : object or array-like of shape (n_samples, ...), default=None
            Condition of each row, or one for all. None draws conditions with their
            shares in `fit`.

        random_state : int, RandomState instance or None, default=None
            Determines random number generation for the codes, and for conditions.

        Returns
        -------
        X : ndarray of shape (n_samples, ...), float32
            Means of the decoded distributions, in the layout of the data of `fit`.
        """
        check_is_fitted(self)
        check_count("n_samples", n_samples)
        rng = np.random.default_rng(draw_seed(random_state))
        codes = rng.normal(size=(n_samples, self._n_features_out))
        if y is None:
            y = self._condition_encoder_.draw(n_samples, rng)
        return self._decode(codes, y)
