"""Results depend neither on the number of threads nor on rows that do not count."""

import inspect
import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from discovery import autoencoder_classes, estimator_classes, outputs
from joblib import Parallel, delayed
from threadpoolctl import ThreadpoolController

from skae import Autoencoder, NeighborAutoencoder
from skae.data import _threads

# Rows that do not count: far out, and in the middle of the others.
ABSENT = ((3, 1e6), (70, -5.0))


def data():
    """Rows of more columns than neighbours are looked for in: they are projected."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3)) @ rng.normal(size=(3, 60))
    X = X + 0.1 * rng.normal(size=X.shape)
    X = (X - X.min()) / np.ptp(X)
    return X.astype(np.float32), (X[:, 0] > np.median(X[:, 0])).astype(int)


def estimator(cls):
    """Quick; what stands around an autoencoder has a small one inside."""
    small = {"hidden_layer_sizes": (16,), "epochs": 1, "batch_size": 16}
    own = inspect.signature(cls).parameters
    settings = {"random_state": 0, "epochs": 1, "batch_size": 16}
    settings |= {"fine_tune_epochs": 1, "n_rounds": 1}
    if "autoencoder" in own:
        settings["autoencoder"] = type(cls()._inner())(4, **small)
    if "estimator" in own:
        settings["estimator"] = Autoencoder(4, **small)
    return cls(**{name: value for name, value in settings.items() if name in own})


def result(cls, sample_weight=None, rows=None):
    """Of a fit to the rows of `data`, or to others with weights."""
    X, y = data()
    fit_to = X if rows is None else rows
    model = estimator(cls)
    layout = getattr(cls, "_architecture", None) and cls._architecture.layout
    shape = {"ImageLayout": (6, 10), "SequenceLayout": (6, 10)}
    shape = shape.get(getattr(layout, "__name__", ""), (60,))
    weight = {} if sample_weight is None else {"sample_weight": sample_weight}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(fit_to.reshape(-1, *shape), *([y] if rows is None else []), **weight)
        return np.asarray(outputs(model, X.reshape(-1, *shape)), dtype=np.float64)


IN_A_PROCESS = """
import json, sys
from threadpoolctl import threadpool_limits
from test_threads import estimator_classes, result
found = {}
for cls in estimator_classes():
    with threadpool_limits(1, user_api="blas"):
        found[cls.__name__] = [result(cls).tolist()]
    with threadpool_limits(2, user_api="blas"):
        found[cls.__name__].append(result(cls).tolist())
print(json.dumps(found))
"""


@pytest.mark.slow
def test_threads_change_nothing():
    ran = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found.keys() == {cls.__name__ for cls in estimator_classes()}
    for name, (one, two) in found.items():
        np.testing.assert_array_equal(one, two, err_msg=name)


def with_absent_rows(X):
    """`X` with rows of weight 0 among its own, and the weights."""
    weight = np.ones(len(X))
    for at, value in ABSENT:
        X, weight = np.insert(X, at, value, axis=0), np.insert(weight, at, 0.0)
    return X, weight


@pytest.mark.parametrize("cls", autoencoder_classes())
def test_rows_of_weight_zero_are_absent(cls):
    X, _ = data()
    rows, weight = with_absent_rows(X)
    expected = result(cls, rows=X)
    found = result(cls, sample_weight=weight, rows=rows)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_map_does_not_depend_on_threads_and_absent_rows():
    """Where drawing it begins moves nowhere: what follows would part far from there."""
    from threadpoolctl import threadpool_limits

    X, _ = data()
    rows, weight = with_absent_rows(X)
    found = []
    for n_threads, fit_to, w in ((1, X, None), (2, X, None), (2, rows, weight)):
        with threadpool_limits(n_threads, user_api="blas"):
            found.append(result(NeighborAutoencoder, w, fit_to))
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])


@pytest.mark.slow
def test_a_map_in_another_process():
    X, _ = data()
    (found,) = Parallel(n_jobs=2)([delayed(_map)(X)])
    np.testing.assert_array_equal(found, _map(X))


def _map(X):
    model = NeighborAutoencoder(hidden_layer_sizes=(16,), epochs=1, random_state=0)
    return model.fit(X).transform(X)


def test_the_libraries_with_threads_are_looked_for_once(monkeypatch):
    def n_threads():
        found = ThreadpoolController().select(user_api="blas").info()
        return [library["num_threads"] for library in found]

    before = n_threads()
    with _threads.one_blas_thread():
        assert n_threads() and set(n_threads()) == {1}
    monkeypatch.setattr(_threads, "ThreadpoolController", None)
    with _threads.one_blas_thread():
        assert set(n_threads()) == {1}
    assert n_threads() == before
