"""Synthetic rows: codes from a mixture, values from their distributions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.utils.validation import check_is_fitted

from skae.data import Rows, aligned, fit_mixture, sample_rows
from skae.engine import draw_seed
from skae.estimator import check_count
from skae.families.tables._conditions import Conditions
from skae.families.tables._matched_moments import MatchedMoments
from skae.tables import NumberColumn, draw_places

# Codes that the mixture is fitted to, and codes per component.
_MAX_CODES = 20000
_CODES_PER_COMPONENT, _MAX_COMPONENTS = 200, 100
_EM_STEPS = 50
_RIDGE = 1e-4
# Candidate codes per row under conditions, their minimum number, and attempts.
_CHOICE, _MIN_CHOICE, _TRIES = 10, 10000, 20
# Iterations of drawing codes and missing values.
_GIBBS_STEPS = 6
# Decoded codes whose numbers are matched to the moments of the data.
_MATCHED_CODES = 10000
# Codes whose importance weights are computed at a time.
_WEIGHED_CODES = 20000


class TableSamples:
    """`sample` for variational autoencoders of tables.

    Mixin, to the left of `VariationalObjective`.
    """

    def _baseline(self, *arguments):
        # For synthetic rows the evidence lower bound is the criterion.
        return replace(super()._baseline(*arguments), must_reconstruct=False)

    def _finish(self, fields, weight):
        super()._finish(fields, weight)
        # The codes deviate from the prior, which would affect all synthetic rows.
        some = sample_rows(fields, weight, _MAX_CODES)
        rng = np.random.default_rng(draw_seed(self.random_state))
        observed = some["data"]
        missing = self._layout.missing_of(observed)
        some["data"] = self._completed(observed, rng)
        mean, log_var = self._posterior(some)
        if len(mean) == 1:  # two codes of one row: a mixture needs two
            mean, log_var = (np.repeat(part, 2, axis=0) for part in (mean, log_var))
        codes = mean + np.exp(log_var / 2) * rng.standard_normal(mean.shape)
        self.mixture_ = fit_mixture(
            codes,
            min(len(codes) // _CODES_PER_COMPONENT, _MAX_COMPONENTS),
            reg_covar=_RIDGE,
            random_state=int(rng.integers(2**31)),
            max_iter=_EM_STEPS,
        )
        moments = self._match(observed, rng)
        self._sample_matrix, self._sample_shift, self._sample_deviations = moments
        # Patterns of missing values, with their component of the mixture, if any.
        self._gap_patterns, self._gap_owners = missing[:0], np.empty(0, int)
        if missing.any():
            self._gap_patterns = missing
            self._gap_owners = self.mixture_.predict(codes)[: len(missing)]

    def _match(self, x: np.ndarray, rng) -> MatchedMoments:
        """Map of decoded numbers to the moments of the rows."""
        m = self._layout.n_numbers
        decoded = self._outputs(self._codes(_MATCHED_CODES, rng))[:, :m]
        decoded = decoded.astype(np.float64)
        deviations = self._number_deviations()
        return MatchedMoments.fit(x[:, :m], decoded, deviations, self._values, rng)

    def _values(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers in the units of the data; parts of dates are not changed."""
        found = np.array(numbers, dtype=np.float64)
        layout = self._layout
        for column, places in zip(layout.columns, layout.output_places(), strict=True):
            if isinstance(column, NumberColumn):
                found[:, places] = column.numbers(found[:, places])[:, None]
        return found

    def _matched_moments(self) -> MatchedMoments:
        """Map that `fit` found; the identity in models from old files."""
        if not hasattr(self, "_sample_matrix"):
            m = self._layout.n_numbers
            return MatchedMoments(np.eye(m), np.zeros(m), self._number_deviations())
        return MatchedMoments(
            self._sample_matrix, self._sample_shift, self._sample_deviations
        )

    def _completed(self, x: np.ndarray, rng, n_steps: int = _GIBBS_STEPS) -> np.ndarray:
        """Scaled rows with their missing values drawn given the observed values.

        Alternately, a code is drawn given the row, and the missing values given the
        code [1]_. With mean imputation, the codes would be too close to each other.

        References
        ----------
        .. [1] D. J. Rezende, S. Mohamed and D. Wierstra, "Stochastic backpropagation
           and approximate inference in deep generative models", ICML (2014).
        """
        rows = np.flatnonzero(np.isnan(x).any(axis=1))
        found = aligned(x)
        if not len(rows):
            return found
        part = x[rows]
        gone = np.isnan(part)
        wanted = Conditions(self._layout, {}, self._number_deviations())
        for _ in range(n_steps):
            mean, log_var = self._posterior({"data": aligned(part)})
            codes = mean + np.exp(log_var / 2) * rng.standard_normal(mean.shape)
            drawn = wanted.draw(self._outputs(codes.astype(np.float32)), rng)
            part = np.where(gone, self._layout.coded(drawn), part)
        found[rows] = part
        return found

    def sample(
        self,
        n_samples: int = 1,
        *,
        conditions: Mapping[Any, Any] | None = None,
        missing: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> Any:
        """Generate synthetic rows.

        Codes are drawn from `mixture_`. Given the code, levels are drawn by their
        probabilities, and numbers with the learned noise. Synthetic rows disclose
        information about the training rows, about some more than about others: measure
        this before you publish them.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows.

        conditions : dict, default=None
            Conditions on the values of some columns, by name: a level, a list of
            levels, or for numbers, durations and dates a tuple ``(least, greatest)``,
            both included, with None for an open end. Codes are drawn by the probability
            that they meet the conditions, so that the other columns are distributed
            accordingly.

        missing : bool, default=False
            Whether to generate missing values. They have the patterns of the training
            rows with similar codes. By default no value is missing.

        random_state : int, RandomState instance or None, default=None
            Determines random number generation for the rows.

        Returns
        -------
        X : same type as the data of `fit`
            Table with the columns and data types of `fit`.

        Raises
        ------
        ValueError
            If conditions name an unknown column or level, if no value meets them, or if
            they are almost impossible.
        """
        check_is_fitted(self)
        check_count("n_samples", n_samples)
        rng = np.random.default_rng(draw_seed(random_state))
        moments = self._matched_moments()
        wanted = Conditions(self._layout, conditions or {}, moments.deviations)
        if wanted:
            codes, outputs = self._chosen(wanted, moments, n_samples, rng)
        else:
            codes = self._codes(n_samples, rng)
            outputs = moments.apply(self._outputs(codes))
        drawn = wanted.draw(outputs, rng)
        patterns = self._drawn_missing(codes, rng) if missing else None
        if patterns is not None:
            patterns[:, wanted.columns] = False
        return self._layout.restore(drawn, missing=patterns, limits=wanted.limits)

    def _drawn_missing(self, codes: np.ndarray, rng) -> np.ndarray | None:
        """Patterns of missing values, from training rows of the codes' components."""
        patterns = getattr(self, "_gap_patterns", None)
        if patterns is None:
            raise ValueError(
                "The file of this model is of an earlier version, which did not keep "
                "where values were missing: fit it again for missing=True."
            )
        if not len(patterns):
            return None
        component = self.mixture_.predict(codes)
        which = rng.integers(len(patterns), size=len(codes))
        for one in np.unique(component):
            own = np.flatnonzero(self._gap_owners == one)
            rows = np.flatnonzero(component == one)
            if len(own):
                which[rows] = rng.choice(own, size=len(rows))
        return patterns[which].copy()

    def _drawn_given(self, x: np.ndarray, rng, n_codes: int = 50) -> np.ndarray:
        r"""Outputs drawn for scaled rows, given the observed values of each.

        One of `n_codes` codes from the posterior is drawn by its importance weight
        [1]_,

        .. math:: w \propto \frac{p(x_{obs} | z) \, p(z)}{q(z | x_{obs})},

        with :math:`x_{obs}` the observed values and the mixture as :math:`p(z)`. Then
        values are drawn given that code.

        References
        ----------
        .. [1] P.-A. Mattei and J. Frellsen, "MIWAE", ICML (2019).
        """
        wanted = Conditions(self._layout, {}, self._number_deviations())
        found = np.empty((len(x), self._layout.n_outputs))
        size = max(1, _WEIGHED_CODES // n_codes)
        for start in range(0, len(x), size):
            rows = aligned(x[start : start + size])
            # With mean imputation, codes are too close to each other; with one drawn
            # imputation, they depend on that draw. Half of them are drawn from each.
            completed = self._completed(rows, rng)
            proposals = [self._posterior({"data": x}) for x in (rows, completed)]
            size_of_half = (len(rows), n_codes // 2, proposals[0][0].shape[1])
            z = np.concatenate(
                [
                    mean[:, None]
                    + np.exp(log_var / 2)[:, None] * rng.standard_normal(size_of_half)
                    for mean, log_var in proposals
                ],
                axis=1,
            )
            codes = z.reshape(-1, z.shape[2])
            log_q = np.logaddexp(*(_log_normal(z, *moments) for moments in proposals))
            log_p = self.mixture_.score_samples(codes)
            repeated = {"data": np.repeat(rows, z.shape[1], axis=0)}
            log_p += self._log_likelihood_given(repeated, codes)
            weights = softmax(log_p.reshape(log_q.shape) - log_q, axis=1)
            kept = z[np.arange(len(rows)), draw_places(weights, rng)]
            outputs = self._outputs(kept.astype(np.float32))
            found[start : start + size] = wanted.draw(outputs, rng)
        return found

    def _number_deviations(self) -> np.ndarray:
        return self._model.architecture.deviations(self._model.weights)

    def _codes(self, n: int, rng) -> np.ndarray:
        """Codes drawn from the mixture, in no order."""
        mixture = self.mixture_
        counts = rng.multinomial(n, mixture.weights_)
        codes = [
            rng.multivariate_normal(mean, covariance, count, method="cholesky")
            for mean, covariance, count in zip(
                mixture.means_, mixture.covariances_, counts, strict=True
            )
        ]
        return rng.permutation(np.concatenate(codes)).astype(np.float32)

    def _outputs(self, codes: np.ndarray) -> np.ndarray:
        rows = Rows(codes, type(self).__name__)
        return self._model.run_all("decoder", {"codes": rows})

    def _chosen(self, wanted, moments, n_samples: int, rng) -> tuple:
        """Codes, drawn by the probability of the conditions, and their outputs."""
        size = max(_CHOICE * n_samples, _MIN_CHOICE)
        found: list[tuple[np.ndarray, np.ndarray]] = []
        total, most = 0.0, 0.0
        for _ in range(_TRIES):
            codes = self._codes(size, rng)
            outputs = moments.apply(self._outputs(codes))
            outputs = wanted.with_moments(outputs, rng)
            chances = wanted.chances(outputs)
            # Rejection sampling, relative to the most likely of the first codes.
            most = most or float(chances.max())
            kept = rng.random(size) * most < chances
            found.append((codes[kept], outputs[kept]))
            total += chances.sum()
            if sum(len(part) for part, _ in found) >= n_samples:
                codes, outputs = (
                    np.concatenate(parts) for parts in zip(*found, strict=True)
                )
                return codes[:n_samples], outputs[:n_samples]
        n_found, n_tried = sum(len(part) for part, _ in found), size * _TRIES
        raise ValueError(
            f"Of {n_tried} rows {n_found} met the conditions, and {n_samples} are "
            f"wanted: they are all but impossible (about {total / n_tried:.1g} of all "
            "rows). Ask for fewer, or loosen them."
        )


def _log_normal(z: np.ndarray, mean: np.ndarray, log_var: np.ndarray) -> np.ndarray:
    """Log-density of the codes of each row, up to a constant: (n_rows, n_codes)."""
    mean, log_var = mean[:, None], log_var[:, None]
    return -0.5 * np.sum((z - mean) ** 2 * np.exp(-log_var) + log_var, axis=2)
