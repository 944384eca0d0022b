"""Which way of running a search in parallel is fastest: seconds, and the same scores.

Run ``python examples/benchmarks/searches.py`` (5 minutes), ``--write`` to put the table
into docs/scaling.md. 12 fits and a refit on scikit-learn's digits, of 10 and of 100
epochs, from empty caches.
"""

import argparse
import time
from pathlib import Path

import _measure
import joblib
import numpy as np
from sklearn.model_selection import GridSearchCV

import skae
from skae.datasets import load_digits

DOCUMENT = Path(__file__).parents[2] / "docs" / "scaling.md"


def seconds(X, n_epochs, backend):
    """Seconds of one search, and its scores."""
    skae.clear_cache()
    search = GridSearchCV(
        skae.Autoencoder(epochs=n_epochs, early_stopping=False, random_state=0),
        {"encoding_dim": [2, 8], "l2": [0.0, 1e-3]},
        cv=3,
        n_jobs=1 if backend is None else 2,
    )
    start = time.perf_counter()
    with joblib.parallel_backend(backend or "sequential"):
        search.fit(X)
    spent = time.perf_counter() - start
    if backend == "loky":  # so that the next search starts its own processes
        joblib.externals.loky.get_reusable_executor().shutdown()
    return spent, search.cv_results_["mean_test_score"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    X = load_digits().X_train
    seconds(X, 1, None)  # TensorFlow has started
    lines = []
    for n_epochs in (10, 100):
        found = [seconds(X, n_epochs, way) for way in (None, "threading", "loky")]
        for _, scores in found:
            np.testing.assert_array_equal(scores, found[0][1])
        lines.append((f"13 fits of {n_epochs} epochs", *(f"{s:.1f}" for s, _ in found)))
    header = ["search", "one process, s", "2 threads, s", "2 processes, s"]
    _measure.print_table("Searches on 2 cores", header, lines)
    if options.write:
        _measure.write_table(DOCUMENT, "searches", header, lines)


if __name__ == "__main__":
    main()
