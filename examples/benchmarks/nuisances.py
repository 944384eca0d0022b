"""How much of a batch, an instrument or a site is left in codes?

Run ``python examples/benchmarks/nuisances.py``. The batches are made: digits are
slanted, thickened, dimmed and brightened; genes of single cells get factors, depth and
ambient counts; channels of JapaneseVowels get offsets and gains. Codes have 16
dimensions. On new rows, a random forest guesses the batch from the codes, and five
nearest neighbours of the *other* batches guess the kind of a row.
"""

import sys
from pathlib import Path

import numpy as np
from _measure import DATA, print_table, write_table
from scipy.ndimage import affine_transform
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from skae import ConditionalVariationalAutoencoder
from skae.datasets import load_digits

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
N_CODES, SEEDS = 16, range(5)


def digits(rng):
    """Images of 8 x 8 pixels in four handwritings."""
    bunch = load_digits()
    X = np.concatenate([bunch.X_train, bunch.X_test])
    factor = rng.permutation([0.55, 0.75, 1.0, 1.25])
    offset = rng.permutation([0.0, 0.1, 0.2, 0.05])
    shear = rng.permutation([-0.2, -0.05, 0.075, 0.225])
    gamma = rng.permutation(np.sqrt([0.6, 0.9, 1.3, 2.0]))

    def shift(rows, batch):
        matrix = np.array([[1, 0], [shear[batch], 1]])
        middle = np.array([3.5, 3.5])
        move = middle - matrix @ middle
        slanted = [
            affine_transform(row.reshape(8, 8), matrix, move, order=1) for row in rows
        ]
        pixels = np.clip(slanted, 0, 1).reshape(len(rows), -1) ** gamma[batch]
        return factor[batch] * pixels + offset[batch]

    return X, np.concatenate([bunch.y_train, bunch.y_test]), 4, shift, lambda X: X


def vowels(rng):
    """Series of 12 channels, resampled to 12 steps."""
    file = np.load(DATA / "ts_japanesevowels.npz")
    series, y = [], []
    for part in ("train", "test"):
        ends = np.cumsum(file[f"x_{part}_lengths"])[:-1]
        series += np.split(file[f"x_{part}_flat"], ends)
        y.append(file[f"y_{part}"])
    steps = np.linspace(0, 1, 12)
    X = np.stack(
        [
            [np.interp(steps, np.linspace(0, 1, len(s)), s[:, c]) for c in range(12)]
            for s in series
        ]
    )
    spread = X.std(axis=(0, 2))
    offset = 0.7 * rng.normal(size=(3, 12)) * spread
    gain = np.exp(0.35 * rng.normal(size=(3, 12)))

    def shift(rows, batch):
        rows = rows.reshape(len(rows), 12, 12)
        moved = rows * gain[batch][:, None] + offset[batch][:, None]
        return moved.reshape(len(rows), -1)

    return X.reshape(len(X), -1), np.concatenate(y), 3, shift, lambda X: X


def cells(rng):
    """Counts of genes, normalized by their sum."""
    file = np.load(DATA / "sc_pbmc68k_reduced.npz")
    counts = file["counts"].astype(float)
    factor = np.exp(0.6 * rng.normal(size=(3, counts.shape[1])))
    depth = rng.permutation(np.linspace(0.35, 1.0, 3))
    soup, ambient = rng.permutation([0.0, 0.1, 0.2]), counts.sum(0) / counts.sum()

    def normalized(X):
        return np.log1p(X / np.maximum(X.sum(1, keepdims=True), 1) * 500)

    def shift(rows, batch):
        mixed = (1 - soup[batch]) * rows
        mixed += soup[batch] * rows.sum(1, keepdims=True) * ambient
        return normalized(rng.poisson(mixed * factor[batch] * depth[batch]))

    return counts, file["y"], 3, shift, normalized


def per_batch(X, batch, is_train, with_std):
    """Rows minus the mean of the training rows of their batch, in their deviations."""
    found = np.empty_like(X)
    for b in np.unique(batch):
        scaler = StandardScaler(with_std=with_std)
        scaler.fit(X[is_train & (batch == b)])
        found[batch == b] = scaler.transform(X[batch == b])
    return found


def pca(X, is_train):
    """Codes of PCA."""
    return PCA(N_CODES, random_state=0).fit(X[is_train]).transform(X)


def told(X, batch, is_train, seed):
    """Codes of the conditional variational autoencoder."""
    model = ConditionalVariationalAutoencoder(N_CODES, random_state=seed)
    model.fit(X[is_train], batch[is_train])
    return model.transform(X, batch)


def batch_left(codes, batch, seed):
    """Points by which a forest guesses the batch better than the largest share."""
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    forest = RandomForestClassifier(100, random_state=seed)
    guessed = cross_val_predict(forest, codes, batch, cv=folds)
    return 100 * (np.mean(guessed == batch) - np.bincount(batch).max() / len(batch))


def kinds_kept(codes, kinds, batch, is_train):
    """Accuracy of neighbours of other batches, of codes as given or standardized."""
    scaled = StandardScaler().fit(codes[is_train]).transform(codes)
    accuracies = []
    for z in (codes, scaled):
        right = 0
        for b in np.unique(batch):
            others, new = is_train & (batch != b), ~is_train & (batch == b)
            neighbors = KNeighborsClassifier(5).fit(z[others], kinds[others])
            right += np.sum(neighbors.predict(z[new]) == kinds[new])
        accuracies.append(100 * right / np.sum(~is_train))
    return max(accuracies)


def measure(make, seed):
    """Both measures for each way of making codes."""
    rng = np.random.default_rng(seed)
    raw, kinds, n_batches, shift, clean = make(rng)
    batch = rng.integers(n_batches, size=len(raw))
    is_train = rng.uniform(size=len(raw)) < 0.65
    first = clean(raw)
    X = np.empty_like(first)
    for b in range(n_batches):
        X[batch == b] = shift(raw[batch == b], b)
    standardized = per_batch(X, batch, is_train, with_std=True)
    found = {
        "PCA": pca(X, is_train),
        "PCA after centring per batch": pca(
            per_batch(X, batch, is_train, with_std=False), is_train
        ),
        "PCA after standardizing per batch": pca(standardized, is_train),
        "conditional variational autoencoder": told(X, batch, is_train, seed),
        "the same, after standardizing per batch": told(
            standardized, batch, is_train, seed
        ),
        "PCA of data without the nuisance": pca(first, is_train),
    }
    return {
        name: (
            batch_left(codes[~is_train], batch[~is_train], seed),
            kinds_kept(codes, kinds, batch, is_train),
        )
        for name, codes in found.items()
    }


def main():
    makers = {"digits": digits, "single cells": cells, "JapaneseVowels": vowels}
    columns = {}
    for title, make in makers.items():
        runs = [measure(make, seed) for seed in SEEDS]
        columns[title] = {
            name: np.mean([run[name] for run in runs], axis=0) for name in runs[0]
        }
        print(title, columns[title], flush=True)
    rows = [
        (name, *("{:.0f} / {:.0f}".format(*columns[title][name]) for title in makers))
        for name in columns["digits"]
    ]
    header = ["codes", *makers]
    print_table("Nuisances", header, rows)
    if "--write" in sys.argv:
        write_table(DOCUMENT, "nuisances", header, rows)


if __name__ == "__main__":
    main()
