"""Few targets in fifteen data sets, with defaults, beside the simple ways.

Run ``python examples/benchmarks/few_targets.py`` (half an hour), ``--write`` to put the
table into docs/benchmarks.md, ``--draws 1`` or ``--data wine`` for a look. Two thirds
of the rows, 5000 at most, are trained on, 50 or 200 of them with a target; the others
are tested on, 5000 at most. Columns of tables, of which only numbers are taken, are
standardized by the training rows. No setting differs from data to data. "Turned" images
are to say by how many degrees, up to 45. Penguins, breast cancer, friedman2 and clothes
chose nothing.
"""

import argparse
from itertools import product
from pathlib import Path

import _measure
import numpy as np
import pandas as pd
from _tables import FOLDER
from few_labels_elsewhere import of_file, split
from scipy.ndimage import rotate
from scipy.stats import rankdata
from sklearn import datasets
from sklearn.ensemble import RandomForestRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, DotProduct, WhiteKernel
from sklearn.linear_model import RidgeCV
from sklearn.neighbors import KNeighborsRegressor

from skae import EncoderRegressor
from skae.datasets import load_fashion_mnist, load_mnist

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
N_TURNED = 7500
N_TARGETS = (50, 200)


def column(X, which):
    """One column as the target, the others as the data."""
    return np.delete(X, which, axis=1), X[:, which]


def numbers(table, target):
    """The numeric columns of a table, without rows that have gaps."""
    frame = pd.read_csv(FOLDER / f"{table}.csv").select_dtypes("number").dropna()
    return frame.drop(columns=target).to_numpy(float), frame[target].to_numpy(float)


def heart_beats():
    """A later moment of a heart beat from its first hundred."""
    X, _ = of_file("ts_ecg5000", "x_test", "y_test")
    return X[:, :100], X[:, 120]


def turned(load):
    """Images turned by random angles, and the angles."""
    images = load().X_train[:N_TURNED].reshape(-1, 28, 28)
    degrees = np.random.default_rng(0).uniform(-45, 45, len(images))
    pairs = zip(images, degrees, strict=True)
    found = [rotate(image, angle, reshape=False, order=1) for image, angle in pairs]
    return np.reshape(found, (len(images), -1)), degrees


# Whether columns are standardized, and how the rows are read.
DATA = {
    "california": (True, lambda: numbers("california_housing", "median_house_value")),
    "diabetes": (True, lambda: datasets.load_diabetes(return_X_y=True)),
    "friedman1": (True, lambda: datasets.make_friedman1(4000, noise=1, random_state=0)),
    "cars": (True, lambda: numbers("auto_imports", "price")),
    "wine": (True, lambda: column(datasets.load_wine().data, 0)),
    "single cells": (True, lambda: column(of_file("sc_pbmc68k_reduced")[0], 5)),
    "satellite": (True, lambda: column(of_file("odds_satellite")[0], 17)),
    "heart beats": (False, heart_beats),
    "digits, turned": (False, lambda: turned(load_mnist)),
    "penguins": (True, lambda: numbers("penguins", "body_mass_g")),
    "taxis": (True, lambda: numbers("taxis", "tip")),
    "breast cancer": (True, lambda: column(datasets.load_breast_cancer().data, 9)),
    "page blocks": (True, lambda: column(of_file("odds_pageblocks")[0], 4)),
    "friedman2": (
        True,
        lambda: datasets.make_friedman2(4000, noise=9, random_state=0),
    ),
    "clothes, turned": (False, lambda: turned(load_fashion_mnist)),
}


def parts(name, seed):
    """Training rows and targets, test rows and targets."""
    scaled, load = DATA[name]
    X, y, X_test, y_test = split(*load(), 2 / 3, scaled, seed)
    return X.astype(np.float32), y, X_test.astype(np.float32), y_test


def models(seed):
    """What is compared, by name."""
    kernel = DotProduct() + 1.0 * RBF(3.0) + WhiteKernel()
    return {
        "EncoderRegressor": EncoderRegressor(random_state=seed),
        "n_rounds=0": EncoderRegressor(n_rounds=0, random_state=seed),
        "RidgeCV": RidgeCV(np.logspace(-2, 4, 25)),
        "5 neighbours": KNeighborsRegressor(weights="distance"),
        "random forest": RandomForestRegressor(random_state=seed, n_jobs=-1),
        "Gaussian process": GaussianProcessRegressor(kernel, normalize_y=True),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--data", nargs="*", default=list(DATA), choices=DATA)
    options = parser.parse_args()
    lines = []
    for data, n_targets in product(options.data, N_TARGETS):
        found = {}
        for draw in range(options.draws):
            X, y, X_test, y_test = parts(data, draw)
            if 2 * n_targets > len(X):
                continue  # most of the rows would have one
            known = np.arange(len(X)) < n_targets
            for name, model in models(draw).items():
                if isinstance(model, EncoderRegressor):
                    model.fit(X, np.where(known, y, np.nan))
                else:
                    model.fit(X[known], y[known])
                found.setdefault(name, []).append(model.score(X_test, y_test))
        if found:
            means = [f"{np.mean(scores):.3f}" for scores in found.values()]
            lines.append((data, n_targets, *means))
            print(*lines[-1], sep=" | ", flush=True)
    scores = np.array([line[2:] for line in lines], dtype=float)
    ranks = rankdata(-scores, axis=1).mean(axis=0)
    lines.append(("mean rank", "", *(f"{rank:.2f}" for rank in ranks)))
    header = ["data", "targets", *models(0)]
    _measure.print_table("R2 on the test rows", header, lines)
    if options.write:
        _measure.write_table(DOCUMENT, "few targets", header, lines)


if __name__ == "__main__":
    main()
