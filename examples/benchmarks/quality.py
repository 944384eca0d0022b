"""Are the default settings ever worse than PCA? Tables and MNIST, over 5 seeds.

Run ``python examples/benchmarks/quality.py [tables] [mnist] [plain] [starts]``: the
fraction of the variance explained on held-out rows (70/30 split, seed 0, digits
stratified) and seconds per fit; the networks of the tutorials; what the linear start
buys with cross-entropy.
"""

import sys
import time

import numpy as np
from _measure import explained_variance, print_table
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from training import PLAIN

from skae import Autoencoder
from skae.datasets import load_mnist

SEEDS = range(5)


def tables():
    """Name, data, number of components, labels to stratify by, least value asked."""
    digits = datasets.load_digits()
    for n_components, least in ((2, 0.55), (8, 0.83), (16, 0.90)):
        yield "digits / 16", digits.data / 16, n_components, digits.target, least
    wine, cancer = datasets.load_wine().data, datasets.load_breast_cancer().data
    yield "wine", wine, 2, None, None
    yield "breast cancer", cancer, 3, None, None
    yield "breast cancer, standardized", _standardize(cancer), 5, None, None
    yield "diabetes", datasets.load_diabetes().data, 3, None, None
    yield "wine, standardized", _standardize(wine), 3, None, None
    yield "iris", datasets.load_iris().data, 2, None, None
    yield "linnerud (20 rows)", datasets.load_linnerud().data, 1, None, None
    roll, _ = datasets.make_swiss_roll(1000, noise=0.5, random_state=0)
    yield "swiss roll", roll, 2, None, None
    mixed, _ = datasets.make_classification(300, 20, n_informative=5, random_state=0)
    yield "make_classification", mixed, 5, None, None
    noise = np.random.default_rng(0).normal(size=(200, 10))
    yield "pure noise (nothing to learn)", noise, 3, None, None


def _standardize(X):
    return StandardScaler().fit_transform(X)


def compare_tables():
    rows = []
    for name, X, n_components, stratify, least in tables():
        train, test = train_test_split(
            X, test_size=0.3, random_state=0, stratify=stratify
        )
        pca = PCA(n_components).fit(train)
        floor = explained_variance(test, pca.inverse_transform(pca.transform(test)))
        scores, start = [], time.perf_counter()
        for seed in SEEDS:
            estimator = Autoencoder(n_components, random_state=seed).fit(train)
            scores.append(estimator.score(test))
        seconds = (time.perf_counter() - start) / len(scores)
        least = floor - 0.002 if least is None else least
        rows.append(
            (
                f"{name}, {train.shape[0]} x {X.shape[1]}",
                n_components,
                f"{floor:.5f}",
                f"{min(scores):.5f}",
                f"{np.mean(scores):.5f}",
                f"{least:.5f}",
                "yes" if min(scores) >= least else "**no**",
                f"{seconds:.1f}",
            )
        )
        print(*rows[-1], flush=True)
    header = ["table", "codes", "PCA", "skae, worst of 5", "mean", "at least"]
    print_table("Explained variance, held-out rows", [*header, "met", "s / fit"], rows)


def compare_mnist():
    data, rows = load_mnist(), []
    for n_components, most in ((2, 0.0355), (10, 0.0132), (32, 0.0058)):
        pca = PCA(n_components).fit(data.X_train)
        residual = data.X_test - pca.inverse_transform(pca.transform(data.X_test))
        estimator = Autoencoder(n_components, random_state=0)
        start = time.perf_counter()
        estimator.fit(data.X_train)
        seconds = time.perf_counter() - start
        error = estimator.reconstruction_error(data.X_test).mean()
        rows.append(
            (
                n_components,
                f"{np.mean(residual**2):.4f}",
                f"{error:.4f}",
                most,
                f"{estimator.score(data.X_test):.3f}",
                f"{seconds:.1f}",
            )
        )
        print(*rows[-1], flush=True)
    header = ["codes", "PCA", "skae", "at most", "explained variance", "s / fit"]
    print_table("MNIST, test squared error, defaults, seed 0", header, rows)


def reproduce_plain():
    data, rows = load_mnist(), []
    for hidden, n_epochs, keras_loss, most in (
        ((), 50, 0.0928, 0.0935),
        ((128, 64), 100, 0.0819, 0.083),
    ):
        estimator = Autoencoder(
            32, hidden_layer_sizes=hidden, batch_size=256, epochs=n_epochs, **PLAIN
        )
        start = time.perf_counter()
        estimator.fit(data.X_train)
        seconds = time.perf_counter() - start
        error = float(estimator.reconstruction_error(data.X_test).mean())
        layers = "-".join(map(str, (784, *hidden, 32)))
        rows.append(
            (layers, n_epochs, keras_loss, f"{error:.4f}", most, f"{seconds:.0f}")
        )
        print(*rows[-1], flush=True)
    header = ["network", "epochs", "plain Keras", "skae", "at most", "s"]
    print_table("MNIST, plain networks, test cross-entropy", header, rows)


def compare_starts():
    """Cross-entropy on 10000 images: does the linear start help there, too?"""
    data, rows = load_mnist(), []
    for init in ("random", "pca"):
        estimator = Autoencoder(
            32, loss="binary_crossentropy", init=init, epochs=20, random_state=0
        )
        start = time.perf_counter()
        estimator.fit(data.X_train[::6])
        seconds = time.perf_counter() - start
        error = float(estimator.reconstruction_error(data.X_test).mean())
        rows.append((init, f"{error:.4f}", f"{seconds:.1f}"))
        print(*rows[-1], flush=True)
    header = ["init", "test cross-entropy", "s"]
    print_table("MNIST, 10000 images, 20 epochs, 32 codes", header, rows)


PARTS = {
    "tables": compare_tables,
    "mnist": compare_mnist,
    "plain": reproduce_plain,
    "starts": compare_starts,
}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
