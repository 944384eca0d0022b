"""Outlier detection without labels: mean area under the ROC curve over seeds.

Run ``python examples/benchmarks/outliers.py`` (10 minutes), ``--seeds 2`` for a look,
``--write`` to put the table into docs/benchmarks.md. Features are standardized; all
detectors are trained on all rows. PyOD's figures are those that PyOD publishes.
"""

import argparse
from pathlib import Path

import _measure
import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from skae import Autoencoder, AutoencoderOutlierDetector, RecurrentAutoencoder

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
PYOD = {"cardio": 0.817, "satellite": 0.663, "optdigits": 0.598}


def area(y, scores):
    """Area under the ROC curve, outliers being the rows with low scores."""
    return roc_auc_score(y, -scores)


def pca_scores(X, n_components):
    """Minus the reconstruction error of PCA."""
    pca = PCA(n_components).fit(X)
    return -((X - pca.inverse_transform(pca.transform(X))) ** 2).mean(axis=1)


def table_row(name, n_seeds):
    """Areas of all detectors on one table."""
    with np.load(_measure.DATA / f"odds_{name}.npz") as file:
        X, y = StandardScaler().fit_transform(file["X"]), file["y"].ravel()
    found = {"default": [], "autoencoder": [], "forest": []}
    for seed in range(n_seeds):
        default = AutoencoderOutlierDetector(random_state=seed).fit(X)
        found["default"].append(area(y, default.score_samples(X)))
        model = Autoencoder(max(2, X.shape[1] // 4), random_state=seed).fit(X)
        found["autoencoder"].append(area(y, model.score_samples(X)))
        forest = IsolationForest(random_state=seed).fit(X)
        found["forest"].append(area(y, forest.score_samples(X)))
    mean = {key: f"{np.mean(values):.3f}" for key, values in found.items()}
    spread = f"{np.std(found['default']):.3f}"
    return (
        name,
        len(X),
        f"{y.mean():.1%}",
        f"**{mean['default']}** ± {spread}",
        mean["autoencoder"],
        f"{area(y, pca_scores(X, max(2, X.shape[1] // 4))):.3f}",
        mean["forest"],
        PYOD.get(name, "-"),
    )


def heart_beats(n_seeds):
    """ECG5000: trained on normal beats alone, tested on all kinds."""
    with np.load(_measure.DATA / "ts_ecg5000.npz") as file:
        X, X_test = file["x_train"][file["y_train"] == 1], file["x_test"]
        y_test = file["y_test"] != 1
    models = {
        "dense, code 8": lambda seed: Autoencoder(8, random_state=seed),
        "recurrent, code 8": lambda seed: RecurrentAutoencoder(
            8,
            hidden_layer_sizes=32,
            cell="lstm",
            init="random",
            epochs=100,
            batch_size=16,
            learning_rate=5e-3,
            random_state=seed,
        ),
    }
    for name, make in models.items():
        areas = []
        for seed in range(n_seeds):
            detector = AutoencoderOutlierDetector(make(seed), trim=0.0).fit(X)
            areas.append(area(y_test, detector.score_samples(X_test)))
        yield name, len(X), f"{np.mean(areas):.3f}", f"{min(areas):.3f}"
    scores = PCA(8).fit(X)
    error = ((X_test - scores.inverse_transform(scores.transform(X_test))) ** 2).mean(1)
    yield "PCA(8)", len(X), f"{area(y_test, -error):.3f}", "-"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    names = ("cardio", "thyroid", "satellite", "optdigits")
    header = "data,rows,outliers,skae default,Autoencoder,PCA,IsolationForest,PyOD AE"
    lines = [table_row(name, options.seeds) for name in names]
    _measure.print_table("Outliers", header.split(","), lines)
    beats = list(heart_beats(min(3, options.seeds)))
    beat_header = ["ECG5000, normal beats", "training rows", "mean AUROC", "worst"]
    _measure.print_table("Heart beats", beat_header, beats)
    if options.write:
        _measure.write_table(DOCUMENT, "outliers", header.split(","), lines)
        _measure.write_table(DOCUMENT, "heart beats", beat_header, beats)


if __name__ == "__main__":
    main()
