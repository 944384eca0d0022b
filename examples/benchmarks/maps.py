"""Maps in two dimensions: who keeps neighbours, takes new rows, decodes, how quickly.

Run ``python examples/benchmarks/maps.py`` (half an hour), ``--write`` to put the table
into docs/benchmarks.md, ``--data digits`` for one of the data sets; umap-learn is a row
if it is installed. Each row is a process of its own, which pays for its imports and
compilation as a user's first script does: seconds are those of `fit` and of `transform`
of training and new rows. Neighbours vote (1 or 5 of them) among the places of the
training rows for the class of the new rows; trustworthiness is that of the first 10000
training rows.
"""

import argparse
import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import _measure
import numpy as np
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
N_TRAIN = {"digits": 1257, "mnist": 50000, "fashion_mnist": 50000}
LONGER = "NeighborAutoencoder(epochs=30)"
MAPS = ["PCA", "t-SNE", "UMAP", "ParametricUMAP", "Autoencoder", "NeighborAutoencoder"]
MAPS += [LONGER]
_N_TRUSTED = 10000


def make(name, seed):
    """A map of two dimensions, with its defaults but for `LONGER`."""
    if name == "PCA":
        return PCA(2)
    if name == "UMAP":
        from umap import UMAP

        return UMAP(n_neighbors=15)
    if name == "ParametricUMAP":
        from umap.parametric_umap import ParametricUMAP

        return ParametricUMAP(n_neighbors=15)
    if name == "t-SNE":
        from sklearn.manifold import TSNE

        return TSNE(random_state=seed)
    import skae

    if name == LONGER:
        return skae.NeighborAutoencoder(2, epochs=30, random_state=seed)
    return getattr(skae, name)(2, random_state=seed)


def measure(name, data, seed):
    """Figures of one map of one data set."""
    import skae.datasets
    from skae.metrics import trustworthiness

    bunch = getattr(skae.datasets, f"load_{data}")()
    X, y = bunch.X_train[: N_TRAIN[data]], bunch.y_train[: N_TRAIN[data]]
    X_test, y_test = bunch.X_test, bunch.y_test
    start = time.perf_counter()
    model = make(name, seed)
    found = {}
    if name == "t-SNE":
        codes = model.fit_transform(X)
    else:
        codes = model.fit(X).transform(X)
        codes_test = model.transform(X_test)
    found["seconds"] = time.perf_counter() - start
    some = slice(0, _N_TRUSTED)
    found["trust"] = trustworthiness(X[some], codes[some])
    if name == "t-SNE":
        return found
    for k in (1, 5):
        near = KNeighborsClassifier(k).fit(codes, y)
        found[f"nn{k}"] = near.score(codes_test, y_test)
    if "UMAP" not in name:  # whose inverse_transform takes minutes for these rows
        decoded = model.inverse_transform(codes_test)
        found["mse"] = float(np.mean((decoded - X_test) ** 2))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="*", default=list(N_TRAIN), choices=N_TRAIN)
    parser.add_argument("--maps", nargs="*", default=MAPS, choices=MAPS)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, data, seed = options.one
        print(json.dumps(measure(name, data, int(seed))))
        return
    if find_spec("umap") is None:
        print("UMAP is not installed: pip install umap-learn", file=sys.stderr)
        options.maps = [name for name in options.maps if "UMAP" not in name]
    lines = []
    for data in options.data:
        for name in options.maps:
            if name == "t-SNE" and data != "digits":
                continue  # scikit-learn's takes a quarter of an hour
            runs = [
                _measure.in_fresh_process(__file__, "--one", name, data, seed)
                for seed in range(options.seeds)
            ]
            worst = {
                key: (max if key in ("seconds", "mse") else min)(r[key] for r in runs)
                for key in runs[0]
            }
            line = [data, name]
            line += [
                f"{worst[key]:{style}}" if key in worst else ""
                for key, style in [
                    ("nn1", ".3f"),
                    ("nn5", ".3f"),
                    ("trust", ".3f"),
                    ("mse", ".4f"),
                    ("seconds", ".0f"),
                ]
            ]
            print(*line, sep=" | ", flush=True)
            lines.append(line)
    header = ["data", "map", "1-NN", "5-NN", "trustworthiness", "squared error", "s"]
    _measure.print_table("Maps in two dimensions", header, lines)
    if options.write:
        _measure.write_table(DOCUMENT, "maps", header, lines)


if __name__ == "__main__":
    main()
