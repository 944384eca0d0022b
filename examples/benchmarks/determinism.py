"""Which circumstances change the codes of a fit with the same seed, and by how much?

Run ``python examples/benchmarks/determinism.py``. All families are fitted to the digits
for five epochs, once in a fresh process as the reference, and again in other
circumstances. A difference is the largest one of any code, in units of the standard
deviation of all codes; 0 means equal bit for bit.
"""

import inspect
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from _measure import print_table

# Name, environment of the process, way of fitting, parameters.
CASES = [
    ("a second fit in the same process", {}, "again", {}),
    ("another process", {}, "plain", {}),
    ("two threads at the same time", {}, "threads", {}),
    ("joblib's loky, two processes", {}, "loky", {}),
    ("after pickle", {}, "pickle", {}),
    ("after save and load", {}, "save", {}),
    ("one thread for TensorFlow", {"TF_NUM_INTRAOP_THREADS": "1"}, "plain", {}),
    (
        "without oneDNN, as on other machines",
        {"TF_ENABLE_ONEDNN_OPTS": "0"},
        "plain",
        {},
    ),
    ("with XLA", {}, "plain", {"jit_compile": True}),
    ("codes of a TensorFlow fit, on JAX", {"KERAS_BACKEND": "jax"}, "load", {}),
    ("fitted on JAX", {"KERAS_BACKEND": "jax"}, "plain", {}),
]


def families():
    """Public autoencoders."""
    import skae

    found = [
        cls
        for cls in vars(skae).values()
        if inspect.isclass(cls) and issubclass(cls, skae.BaseAutoencoder)
    ]
    return [cls for cls in found if not inspect.isabstract(cls)]


def fit(cls, parameters):
    from skae.datasets import load_digits

    X = load_digits().X_train[:600]
    options = {"encoding_dim": 8, "epochs": 5, "random_state": 0, "jit_compile": False}
    if cls.__name__ == "StackedAutoencoder":
        options["fine_tune_epochs"] = 5
    return cls(**(options | parameters)).fit(X)


def codes_of(cls, way, parameters, folder):
    """Codes of a fit in one of the ways."""
    import pickle

    import joblib

    import skae
    from skae.datasets import load_digits

    X = load_digits().X_train[:600]
    file = folder / f"{cls.__name__}.skae"
    if way == "load":
        return skae.load(file).transform(X)
    if way == "loky":
        jobs = [joblib.delayed(fit)(cls, parameters) for _ in range(2)]
        return joblib.Parallel(n_jobs=2)(jobs)[1].transform(X)
    if way == "threads":
        with ThreadPoolExecutor(2) as pool:
            models = list(pool.map(lambda _: fit(cls, parameters), range(2)))
        return models[1].transform(X)
    model = fit(cls, parameters)
    if way == "again":
        model = fit(cls, parameters)
    elif way == "pickle":
        model = pickle.loads(pickle.dumps(model))
    elif way == "save":
        skae.save(model, file)
        model = skae.load(file)
    return model.transform(X)


def work(way, parameters, folder):
    """What a fresh process does: the codes of all families into a file."""
    folder = Path(folder)
    codes = {cls.__name__: codes_of(cls, way, parameters, folder) for cls in families()}
    np.savez(folder / "codes.npz", **codes)


def in_process(folder, environment, way, parameters):
    command = [sys.executable, "-W", "ignore", __file__]
    command += [way, json.dumps(parameters), str(folder)]
    environment = {**os.environ, **environment}
    subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
    return dict(np.load(folder / "codes.npz"))


def main():
    if len(sys.argv) > 1:
        work(sys.argv[1], json.loads(sys.argv[2]), sys.argv[3])
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        reference = in_process(folder, {}, "plain", {})
        for name, environment, way, parameters in CASES:
            found = in_process(folder, environment, way, parameters)
            distance = {
                family: float(np.abs(found[family] - codes).max() / codes.std())
                for family, codes in reference.items()
            }
            equal = sum(value == 0 for value in distance.values())
            # The median of the families, and the worst of them.
            worst = max(distance, key=distance.get)
            median = np.median(list(distance.values()))
            worst = "" if not distance[worst] else f"{distance[worst]:.1g} ({worst})"
            rows.append((name, f"{equal} of {len(distance)}", f"{median:.1g}", worst))
    print_table(
        "Determinism",
        ["circumstances", "equal bit for bit", "median difference", "largest"],
        rows,
    )


if __name__ == "__main__":
    main()
