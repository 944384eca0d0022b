"""Few labels in eight data sets, with defaults, beside the simple ways.

Run ``python examples/benchmarks/few_labels_elsewhere.py`` (20 minutes), ``--write`` to
put the table into docs/benchmarks.md, ``--draws 1`` or ``--data digits`` for a look.
Half of the rows, 5000 at most, are trained on, 30 or 100 of them with a label, one of
each class at least; the others are tested on, 5000 at most. Columns of tables are
standardized by the training rows. No setting differs from data to data.
"""

import argparse
from itertools import product
from pathlib import Path

import _measure
import numpy as np
from few_labels import OURS, rivals
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from skae import EncoderClassifier
from skae.datasets import load_fashion_mnist

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
MAX_ROWS = 5000
N_LABELS = (30, 100)


def of_file(name, X="X", y="y"):
    """Rows and classes of a file of the data folder."""
    with np.load(_measure.DATA / f"{name}.npz") as file:
        return file[X].astype(np.float32), file[y].ravel()


def heart_beats():
    """ECG5000: the larger part of the archive."""
    return of_file("ts_ecg5000", "x_test", "y_test")


def clothes():
    """Fashion-MNIST."""
    bunch = load_fashion_mnist()
    return bunch.X_train, bunch.y_train


# Whether columns are standardized, and how the rows are read.
DATA = {
    "digits": (False, lambda: datasets.load_digits(return_X_y=True)),
    "Fashion-MNIST": (False, clothes),
    "heart beats": (False, heart_beats),
    "single cells": (True, lambda: of_file("sc_pbmc68k_reduced")),
    "satellite": (True, lambda: of_file("odds_satellite")),
    "cardio": (True, lambda: of_file("odds_cardio")),
    "breast cancer": (True, lambda: datasets.load_breast_cancer(return_X_y=True)),
    "wine": (True, lambda: datasets.load_wine(return_X_y=True)),
}


def split(X, y, share, scaled, seed):
    """Training rows and what they are, test rows and what they are."""
    order = np.random.default_rng(seed).permutation(len(X))
    n_train = min(MAX_ROWS, int(share * len(X)))
    train, test = order[:n_train], order[n_train:][:MAX_ROWS]
    X_train, X_test = X[train], X[test]
    if scaled:
        scaler = StandardScaler().fit(X_train)
        X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)
    return X_train, y[train], X_test, y[test]


def halves(name, seed):
    """Training rows and classes, test rows and classes."""
    scaled, load = DATA[name]
    X, y = load()
    _, y = np.unique(y, return_inverse=True)
    return split(X, y, 1 / 2, scaled, seed)


def few(y, n_labels, seed):
    """`y` with -1 for all but `n_labels` rows, among them one of each class."""
    order = np.random.default_rng(seed).permutation(len(y))
    firsts = [order[y[order] == c][0] for c in np.unique(y)]
    others = [row for row in order if row not in firsts]
    labels = np.full(len(y), -1)
    known = np.concatenate([firsts, others[: n_labels - len(firsts)]]).astype(int)
    labels[known] = y[known]
    return labels


def models(X, seed):
    """What is compared, by name."""
    return {
        OURS: EncoderClassifier(random_state=seed),
        "LogisticRegression": LogisticRegression(max_iter=1000),
        **rivals(PCA(min(50, *X.shape), random_state=0)),
    }


def accuracy(name, model, X, labels, X_test, y_test):
    """Accuracy on the test rows."""
    if name == "LogisticRegression":
        X, labels = X[labels >= 0], labels[labels >= 0]
    return model.fit(X, labels).score(X_test, y_test)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--data", nargs="*", default=list(DATA), choices=DATA)
    options = parser.parse_args()
    lines = []
    for data, n_labels in product(options.data, N_LABELS):
        found = {}
        for draw in range(options.draws):
            X, y, X_test, y_test = halves(data, draw)
            if 2 * n_labels > len(X):
                continue  # most of the rows would have one
            labels = few(y, n_labels, draw)
            for name, model in models(X, draw).items():
                score = accuracy(name, model, X, labels, X_test, y_test)
                found.setdefault(name, []).append(score)
        if found:
            means = [f"{np.mean(scores):.3f}" for scores in found.values()]
            lines.append((data, n_labels, *means))
            print(*lines[-1], sep=" | ", flush=True)
    header = ["data", "labels", *models(np.eye(2), 0)]
    _measure.print_table("Accuracy on the test rows", header, lines)
    if options.write:
        _measure.write_table(DOCUMENT, "few labels elsewhere", header, lines)


if __name__ == "__main__":
    main()
