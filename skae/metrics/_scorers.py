"""Scorers for the searches of scikit-learn: ``scorer(estimator, X, y=None)``.

They take anything with `transform` and `inverse_transform`: our estimators, a PCA, a
Pipeline of both.
"""

from collections.abc import Callable

import numpy as np
from sklearn.utils import check_random_state

from skae.metrics._codes import (
    active_units,
    dead_units,
    l0,
    neighborhood_preservation,
    trustworthiness,
)
from skae.metrics._reconstructions import explained_variance

# The distances of all pairs of so many rows fit in 50 MB.
_MOST_ROWS = 2500


def reconstruct(estimator, X):
    """What `estimator` makes of `X` when it encodes and decodes it."""
    if hasattr(estimator, "reconstruct"):
        return estimator.reconstruct(X)
    return estimator.inverse_transform(estimator.transform(X))


class _Scorer:
    """A callable that scikit-learn takes as `scoring`; greater is better."""

    def __init__(self, name: str, function: Callable):
        self._name, self._function = name, function

    def __call__(self, estimator, X, y=None) -> float:
        """Score of a fitted `estimator` on `X`."""
        return self._function(estimator, X)

    def __repr__(self):
        return f"skae.metrics.SCORERS[{self._name!r}]"

    def __reduce__(self):
        return _scorer, (self._name,)


def _scorer(name: str) -> _Scorer:
    return SCORERS[name]


def _explained_variance(estimator, X) -> float:
    return explained_variance(X, reconstruct(estimator, X))


def _neg_reconstruction_error(estimator, X) -> float:
    if hasattr(estimator, "reconstruction_error"):
        return -float(np.mean(estimator.reconstruction_error(X)))
    return -float(np.mean((np.asarray(X) - reconstruct(estimator, X)) ** 2))


def _of_neighbors(metric) -> Callable:
    def score(estimator, X):
        X = np.asarray(X)
        if len(X) > _MOST_ROWS:
            # The same rows for all candidates of a search.
            rows = check_random_state(0).choice(len(X), _MOST_ROWS, replace=False)
            X = X[rows]
        return metric(X, estimator.transform(X))

    return score


SCORERS = {
    name: _Scorer(name, function)
    for name, function in {
        "reconstruction_explained_variance": _explained_variance,
        "neg_reconstruction_error": _neg_reconstruction_error,
        "code_trustworthiness": _of_neighbors(trustworthiness),
        "code_neighborhood_preservation": _of_neighbors(neighborhood_preservation),
        "neg_code_l0": lambda estimator, X: -l0(estimator.transform(X)),
        "neg_code_dead_units": lambda estimator, X: -dead_units(estimator.transform(X)),
        "code_active_units": lambda estimator, X: active_units(estimator.transform(X)),
    }.items()
}
"""Scorers by name, for `scoring=`: one of them, or a dict of several."""
