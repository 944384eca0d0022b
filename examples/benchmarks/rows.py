"""How do default fits grow with rows, with columns, and with the number of codes?

Run ``python examples/benchmarks/rows.py [rows] [codes] [--before]``: default fits of
10^4, 10^5 and 10^6 rows of 20 columns and of 10^4 rows of 2000, beside PCA; the time
that is spent after training on codes that are turned, for up to 1024 of them. With
``--before`` the networks and passes that were the default up to version 0.1.
"""

import sys
import time

import numpy as np
from _measure import print_table
from sklearn.decomposition import PCA

import skae
from skae.fitting import _fit
from skae.metrics import explained_variance

SHAPES = ((10**4, 20, 8), (10**5, 20, 8), (10**6, 20, 8), (10**4, 2000, 32))
N_TEST = 20000


def table(n_rows, n_columns, seed=0, n_factors=8, noise=0.1):
    """Columns that are nonlinear functions of a few factors, and noise."""
    rng = np.random.default_rng(seed)
    slopes, rates = rng.normal(size=(2, n_factors, n_columns)).astype(np.float32)
    factors = rng.standard_normal((n_rows + N_TEST, n_factors), dtype=np.float32)
    X = np.tanh(factors @ slopes / 2) + 0.5 * np.sin(factors @ rates)
    X += noise * rng.standard_normal(X.shape, dtype=np.float32)
    return X[:n_rows], X[n_rows:]


def timed(work):
    """What `work()` returns, the seconds, and those of all processors."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - wall, time.process_time() - cpu


def by_rows(before):
    """Default fits, beside PCA."""
    lines = []
    for n_rows, n_columns, n_codes in SHAPES:
        X, test = table(n_rows, n_columns)
        settings = {}
        if before and n_rows >= 20000:
            steps = -(-int(0.9 * n_rows) // 256)
            epochs = max(12, -(-2700 // steps))
            settings = {"hidden_layer_sizes": (512, 256), "epochs": epochs}
        model = skae.Autoencoder(n_codes, random_state=0, **settings)
        _, wall, cpu = timed(lambda model=model, X=X: model.fit(X))
        pca, wall_pca, _ = timed(lambda n=n_codes, X=X: PCA(n).fit(X))
        back = pca.inverse_transform(pca.transform(test))
        row = [f"{n_rows} x {n_columns}", n_codes, model.hidden_layer_sizes_]
        row += [model.n_iter_, f"{wall:.1f}", f"{cpu:.1f}", f"{model.score(test):.4f}"]
        pca_explains = explained_variance(test, back)
        lines.append([*row, f"{pca_explains:.4f}", f"{wall_pca:.2f}"])
    header = "data", "codes", "network", "passes", "s", "s of all cores"
    print_table("Rows", [*header, "score", "PCA", "PCA, s"], lines)


def by_codes():
    """One epoch of 2000 x 1500, and what comes after it."""
    X, _ = table(2000, 1500, n_factors=40, noise=0.3)
    turn_codes, spent = _fit.turn_codes, []

    def turn(*arguments):
        found, wall, _ = timed(lambda: turn_codes(*arguments))
        spent.append(wall)
        return found

    _fit.turn_codes = turn
    lines = []
    for n_codes in (32, 256, 1024):
        model = skae.Autoencoder(n_codes, epochs=1, random_state=0)
        _, wall, cpu = timed(lambda model=model: model.fit(X))
        lines.append([n_codes, f"{wall:.1f}", f"{cpu:.1f}", f"{spent[-1]:.1f}"])
    _fit.turn_codes = turn_codes
    print_table("Codes", ["codes", "s", "s of all cores", "s after training"], lines)


if __name__ == "__main__":
    which = set(sys.argv[1:]) - {"--before"} or {"rows", "codes"}
    skae.Autoencoder(2, epochs=1).fit(table(300, 20)[0])  # imports
    if "rows" in which:
        by_rows("--before" in sys.argv)
    if "codes" in which:
        by_codes()
