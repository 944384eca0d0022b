"""Methods of variational autoencoders: likelihood and sampling."""

import warnings
from dataclasses import replace
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from scipy.special import logsumexp
from scipy.stats import qmc
from sklearn.utils.validation import check_is_fitted

from skae._callers import level_of_user
from skae._sklearn import Interval
from skae.data import aligned, by_block, map_fields, sample_rows
from skae.engine import draw_seed
from skae.estimator import MatrixLike, check_count

# Burda et al. (2016): a unit is active if its posterior mean has a larger variance.
_ACTIVE_VARIANCE = 0.01
# Rows on which the divergence per dimension is computed after a fit.
_ROWS_TO_INSPECT = 4096
# Decoded rows per call of the likelihood.
_DECODED_ROWS = 4096
# Below this total divergence, in nats, the codes carry no information.
_COLLAPSED_NATS = 0.01


class VariationalObjective:
    """Methods that need a distribution of codes.

    Mixin, to the left of `BaseAutoencoder`; the loss itself is the architecture's.
    Reads `init`, `beta` and `warm_up_epochs`.
    """

    _outside_graph: ClassVar[tuple[str, ...]] = ("beta", "warm_up_epochs")

    _parameter_constraints: ClassVar[dict] = {
        "beta": [Interval(Real, 0, None, closed="left")],
        "warm_up_epochs": [Interval(Integral, 0, None, closed="left")],
    }

    # Which rows have one reconstruction where codes say nothing.
    _alike_if_collapsed = "all rows"

    def _loss_weights(self, epoch):
        warmth = 1.0
        if self.warm_up_epochs:
            warmth = min(1.0, epoch / self.warm_up_epochs)
        return {"kl": warmth * float(self.beta)}

    def _baseline(self, *arguments):
        # The bound is best if weak components are shrunk or left out. A beta above 1
        # asks for this.
        must = getattr(self, "init", "random") == "pca" and self.beta <= 1
        return replace(super()._baseline(*arguments), must_reconstruct=must)

    def _finish(self, fields, weight):
        super()._finish(fields, weight)
        some = sample_rows(fields, weight, _ROWS_TO_INSPECT)
        mean, log_var = self._posterior(some)
        self.kl_per_dimension_ = _divergence(mean, log_var).mean(axis=0)
        self.active_units_ = np.var(mean, axis=0) > _ACTIVE_VARIANCE
        if self.kl_per_dimension_.sum() < _COLLAPSED_NATS and _vary(some["data"]):
            warnings.warn(
                "The posterior has collapsed onto the prior: the codes carry "
                f"{self.kl_per_dimension_.sum():.2g} nats about the rows, and "
                f"{self._alike_if_collapsed} have the same reconstruction. Lower beta, "
                "set warm_up_epochs or free_bits, train longer, or scale the data.",
                stacklevel=level_of_user(),
            )

    def _posterior(self, chunks):
        """Mean and log-variance of the posterior, in float64."""
        found = self._model.run("posterior", chunks).astype(np.float64)
        return np.split(found, 2, axis=1)

    def sample(self, n_samples: int = 1, *, random_state=None) -> np.ndarray:
        """Generate rows: decode codes drawn from the prior, a standard normal.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows to generate.

        random_state : int, RandomState instance or None, default=None
            Determines random number generation for the codes.

        Returns
        -------
        X : ndarray of shape (n_samples, ...), float32
            Means of the decoded distributions, in the layout of the data of `fit`.
        """
        check_is_fitted(self)
        check_count("n_samples", n_samples)
        rng = np.random.default_rng(draw_seed(random_state))
        codes = rng.normal(size=(n_samples, self._n_features_out))
        return self.inverse_transform(codes)

    @by_block
    def score_samples(self, X: "MatrixLike", *, n_draws: int = 16) -> np.ndarray:
        r"""Compute the evidence lower bound of each row, in nats.

        The larger, the more likely the row; the lower, the more abnormal.

        .. math:: E_{q(z|x)}[\log p(x|z)] - KL(q(z|x) \| p(z)) \le \log p(x)

        `beta` and `free_bits` are not used.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

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
        on that row alone.
        """
        return self._lower_bounds(X, None, n_draws)

    def _lower_bounds(self, X, y, n_draws) -> np.ndarray:
        """Evidence lower bound of each row."""
        check_is_fitted(self)
        draws = _normal_points(n_draws, self._n_features_out)
        fields = self._read_fields(X, y)
        scores = np.empty(len(fields["data"]), dtype=np.float32)

        def serve(chunks, where):
            mean, log_var = self._posterior(chunks)
            expected = np.zeros(len(mean))
            for epsilon in draws:
                z = mean + np.exp(log_var / 2) * epsilon
                expected += self._log_likelihood_given(chunks, z) / n_draws
            scores[where] = expected - _divergence(mean, log_var).sum(axis=1)

        map_fields(fields, serve)
        return scores

    def log_likelihood(
        self, X: "MatrixLike", n_importance_samples: int = 100, *, random_state=None
    ) -> np.ndarray:
        r"""Compute an importance-weighted bound on each row's log-likelihood, in nats.

        .. math:: \log \frac1k \sum_{i=1}^k \frac{p(x|z_i) p(z_i)}{q(z_i|x)},
                  \qquad z_i \sim q(z|x)

        The bound lies between the evidence lower bound and :math:`\log p(x)`, and
        approaches the latter with more samples [1]_. The time is proportional to the
        number of rows times the number of samples.

        Parameters
        ----------
        X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
            Data, in a layout that `fit` takes.

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
        return self._importance_weighted(X, None, n_importance_samples, random_state)

    def _importance_weighted(self, X, y, k, random_state) -> np.ndarray:
        """Importance-weighted bound of each row, of `k` samples."""
        check_is_fitted(self)
        check_count("n_importance_samples", k)
        seed = draw_seed(random_state)
        fields = self._read_fields(X, y)
        bounds = np.empty(len(fields["data"]))

        def serve(chunks, where):
            mean, log_var = self._posterior(chunks)
            for i in range(len(mean)):
                row = {name: values[i : i + 1] for name, values in chunks.items()}
                rng = np.random.default_rng([seed, where.start + i])
                epsilon = rng.standard_normal((k, mean.shape[1]))
                z = mean[i] + np.exp(log_var[i] / 2) * epsilon
                ratio = 0.5 * np.sum(epsilon**2 + log_var[i] - z**2, axis=1)
                ratio += self._log_likelihood_given(row, z)
                bounds[where.start + i] = logsumexp(ratio) - np.log(k)

        map_fields(fields, serve)
        return bounds

    def _log_likelihood_given(self, chunks, z):
        """Log p(x|z), for pairs of rows and codes, or for one row and many codes."""
        values = np.empty(len(z))
        for start in range(0, len(z), _DECODED_ROWS):
            part = slice(start, start + _DECODED_ROWS)
            some = {"codes": aligned(z[part])}
            for name, x in chunks.items():
                if len(x) == len(z):
                    x = x[part]
                else:
                    x = np.broadcast_to(x, (len(z[part]), *x.shape[1:]))
                some[name] = aligned(x, x.dtype)
            values[part] = -self._model.run("negative_log_likelihood", some)
        loss = self._model.architecture.reconstruction_loss()
        shift = loss.log_density_shift(self._model.weights)
        # From the units of the network to those of the data.
        size, exponent = chunks["data"][0].size, self._layout.exponent
        return values + (shift - size * exponent * np.log(2.0))

    @classmethod
    def _test_params(cls):
        return {**super()._test_params(), "beta": 0.1}


def _vary(x: np.ndarray) -> bool:
    return bool((x != x[0]).any())


def _divergence(mean: np.ndarray, log_var: np.ndarray) -> np.ndarray:
    """Kullback-Leibler divergence from the prior, per row and dimension, in nats."""
    return 0.5 * (np.exp(log_var) + mean**2 - 1.0 - log_var)


def _normal_points(n: int, dimension: int) -> np.ndarray:
    """Fixed quasi-random points of a standard normal distribution."""
    check_count("n_draws", n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # not a power of two
        points = qmc.MultivariateNormalQMC(np.zeros(dimension), seed=0).random(n)
    # Few points miss the tails. With exact moments, means of quadratics are exact.
    return (points - points.mean(axis=0)) / points.std(axis=0) if n > 1 else points
