"""The other Keras backends train through Keras and give the same codes."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from discovery import make

from skae import Autoencoder

# No random weights, no shuffling: backends differ by rounding only.
SETTINGS = {
    "hidden_layer_sizes": (),
    "shuffle": False,
    "early_stopping": False,
    "learning_rate": 0.01,
    "input_noise": 0.0,  # each backend draws its own
    "l1": 0.01,
    "l2": 0.001,
    "epochs": 5,
}

SCRIPT = """
import json, pickle, sys
import keras, numpy as np
from skae import Autoencoder
settings, X = json.load(sys.stdin)
X = np.array(X, dtype=np.float32)
estimator = Autoencoder(2, batch_size=16, random_state=0, **settings).fit(X)
deep = Autoencoder(2, hidden_layer_sizes=(8,), dropout=0.2, epochs=4, random_state=0)
codes = deep.fit(X, X_val=X[:20]).transform(X)
twin = pickle.loads(pickle.dumps(deep))
print(json.dumps({
    "backend": keras.backend.backend(),
    "codes": estimator.transform(X).tolist(),
    "history": estimator.history_,
    "score": estimator.score(X),
    "repeats": bool(np.array_equal(deep.fit(X, X_val=X[:20]).transform(X), codes)),
    "pickles": bool(np.array_equal(twin.transform(X), codes)),
    "decodes": bool(np.isfinite(deep.inverse_transform(codes)).all()),
    "goes_on": deep.partial_fit(X).n_iter_,
}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_backend(backend, X):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT],
        input=json.dumps([SETTINGS, X.tolist()]),
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["backend"] == backend
    ours = make(Autoencoder, **SETTINGS).fit(X)
    np.testing.assert_allclose(found["codes"], ours.transform(X), atol=1e-3)
    for name, values in ours.history_.items():
        np.testing.assert_allclose(found["history"][name], values, rtol=1e-3, atol=1e-6)
    assert found["score"] == pytest.approx(ours.score(X), abs=1e-4)
    assert found["repeats"] and found["pickles"] and found["decodes"]
    assert found["goes_on"] == 5
