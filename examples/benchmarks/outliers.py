"""Outliers and novelties in 18 tables, beside the simple ways; and odd heart beats.

Run ``python examples/benchmarks/outliers.py`` (40 minutes), ``--seeds 1`` for a look,
``--only contaminated`` or clean, beats, lines, time for a part, ``--write`` to put the
tables into docs/benchmarks.md. Area under the ROC curve. Columns are standardized by
the training rows; of more than 10000 rows 10000 are drawn. Contaminated: all rows are
trained on, and scored. Clean: half of the normal rows are trained on, all others
scored. No setting differs from table to table.
"""

import argparse
import time
from pathlib import Path

import _measure
import numpy as np
from scipy.stats import rankdata
from sklearn import datasets
from sklearn.covariance import EmpiricalCovariance
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
from sklearn.preprocessing import StandardScaler

from skae import Autoencoder, AutoencoderOutlierDetector

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
MAX_ROWS = 10000
OURS = "skae default"


def table_names():
    """The tables of the data folder."""
    return sorted(path.stem[5:] for path in _measure.DATA.glob("odds_*.npz"))


def read(name, seed=0):
    """Rows, and which of them are outliers."""
    with np.load(_measure.DATA / f"odds_{name}.npz") as file:
        X, y = file["X"].astype(np.float64), file["y"].ravel()
    if len(X) > MAX_ROWS:
        some = np.random.default_rng(seed).permutation(len(X))[:MAX_ROWS]
        X, y = X[some], y[some]
    return X, y


def halves(X, y, seed):
    """Half of the normal rows; all other rows, and which of them are outliers."""
    normal = np.random.default_rng(seed).permutation(np.flatnonzero(y == 0))
    train = normal[: len(normal) // 2]
    test = np.setdiff1d(np.arange(len(X)), train)
    scaler = StandardScaler().fit(X[train])
    return scaler.transform(X[train]), scaler.transform(X[test]), y[test]


def neighbours(X, X_test, *, farthest, n=5):
    """Distance of the `n`-th neighbour, or the mean of `n`."""
    nearest = NearestNeighbors(n_neighbors=n).fit(X)
    distances = nearest.kneighbors(None if X is X_test else X_test)[0]
    return distances[:, -1] if farthest else distances.mean(axis=1)


def detectors(X, X_test, seed, novelty):
    """How odd all detectors find `X_test`, by name."""
    ours = AutoencoderOutlierDetector(novelty=novelty, random_state=seed).fit(X)
    n_codes = ours.autoencoder_.encoding_dim
    pca = PCA(min(n_codes, *X.shape)).fit(X)
    rest = X_test - pca.inverse_transform(pca.transform(X_test))
    factor = LocalOutlierFactor(20, novelty=True).fit(X)
    mixture = GaussianMixture(5, reg_covar=1e-3, random_state=seed).fit(X)
    forest = IsolationForest(random_state=seed).fit(X)
    found = {
        OURS: -ours.score_samples(X_test),
        "IsolationForest": -forest.score_samples(X_test),
        "Mahalanobis": EmpiricalCovariance().fit(X).mahalanobis(X_test),
        "5th neighbour": neighbours(X, X_test, farthest=True),
        "mean of 5 neighbours": neighbours(X, X_test, farthest=False),
        "mean of a tenth of the rows": neighbours(
            X, X_test, farthest=False, n=min(len(X) // 10, 500)
        ),
        "LocalOutlierFactor": -factor.score_samples(X_test),
        "GaussianMixture(5)": -mixture.score_samples(X_test),
        "PCA residual": np.mean(rest**2, axis=1),
        "residual of the default's network": ours.autoencoder_.reconstruction_error(
            X_test
        ),
    }
    if not novelty:
        found["LocalOutlierFactor"] = -factor.negative_outlier_factor_
        ranks = [rankdata(found[name]) for name in ("IsolationForest", "Mahalanobis")]
        found["forest and Mahalanobis, ranks"] = sum(ranks)
    return found


def compare(seeds, novelty):
    """Rows of a table: each detector's mean, its worst five, its seeds."""
    names = table_names()
    areas = {}
    for seed in range(seeds):
        for name in names:
            X, y = read(name)
            if novelty:
                X, X_test, y = halves(X, y, seed)
            else:
                X = X_test = StandardScaler().fit_transform(X)
            for detector, odd in detectors(X, X_test, seed, novelty).items():
                of_seeds = areas.setdefault(detector, np.zeros((seeds, len(names))))
                of_seeds[seed, names.index(name)] = roc_auc_score(y, odd)
            print(seed, name, f"{areas[OURS][seed, names.index(name)]:.3f}", flush=True)
    rows = []
    for detector, of_seeds in areas.items():
        means = of_seeds.mean(axis=1)
        worst = np.sort(of_seeds.mean(axis=0))[:5].mean()
        rows.append(
            (
                detector,
                f"{means.mean():.4f}",
                f"{worst:.3f}",
                f"{means.min():.4f} to {means.max():.4f}",
            )
        )
    own = [
        (name, f"{a:.3f}") for name, a in zip(names, areas[OURS].mean(0), strict=True)
    ]
    return rows, own


def heart_beats(seeds):
    """ECG5000: trained on normal beats alone, tested on all kinds."""
    with np.load(_measure.DATA / "ts_ecg5000.npz") as file:
        X, X_test = file["x_train"][file["y_train"] == 1], file["x_test"]
        y_test = file["y_test"] != 1
    ways = {
        "the default": {},
        "dense, code 8": {"autoencoder": Autoencoder(8)},
        "dense, code 8, residual": {
            "autoencoder": Autoencoder(8),
            "criterion": "reconstruction",
        },
    }
    for name, options in ways.items():
        areas = []
        for seed in range(seeds):
            detector = AutoencoderOutlierDetector(
                novelty=True, random_state=seed, **options
            ).fit(X)
            areas.append(roc_auc_score(y_test, -detector.score_samples(X_test)))
        yield name, len(X), f"{np.mean(areas):.3f}", f"{min(areas):.3f}"
    pca = PCA(8).fit(X)
    error = ((X_test - pca.inverse_transform(pca.transform(X_test))) ** 2).mean(1)
    yield "PCA(8), residual", len(X), f"{roc_auc_score(y_test, error):.3f}", "-"
    for name, farthest in (("5th neighbour", True), ("mean of 5 neighbours", False)):
        area = roc_auc_score(y_test, neighbours(X, X_test, farthest=farthest))
        yield name, len(X), f"{area:.3f}", "-"


def beats_among_others():
    """All detectors on normal beats of ECG5000 with one odd beat for each twenty."""
    with np.load(_measure.DATA / "ts_ecg5000.npz") as file:
        X, odd = file["x_test"].astype(np.float64), file["y_test"] != 1
    rng = np.random.default_rng(0)
    few = rng.permutation(np.flatnonzero(odd))[: np.sum(~odd) // 20]
    kept = np.append(np.flatnonzero(~odd), few)
    for name, found in detectors(X[kept], X[kept], 0, novelty=False).items():
        yield name, len(kept), f"{roc_auc_score(odd[kept], found):.3f}"


def usual_tables():
    """Halves of tables without outliers, by name."""
    rng = np.random.default_rng(0)
    tables = {name: (X := read(name))[0][X[1] == 0] for name in table_names()}
    tables |= {
        "normal numbers": rng.normal(size=(2000, 10)),
        "wine": datasets.load_wine().data,
        "breast cancer": datasets.load_breast_cancer().data,
        "digits": datasets.load_digits().data,
        "diabetes": datasets.load_diabetes().data,
    }
    for name, X in tables.items():
        half, other = np.array_split(rng.permutation(X), 2)
        scaler = StandardScaler().fit(half)
        yield name, scaler.transform(half), scaler.transform(other)


def flagged(asked=("auto", 0.05)):
    """Share of usual rows that were taken for outliers."""
    found = {}
    for _, X, X_new in usual_tables():
        for novelty in (False, True):
            for share in asked:
                if share != "auto" and not novelty:
                    continue  # a share of the training rows, by definition
                detector = AutoencoderOutlierDetector(
                    novelty=novelty, contamination=share, random_state=0
                ).fit(X)
                new = np.mean(detector.predict(X_new) == -1)
                found.setdefault((novelty, share), []).append(new)
    for (novelty, share), new in found.items():
        says = "2 %" if share == "auto" else f"{share:.0%}"
        yield (
            f"novelty={novelty}, contamination={share!r}",
            says,
            *(f"{100 * f(new):.1f} %" for f in (np.mean, np.median, np.max)),
        )


def seconds():
    """Seconds of a fit to 10000 rows of 20 columns, the second of two in a process."""
    rng = np.random.default_rng(0)
    X = np.tanh(rng.normal(size=(10000, 5)) @ rng.normal(size=(5, 20)))
    X = StandardScaler().fit_transform(X + 0.3 * rng.normal(size=X.shape))
    for novelty in (False, True):
        spent = []
        for _ in range(3):
            start = time.perf_counter()
            AutoencoderOutlierDetector(novelty=novelty, random_state=0).fit(X)
            spent.append(time.perf_counter() - start)
        yield f"novelty={novelty}", f"{spent[0]:.1f}", f"{min(spent):.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parts = ("contaminated", "clean", "beats", "lines", "time")
    parser.add_argument("--only", choices=parts, action="append")
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()

    def show(name, header, rows):
        rows = list(rows)
        _measure.print_table(name, header, rows)
        if options.write:
            _measure.write_table(DOCUMENT, name, header, rows)

    for part in options.only or parts:
        if part in ("contaminated", "clean"):
            rows, own = compare(options.seeds, part == "clean")
            header = ["detector", "mean of 18 tables", "worst five", "by seed"]
            show(f"outliers {part}", header, rows)
            show(f"outliers {part} by table", ["table", OURS], own)
        elif part == "beats":
            header = ["ECG5000, normal beats", "training rows", "mean AUROC", "worst"]
            show("heart beats", header, heart_beats(min(3, options.seeds)))
            header = ["ECG5000, odd beats among normal ones", "rows", "AUROC"]
            show("heart beats contaminated", header, beats_among_others())
        elif part == "lines":
            header = [
                "detector",
                "meant",
                "flagged of new rows, mean",
                "median",
                "most",
            ]
            show("outlier lines", header, flagged())
        else:
            header = ["10000 x 20", "first fit, s", "best of three, s"]
            show("outlier time", header, seconds())


if __name__ == "__main__":
    main()
