"""Checks of fitted autoencoders elsewhere: the same codes, however they got there."""

import copy
import pickle
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from skae.engine import clear_cache
from skae.persistence import load, save
from skae.testing._settings import make


def check_pickle_and_copy(cls, X):
    """A twin says the same, is trained further, and leaves the original alone."""
    estimator = make(cls).fit(X)
    assert estimator.encoder_ is not None  # a live model must not be pickled
    codes = estimator.transform(X)
    for twin in (pickle.loads(pickle.dumps(estimator)), copy.deepcopy(estimator)):
        np.testing.assert_array_equal(twin.transform(X), codes)
        weights = twin._model.weights
        twin.partial_fit(X)
        assert any((weights[k] != w).any() for k, w in twin._model.weights.items())
    np.testing.assert_array_equal(estimator.transform(X), codes)


def check_the_same_everywhere(cls, X):
    """The same codes after eviction, from two threads, and in another process.

    Keras calls unnamed layers by a counter of the process: no weight may be known by
    such a name.
    """
    estimator = make(cls).fit(X)
    codes = estimator.transform(X)
    decodes = cls._architecture.has_decoder()
    decoded = estimator.inverse_transform(codes) if decodes else None
    twins = [pickle.loads(pickle.dumps(estimator)) for _ in range(2)]
    clear_cache()  # both threads build anew what Keras now counts on for
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda twin: twin.transform(X), twins):
            np.testing.assert_array_equal(found, codes)
    if decodes:
        np.testing.assert_array_equal(twins[0].inverse_transform(codes), decoded)
    assert twins[0].encoder_.count_params() == estimator.encoder_.count_params()
    (found,) = Parallel(n_jobs=2)([delayed(_transform)(estimator, X)])
    np.testing.assert_array_equal(found, codes)


def _transform(estimator, X):
    return estimator.transform(X)


def check_a_missing_weight_is_an_error(cls, X):
    """A network without one of its weights says so, and never computes with others."""
    estimator = make(cls).fit(X)
    name = sorted(estimator._model.weights_of("encoder"))[0]
    broken = copy.deepcopy(estimator)
    del broken._model.weights[name]
    try:
        broken.transform(X)
    except ValueError as error:
        assert repr(name) in str(error), error
    else:
        raise AssertionError(f"{cls.__name__} encodes without its weight {name!r}.")


def check_save_and_load(cls, X):
    """A file gives the same codes, or is refused with the name of a parameter.

    What was set by `set_output` is kept.
    """
    estimator = make(cls).fit(X)
    codes = estimator.transform(X)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.skae")
        try:
            save(estimator, path)
        except TypeError as refusal:
            assert f"{cls.__name__}." in str(refusal), refusal
            assert not path.exists()
            return
        again = load(path)
        np.testing.assert_array_equal(again.transform(X), codes)
        np.testing.assert_array_equal(
            again.partial_fit(X).transform(X),
            copy.deepcopy(estimator).partial_fit(X).transform(X),
        )
        save(estimator.set_output(transform="default"), path)
        np.testing.assert_array_equal(load(path).transform(X), codes)
