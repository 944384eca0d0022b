"""Do the defaults hold on data that chose none of them?

Run ``python examples/benchmarks/elsewhere.py [tables] [images]``: the fraction of the
variance explained on held-out rows (70/30), with default settings but `encoding_dim`,
worst of the seeds, beside three rivals with as many codes: PCA, KernelPCA with its own
inverse, and scikit-learn's `MLPRegressor` trained to return its input. Tables are
standardized and get a quarter as many codes as they have columns, at least 2.
"""

import sys
import time
import warnings

import numpy as np
from _measure import DATA, explained_variance, print_table
from sklearn.decomposition import PCA, KernelPCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler

import skae
from skae.datasets import load_fashion_mnist

N_SEEDS = 3
TABLES = ["breastw", "fault", "glass", "ionosphere", "mammography", "musk"]
TABLES += ["pageblocks", "pima", "stamps", "vowels", "waveform", "wdbc", "wilt"]
TABLES += ["yeast"]
DENSE = (
    skae.Autoencoder,
    skae.StackedAutoencoder,
    skae.DenoisingAutoencoder,
    skae.VariationalAutoencoder,
)
IMAGES = (
    skae.Autoencoder,
    skae.ConvAutoencoder,
    skae.ConvDenoisingAutoencoder,
    skae.ConvVariationalAutoencoder,
)


def rivals(X, X_test, k):
    """What PCA, KernelPCA and a network typed in scikit-learn explain."""
    pca = PCA(k, random_state=0).fit(X)
    found = [explained_variance(X_test, pca.inverse_transform(pca.transform(X_test)))]
    kernel = KernelPCA(k, kernel="rbf", fit_inverse_transform=True, random_state=0)
    kernel.fit(X[:2000])  # its time grows with the cube of the rows
    codes = kernel.transform(X_test)
    found.append(explained_variance(X_test, kernel.inverse_transform(codes)))
    scores = []
    for seed in range(N_SEEDS):
        sizes = (128, 64, k, 64, 128)
        network = MLPRegressor(
            hidden_layer_sizes=sizes, early_stopping=True, random_state=seed
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(X, X)
        scores.append(explained_variance(X_test, network.predict(X_test)))
    return [*found, min(scores)]


def row(name, X, X_test, k, families):
    flat = [part.reshape(len(part), -1) for part in (X, X_test)]
    found = rivals(*flat, k)
    start = time.perf_counter()
    for cls in families:
        parts = flat if cls in DENSE else (X, X_test)
        found.append(
            min(
                cls(k, random_state=seed).fit(parts[0]).score(parts[1])
                for seed in range(N_SEEDS)
            )
        )
    seconds = (time.perf_counter() - start) / N_SEEDS / len(families)
    size = f"{len(X)} x {flat[0].shape[1]}"
    values = [*(f"{value:.3f}" for value in found), f"{seconds:.1f}"]
    print(name, size, k, *values, flush=True)
    return name, size, k, *values


def report(title, families, rows):
    header = ["data", "rows x columns", "codes", "PCA", "KernelPCA", "MLPRegressor"]
    print_table(title, [*header, *(c.__name__ for c in families), "s / fit"], rows)


def tables():
    data = {name: np.load(DATA / f"odds_{name}.npz")["X"] for name in TABLES}
    data["pbmc68k"] = np.load(DATA / "sc_pbmc68k_reduced.npz")["X"]
    rows = []
    for name, X in data.items():
        X = StandardScaler().fit_transform(X).astype(np.float32)
        k = min(32, max(2, X.shape[1] // 4))
        parts = train_test_split(X, test_size=0.3, random_state=0)
        rows.append(row(name, *parts, k, DENSE))
    report("Tables that chose no default", DENSE, rows)


def images():
    data = load_fashion_mnist()
    parts = data.X_train[:5000], data.X_test[:2000]
    parts = [part.reshape(-1, 28, 28) for part in parts]
    rows = [row("Fashion-MNIST 5000", *parts, 16, IMAGES)]
    report("Images that chose no default", IMAGES, rows)


PARTS = {"tables": tables, "images": images}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
