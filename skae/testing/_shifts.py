"""Checks that results do not depend on the origin and the unit of the data."""

import pickle
import tempfile
from decimal import Decimal
from unittest import SkipTest

import numpy as np
from scipy import sparse
from sklearn.utils import get_tags

from skae.testing._needs import frame_modules, needs
from skae.testing._settings import make

# Roughly in standard deviations of the data, which float64 still resolves.
_OFFSETS = (1e6, 1e9)
# Powers of two, which round nothing: about 1e-50, 1e6 and 1e300.
_UNITS = (2.0**-166, 2.0**20, 2.0**996)
_RTOL = 1e-5


@needs("numbers")
def check_far_from_zero(cls, X):
    """Data far from zero have the same codes, scores and errors."""
    X = _on_a_grid(X)
    expected = _fitted(cls, X)
    for offset in _OFFSETS:
        found = _fitted(cls, X + offset)
        _assert_alike(found, X + offset, offset, expected, X)
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.transform(X + offset), expected.transform(X))
    if cls._architecture.has_decoder():
        assert found.reconstruct(X + offset).dtype == np.float64


@needs("numbers")
def check_whole_numbers_far_from_zero(cls, X):
    """Large integers, such as seconds, keep their last digit."""
    X = np.rint(1000 * np.asarray(X, np.float64)).astype(np.int64)
    expected = _fitted(cls, X)
    found = _fitted(cls, X + 10**18)
    _assert_close(found.transform(X + 10**18), expected.transform(X))
    if cls._architecture.has_decoder():
        assert abs(found.score(X + 10**18) - expected.score(X)) < _RTOL


@needs("numbers")
def check_containers_far_from_zero(cls, X):
    """Codes of data far from zero do not depend on the container."""
    X = _on_a_grid(X) + 1e9
    expected = _fitted(cls, X)
    codes, names = expected.transform(X), [f"x{i}" for i in range(X.shape[1])]
    containers = [np.vectorize(Decimal, otypes=[object])(X)]
    if get_tags(expected).input_tags.sparse:
        containers.append(sparse.csr_matrix(X))
    for module in frame_modules():
        containers.append(module.DataFrame(dict(zip(names, X.T, strict=True))))
    for container in containers:
        estimator = make(cls).fit(container)
        np.testing.assert_array_equal(estimator.transform(container), codes)
    with tempfile.NamedTemporaryFile() as file:
        mapped = np.memmap(file, X.dtype, "w+", shape=X.shape)
        mapped[:] = X
        np.testing.assert_array_equal(make(cls).fit(mapped).transform(mapped), codes)
        mapped._mmap.close()


@needs("numbers")
def check_training_goes_on_far_from_zero(cls, X):
    """Further training keeps the origin of the first data."""
    X, fitted = _on_a_grid(X), []
    for offset in (0.0, 1e9):
        estimator = _fitted(cls, X + offset)
        estimator.warm_start = True
        estimator.partial_fit(X[::2] + 0.5 + offset)
        fitted.append(estimator.fit(X + offset).transform(X + 0.25 + offset))
    _assert_close(*fitted)


@needs("numbers", "decoder")
def check_units_of_data(cls, X):
    """Scores do not depend on the unit of the data, and reconstructions have it."""
    X = _on_a_grid(X)
    expected = _fitted(cls, X)
    score, rows = expected.score(X), expected.reconstruct(X)
    for unit in _UNITS:
        found = _fitted(cls, X * unit)
        assert abs(found.score(X * unit) - score) < _RTOL
        _assert_close(found.reconstruct(X * unit) / unit, rows)


def _on_a_grid(X) -> np.ndarray:
    """Round `X` to multiples of 2**-20, which stay exact far from zero."""
    return np.rint(np.asarray(X, np.float64) * 2**20) / 2**20


def _fitted(cls, X):
    estimator = make(cls).fit(X)
    if not estimator._model.architecture.reconstruction_loss().standardizes:
        raise SkipTest("the network is given the data as they are")
    return estimator


def _assert_close(found, expected) -> None:
    scale = max(1e-30, float(np.ptp(expected)))
    np.testing.assert_allclose(found, expected, rtol=0, atol=_RTOL * scale)


def _assert_alike(found, X, offset, expected, near_zero) -> None:
    _assert_close(found.transform(X), expected.transform(near_zero))
    if not type(found)._architecture.has_decoder():
        return
    _assert_close(found.reconstruct(X) - offset, expected.reconstruct(near_zero))
    codes = expected.transform(near_zero)
    decoded = found.inverse_transform(codes) - offset
    _assert_close(decoded, expected.inverse_transform(codes))
    assert abs(found.score(X) - expected.score(near_zero)) < _RTOL
    for name in ("reconstruction_error", "score_samples"):
        theirs = getattr(expected, name)(near_zero)
        np.testing.assert_allclose(getattr(found, name)(X), theirs, rtol=_RTOL)
