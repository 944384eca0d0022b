"""Checks of invalid input: a clear error, and no partial results."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from sklearn.utils import get_tags

from skae.testing._needs import needs
from skae.testing._settings import make


@contextmanager
def refused(message: str) -> Iterator[None]:
    """Raise AssertionError unless a ValueError is raised that matches `message`."""
    try:
        yield
    except ValueError as error:
        assert re.search(message, str(error)), f"{error} does not match {message!r}"
    else:
        raise AssertionError(f"No error was raised that matches {message!r}.")


@needs("numbers")
def check_bad_data(cls, X):
    """Invalid data raise an error, and leave no fitted attributes."""
    estimator, bad, huge = make(cls), X.copy(), X.astype(np.float64)
    bad[3, 2], huge[3, 2] = np.nan, 1e200
    tags = get_tags(estimator).input_tags
    mistakes = [] if tags.allow_nan else [(bad, "contains NaN")]
    if not tags.categorical:
        text = np.full(X.shape, "text")
        mistakes.append((text, "could not convert|dtype='numeric'"))
    for data, message in (
        *mistakes,
        (X[:, 0], "Expected 2D array, got 1D array"),
        (np.where(np.isnan(bad), np.inf, bad), "infinity"),
        (huge, "too large for dtype"),
        (X * 1j, "Complex data not supported"),
        (X[:0], "minimum of 1 is required"),
        (X[:, :0], "minimum of 1 is required"),
    ):
        with refused(message):
            estimator.fit(data)
        assert not estimator.__sklearn_is_fitted__()
        assert [v for v in vars(estimator) if v.endswith("_")] == []
    estimator.fit(X)
    with refused(f"expecting {X.shape[1]} features"):
        estimator.transform(X[:, :-2])
    if not tags.allow_nan:
        with refused("contains NaN"):
            estimator.transform(bad)
    with refused("negative values|Negative values"):
        estimator.fit(X, sample_weight=-np.ones(len(X)))


@needs("decoder")
def check_bad_codes(cls, X):
    """Codes with a wrong number of dimensions raise an error."""
    with refused("code dimensions"):
        make(cls).fit(X).inverse_transform(np.zeros((2, 77)))


def check_bad_parameters(cls, X):
    """An invalid parameter raises an error that names it."""
    bad = {"epochs": -1, "batch_size": -3, "learning_rate": -1.0}
    for name in bad.keys() & set(cls._get_param_names()):
        with refused(f"The '{name}' parameter"):
            make(cls).set_params(**{name: bad[name]}).fit(X)


@needs("optimizer")
def check_bad_optimizers_and_callbacks(cls, X):
    """Unknown optimizers and invalid callbacks raise an error before training."""
    with refused("unknown to Keras"):
        make(cls, optimizer="adamant").fit(X)
    with refused("callbacks must be"):
        make(cls, callbacks=["early"]).fit(X)
