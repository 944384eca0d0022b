"""Estimators with small settings, and data for them."""

import inspect

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import TRAINING_CONSTRAINTS


def bent_surface() -> np.ndarray:
    """Return 60 rows on a curved surface in 6 dimensions, in [0, 1]."""
    rng = np.random.default_rng(0)
    plane = rng.uniform(-1, 1, size=(60, 2))
    bent = np.column_stack([plane, plane**2, np.prod(plane, axis=1), plane[:, 0] ** 3])
    bent = bent + 0.01 * rng.normal(size=bent.shape)
    bent = (bent - bent.min(axis=0)) / np.ptp(bent, axis=0)
    return bent.astype(np.float32)


def make(cls, **settings):
    """Return an instance with small settings and a fixed random state.

    A training parameter that the constructor does not have is set as an attribute.
    """
    brief = {"epochs": 3} if issubclass(cls, BaseAutoencoder) else {}
    settings = {"random_state": 0, **brief, **cls._test_params(), **settings}
    names = set(cls._get_param_names())
    estimator = cls(**{name: settings[name] for name in settings.keys() & names})
    for name in settings.keys() - names:
        if name not in TRAINING_CONSTRAINTS:
            raise TypeError(f"{cls.__name__} has no parameter {name!r}.")
        setattr(estimator, name, settings[name])
    return estimator


def whole_epochs(cls, n: int) -> dict[str, int]:
    """Return the parameter that trains the whole network for `n` epochs."""
    stacked = "fine_tune_epochs" in inspect.signature(cls).parameters
    return {"fine_tune_epochs" if stacked else "epochs": n}
