"""Are codes comparable from seed to seed? What do nested codes and a search cost?

Run ``python examples/benchmarks/codes.py [seeds] [nested] [search] [mnist]``: the mean
absolute correlation of matched codes of fits with other seeds, turned and as trained;
the first 8 codes of a nested fit beside a fit with 8; a search over 16 sizes by one
nested fit per fold beside one size; MNIST with default settings and with those of
version 0.1.
"""

import sys
import time

import numpy as np
from _measure import print_table
from scipy.optimize import linear_sum_assignment
from sklearn.decomposition import PCA
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

import skae
from skae.datasets import load_digits, load_mnist
from skae.families.dense import LinearPathArchitecture
from skae.metrics import prefix_scores

# Settings before there was "auto".
BEFORE = {
    "hidden_layer_sizes": (128, 64),
    "activation": "elu",
    "learning_rate": 2e-3,
    "input_noise": 0.0,
    "epochs": 15,
}


class Unrotated(LinearPathArchitecture):
    def linear_code(self):
        return None


class AsTrained(skae.Autoencoder):
    """Its codes stay as training left them."""

    _architecture = Unrotated


def matched(first, second):
    """Mean absolute correlation of the best pairs of codes."""
    size = first.shape[1]
    correlation = np.abs(np.corrcoef(first.T, second.T)[:size, size:])
    return correlation[linear_sum_assignment(-correlation)].mean()


def compare_seeds():
    X, rows = load_digits().X_train, []
    for k in (4, 8):
        found = []
        for cls in (AsTrained, skae.Autoencoder):
            for init in ("pca", "random"):
                codes = [
                    cls(k, init=init, random_state=seed).fit(X).transform(X)
                    for seed in range(3)
                ]
                pairs = [(0, 1), (0, 2), (1, 2)]
                found.append(np.mean([matched(codes[i], codes[j]) for i, j in pairs]))
        rows.append((k, *(f"{value:.2f}" for value in found)))
        print(*rows[-1], flush=True)
    header = ["codes", "as trained, PCA", "as trained, random", "turned, PCA"]
    title = "Correlation of matched codes of 3 seeds, digits"
    print_table(title, [*header, "turned, random"], rows)


def compare_nested():
    digits, mnist, rows = load_digits(), load_mnist(), []
    for name, X, X_test in (
        ("digits", digits.X_train, digits.X_test),
        ("MNIST 10000", mnist.X_train[:10000], mnist.X_test),
    ):
        nested = skae.Autoencoder(32, nested=True, random_state=0).fit(X)
        scores = prefix_scores(nested, X_test)
        alone = {}
        for m in (2, 8, 32):
            model = skae.Autoencoder(m, random_state=0).fit(X)
            alone[m] = model.score(X_test)
            floor = prefix_scores(PCA(m).fit(X), X_test)[-1]
            share = scores[m - 1] / alone[m]
            rows.append(
                (
                    name,
                    m,
                    *(f"{v:.3f}" for v in (floor, alone[m], scores[m - 1], share)),
                )
            )
            print(*rows[-1], flush=True)
    header = ["data", "codes", "PCA", "fitted alone", "first of 32 nested", "share"]
    print_table("Nested codes, explained variance of test rows", header, rows)


def compare_search():
    X, sizes = load_digits().X_train, range(1, 17)
    times = []
    for work in (
        lambda: cross_val_score(skae.Autoencoder(16, random_state=0), X, cv=5),
        lambda: skae.PrefixSearchCV(
            skae.Autoencoder(16, random_state=0), sizes, cv=5
        ).fit(X),
    ):
        work()  # compiles
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    row = (*(f"{t:.1f}" for t in times), f"{times[1] / times[0]:.2f}")
    header = ["1 size x 5 folds, s", "16 sizes x 5 folds and a refit, s", "ratio"]
    print_table("Search by prefixes, digits", header, [row])


def compare_mnist():
    data, rows = load_mnist(), []
    models = {}
    for k in (2, 10, 32):
        models[k, "before"] = skae.Autoencoder(k, random_state=0, **BEFORE)
        models[k, "defaults"] = skae.Autoencoder(k, random_state=0)
    for cls in (skae.DenoisingAutoencoder, skae.VariationalAutoencoder):
        models[32, cls.__name__] = cls(32, random_state=0)
    for (k, name), model in models.items():
        start = time.perf_counter()
        model.fit(data.X_train)
        seconds = time.perf_counter() - start
        error = np.mean((model.reconstruct(data.X_test) - data.X_test) ** 2)
        near = KNeighborsClassifier(5)
        near.fit(model.transform(data.X_train[:20000]), data.y_train[:20000])
        found = near.score(model.transform(data.X_test[:5000]), data.y_test[:5000])
        rows.append((k, name, f"{error:.5f}", f"{found:.3f}", f"{seconds:.0f}"))
        print(*rows[-1], flush=True)
    header = ["codes", "settings", "test MSE", "5-NN", "s"]
    print_table("MNIST, 60000 rows", header, rows)


PARTS = {
    "seeds": compare_seeds,
    "nested": compare_nested,
    "search": compare_search,
    "mnist": compare_mnist,
}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
