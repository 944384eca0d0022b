"""Checks of copies of fitted autoencoders: pickles, files, threads and processes."""

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
    """A copy has the same codes; training it further does not change the original."""
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
    """Codes are the same without the cache, in two threads, and in another process.

    Keras names unnamed layers by a counter of the process, so weights must not be
    identified by such names.
    """
    estimator = make(cls).fit(X)
    codes = estimator.transform(X)
    decodes = cls._architecture.has_decoder()
    decoded = estimator.inverse_transform(codes) if decodes else None
    twins = [pickle.loads(pickle.dumps(estimator)) for _ in range(2)]
    clear_cache()  # both threads rebuild the network; Keras' counters have advanced
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
    """A missing weight raises an error that names it."""
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
    """A saved file gives the same codes, or `save` raises an error with a parameter.

    The setting of `set_output` is kept.
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
