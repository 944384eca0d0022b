"""Fitted estimators in other processes: the same codes, however they got there."""

import copy
import os
import pickle
import subprocess
import sys

import cloudpickle
import joblib
import numpy as np
import pytest
from discovery import autoencoder_classes, make, outputs
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import skae

BRIEF = {"fine_tune_epochs": 1, "random_state": 0}
META = {"AutoencoderOutlierDetector": {}, "EncoderClassifier": BRIEF}
META |= {"EncoderRegressor": BRIEF, "AutoencoderDensity": {"random_state": 0}}
NAMES = [*(cls.__name__ for cls in autoencoder_classes()), *META]
DUMPS = {"pickle": pickle, "joblib": joblib, "cloudpickle": cloudpickle}
CONTAINERS = ["alone", "pipeline", "search"]

# Loads everything in a folder, and writes codes; each autoencoder is trained further.
SCRIPT = """
import pathlib, pickle, sys
import joblib, numpy as np
sys.path.insert(0, sys.argv[1])
from discovery import outputs

folder = pathlib.Path(sys.argv[2])
X, found = np.load(folder / "X.npy"), {}
for path in sorted(folder.glob("*.dump")):
    is_joblib = path.name.startswith("joblib")
    with open(path, "rb") as file:
        model = (joblib if is_joblib else pickle).load(file)
    found[path.stem] = outputs(model, X)
    if path.name.startswith("pickle-alone") and hasattr(model, "partial_fit"):
        found[path.stem + "-further"] = outputs(model.partial_fit(X), X)
np.savez(folder / "found.npz", **found)
"""


def contained(name, container, X):
    """It alone, behind a scaler, or inside a finished search; trained in a blink."""
    cls = getattr(skae, name)
    is_meta = name in META
    estimator = cls(make(skae.Autoencoder), **META[name]) if is_meta else make(cls)
    if container == "pipeline":
        estimator = make_pipeline(MinMaxScaler(), estimator)
    elif container == "search":
        grid = {"autoencoder__learning_rate" if is_meta else "learning_rate": [1e-3]}
        scoring = None if hasattr(estimator, "score") else _mean_score
        estimator = GridSearchCV(estimator, grid, cv=2, scoring=scoring)
    return estimator.fit(X, np.where(X[:, 0] > 0.5, 1, 0))


def _mean_score(estimator, X, y=None):
    return float(np.mean(estimator.score_samples(X)))


@pytest.fixture(scope="module")
def survivors(tmp_path_factory):
    """What all of them say here, and what they say in a fresh process."""
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(60, 6)).astype(np.float32)
    folder, here = tmp_path_factory.mktemp("survivors"), {}
    np.save(folder / "X.npy", X)
    for name in NAMES:
        for container in CONTAINERS:
            model = contained(name, container, X)
            here[container, name] = outputs(model, X)
            for dump, module in DUMPS.items():
                with open(folder / f"{dump}-{container}-{name}.dump", "wb") as file:
                    module.dump(model, file)
            # Saying something, and being dumped, changes nothing.
            np.testing.assert_array_equal(outputs(model, X), here[container, name])
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT]
    command += [os.path.dirname(__file__), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return here, dict(np.load(folder / "found.npz"))


@pytest.mark.slow
@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("dump", DUMPS)
@pytest.mark.parametrize("name", NAMES)
def test_a_fresh_process_says_the_same(survivors, name, dump, container):
    here, found = survivors
    there = found[f"{dump}-{container}-{name}"]
    np.testing.assert_array_equal(there, here[container, name])


@pytest.mark.slow
@pytest.mark.parametrize("name", [cls.__name__ for cls in autoencoder_classes()])
def test_a_loaded_autoencoder_is_trained_further(survivors, name):
    here, found = survivors
    further = found[f"pickle-alone-{name}-further"]
    assert further.shape == here["alone", name].shape
    assert not np.array_equal(further, here["alone", name])


@pytest.mark.parametrize("name", NAMES)
def test_copies_are_independent(name, X):
    pipeline = contained(name, "pipeline", X)
    expected = outputs(pipeline, X)
    twin = copy.deepcopy(pipeline)
    np.testing.assert_array_equal(outputs(twin, X), expected)
    twin.fit(2 * X[::2] - 1, X[::2, 0] > 0.5)
    np.testing.assert_array_equal(outputs(pipeline, X), expected)


@pytest.mark.parametrize("cls", autoencoder_classes())
def test_a_pickle_holds_arrays_and_parameters(cls, X):
    model = make(cls).fit(X)
    size = len(pickle.dumps(model))
    # Live models and functions are left behind.
    assert model.encoder_ is not None and len(model.transform(X)) == 60
    assert len(pickle.dumps(model)) == size
    n_bytes = sum(w.nbytes for w in model._model.weights.values())
    assert size <= 1.2 * n_bytes + 2**16
    # Adam has two more numbers for each weight.
    warm = len(pickle.dumps(make(cls, warm_start=True).fit(X)))
    assert size + n_bytes < warm <= 1.2 * 3 * n_bytes + 2**16


def test_a_pickle_of_a_large_network(X):
    model = make(skae.Autoencoder, hidden_layer_sizes=(600, 500)).fit(X)
    n_bytes = sum(w.nbytes for w in model._model.weights.values())
    assert 2e6 < n_bytes <= len(pickle.dumps(model)) <= 1.2 * n_bytes + 2**16


@pytest.mark.parametrize("name", NAMES)
def test_skops(name, X, tmp_path):
    io = pytest.importorskip("skops.io")
    model = contained(name, "alone", X)
    io.dump(model, tmp_path / "model.skops")
    trusted = io.get_untrusted_types(file=tmp_path / "model.skops")
    # Nothing but our own classes has to be trusted.
    assert all(kind.startswith("skae.") for kind in trusted)
    again = io.load(tmp_path / "model.skops", trusted=trusted)
    np.testing.assert_array_equal(outputs(again, X), outputs(model, X))
    if hasattr(again, "partial_fit"):
        before = outputs(again, X)
        assert not np.array_equal(outputs(again.partial_fit(X), X), before)
