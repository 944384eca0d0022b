"""Rows that are made up: codes from a mixture, values from their distributions."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from sklearn.utils.validation import check_is_fitted

from skae.data import Rows, aligned, sample_rows
from skae.engine import draw_seed
from skae.estimator import check_count
from skae.families.tables._conditions import Conditions, draw_places
from skae.families.tables._matched_moments import MatchedMoments
from skae.tables import NumberColumn

# Codes that the mixture is fitted to, and what a component needs of them.
_MAX_CODES = 20000
_CODES_PER_COMPONENT, _MAX_COMPONENTS = 200, 100
_EM_STEPS = 50
_RIDGE = 1e-4
# Codes to choose from for each row that must meet conditions, and how often to try.
_CHOICE, _MIN_CHOICE, _TRIES = 10, 10000, 20
# Turns of drawing codes and what is missing.
_GIBBS_STEPS = 6
# Codes of which the decoded numbers are to have the moments of the data.
_MATCHED_CODES = 10000
# Codes that are weighed at a time.
_WEIGHED_CODES = 20000


class TableSamples:
    """`sample` for variational autoencoders of tables.

    Stands left of `VariationalObjective`.
    """

    def _baseline(self, *arguments):
        # Rows are to be made up: the bound tells how well.
        return replace(super()._baseline(*arguments), must_reconstruct=False)

    def _finish(self, fields, weight):
        super()._finish(fields, weight)
        # Not the prior: what is left between it and the codes shows in every row.
        some = sample_rows(fields, weight, _MAX_CODES)
        rng = np.random.default_rng(draw_seed(self.random_state))
        missing = self._layout.missing_of(some["data"])
        some["data"] = self._completed(some["data"], rng)
        mean, log_var = self._posterior(some)
        if len(mean) == 1:  # of one row two codes: a mixture asks for as many
            mean, log_var = (np.repeat(part, 2, axis=0) for part in (mean, log_var))
        codes = mean + np.exp(log_var / 2) * rng.standard_normal(mean.shape)
        n_components = len(codes) // _CODES_PER_COMPONENT
        mixture = GaussianMixture(
            int(np.clip(n_components, 1, _MAX_COMPONENTS)),
            reg_covar=_RIDGE * (float(codes.var(axis=0).mean()) or 1.0),
            max_iter=_EM_STEPS,
            random_state=int(rng.integers(2**31)),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.mixture_ = mixture.fit(codes)
        moments = self._match(sample_rows(fields, weight, _MAX_CODES)["data"], rng)
        self._sample_matrix, self._sample_shift, self._sample_deviations = moments
        # Gaps as they occurred, by where in the mixture: nothing where there are none.
        self._gap_patterns, self._gap_owners = missing[:0], np.empty(0, int)
        if missing.any():
            self._gap_patterns = missing
            self._gap_owners = mixture.predict(codes)[: len(missing)]

    def _match(self, x: np.ndarray, rng) -> MatchedMoments:
        """What brings decoded numbers to the moments of rows."""
        m = self._layout.n_numbers
        decoded = self._outputs(self._codes(_MATCHED_CODES, rng))[:, :m]
        decoded = decoded.astype(np.float64)
        deviations = self._number_deviations()
        return MatchedMoments.fit(x[:, :m], decoded, deviations, self._values, rng)

    def _values(self, numbers: np.ndarray) -> np.ndarray:
        """Numbers of the network in the units of the data, and parts of dates."""
        found = np.array(numbers, dtype=np.float64)
        layout = self._layout
        for column, places in zip(layout.columns, layout.output_places(), strict=True):
            if isinstance(column, NumberColumn):
                found[:, places] = column.numbers(found[:, places])[:, None]
        return found

    def _matched_moments(self) -> MatchedMoments:
        """What `fit` found; nothing in models of old files."""
        if not hasattr(self, "_sample_matrix"):
            m = self._layout.n_numbers
            return MatchedMoments(np.eye(m), np.zeros(m), self._number_deviations())
        return MatchedMoments(
            self._sample_matrix, self._sample_shift, self._sample_deviations
        )

    def _completed(self, x: np.ndarray, rng, n_steps: int = _GIBBS_STEPS) -> np.ndarray:
        """Rows of the network with values in their gaps, drawn given all others.

        In turns a code is drawn given the row, and what was missing given the code
        [1]_: codes of rows with means in the gaps would lie too near to each other.

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
        """Make rows up: codes are drawn from a mixture, values given the code.

        Levels are drawn by their probabilities, numbers with the noise that was
        learned. Rows that were made up tell of those of `fit`, and of some more than
        of others: measure before you publish them.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows.

        conditions : dict, default=None
            What some columns must be, by name: a level, a list of levels, or for
            numbers, durations and dates a tuple ``(least, greatest)``, both included,
            None for an open end. Codes are drawn by how likely they make it, so that
            the other columns go with it.

        missing : bool, default=False
            Whether values are missing as in the data of `fit`: together as they were
            there, and in rows like those. By default no value is missing.

        random_state : int, RandomState instance or None, default=None
            Decides the rows.

        Returns
        -------
        X : of the kind of the data of `fit`
            A table with their columns and types.

        Raises
        ------
        ValueError
            For conditions on what no column has, that no value meets, or that are all
            but impossible.
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
        missing = self._drawn_missing(codes, rng) if missing else None
        if missing is not None:
            missing[:, wanted.columns] = False
        return self._layout.restore(drawn, missing=missing, limits=wanted.limits)

    def _drawn_missing(self, codes: np.ndarray, rng) -> np.ndarray | None:
        """Gaps of rows of `fit` from the same components as the codes."""
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
        r"""Outputs drawn for rows of the network, given what each of them has.

        One of `n_codes` from the posterior is chosen by its importance [1]_,

        .. math:: w \propto \frac{p(x_{known} | z) \, p(z)}{q(z | x_{known})},

        with the mixture for :math:`p(z)`; values are drawn given that code.

        References
        ----------
        .. [1] P.-A. Mattei and J. Frellsen, "MIWAE", ICML (2019).
        """
        wanted = Conditions(self._layout, {}, self._number_deviations())
        found = np.empty((len(x), self._layout.n_outputs))
        size = max(1, _WEIGHED_CODES // n_codes)
        for start in range(0, len(x), size):
            rows = aligned(x[start : start + size])
            # Codes of rows with means in the gaps lie too near to each other, and those
            # of one way to fill them tell of that way alone: half are drawn from each.
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
        """Codes, chosen by how likely they make what is wanted, and their outputs."""
        size = max(_CHOICE * n_samples, _MIN_CHOICE)
        found: list[tuple[np.ndarray, np.ndarray]] = []
        total, most = 0.0, 0.0
        for _ in range(_TRIES):
            codes = self._codes(size, rng)
            outputs = moments.apply(self._outputs(codes))
            outputs = wanted.with_moments(outputs, rng)
            chances = wanted.chances(outputs)
            # The likeliest of the first codes is kept for sure, others in proportion.
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
    """Log-density of codes of each row, but for a constant: (n_rows, n_codes)."""
    mean, log_var = mean[:, None], log_var[:, None]
    return -0.5 * np.sum((z - mean) ** 2 * np.exp(-log_var) + log_var, axis=2)
