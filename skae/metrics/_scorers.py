"""Scorers for the searches of scikit-learn: ``scorer(estimator, X, y=None)``.

They take anything with `transform` and `inverse_transform`: our estimators, a PCA, a
Pipeline of both.
"""

from functools import partial

import numpy as np
from sklearn.utils import check_random_state

from skae._sklearn import num_samples, safe_indexing
from skae.metrics._codes import (
    active_units,
    dead_units,
    l0,
    neighborhood_preservation,
    trustworthiness,
)
from skae.metrics._reconstructions import explained_variance, reconstruct

# The distances of all pairs of so many rows fit in 50 MB.
_MAX_ROWS = 2500


def _explained_variance(estimator, X, y=None) -> float:
    if hasattr(estimator, "column_scores"):  # tables have columns of mixed types
        return estimator.score(X)
    return explained_variance(X, reconstruct(estimator, X))


def _neg_reconstruction_error(estimator, X, y=None) -> float:
    if hasattr(estimator, "reconstruction_error"):
        return -float(np.mean(estimator.reconstruction_error(X)))
    return -float(np.mean((np.asarray(X) - reconstruct(estimator, X)) ** 2))


def _neighbors(measure, estimator, X, y=None) -> float:
    n_rows = num_samples(X)
    if n_rows > _MAX_ROWS:
        # The same rows for all candidates of a search. A data frame stays a data frame,
        # for estimators that select columns by name.
        which = check_random_state(0).choice(n_rows, _MAX_ROWS, replace=False)
        X = safe_indexing(X, which)
    return measure(X, estimator.transform(X))


def _code(measure, sign, estimator, X, y=None) -> float:
    return sign * measure(estimator.transform(X))


# Functions and partials, not closures: a scorer travels to worker processes.
SCORERS = {
    "reconstruction_explained_variance": _explained_variance,
    "neg_reconstruction_error": _neg_reconstruction_error,
    "code_trustworthiness": partial(_neighbors, trustworthiness),
    "code_neighborhood_preservation": partial(_neighbors, neighborhood_preservation),
    "neg_code_l0": partial(_code, l0, -1),
    "neg_code_dead_units": partial(_code, dead_units, -1),
    "code_active_units": partial(_code, active_units, 1),
}
"""Scorers by name, for `scoring`: a single one, or the dict."""
