"""What the detour over an autoencoder buys before t-SNE: 10000 MNIST digits.

Run ``python examples/benchmarks/tsne.py`` (10 minutes), ``--write`` to put the table
into docs/benchmarks.md, ``--rows 2000`` for a look. The autoencoder is trained on the
60000 training images, as PCA is; t-SNE sees test images only.
"""

import argparse
import time
from pathlib import Path

import _measure
import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from skae import Autoencoder
from skae.datasets import load_mnist
from skae.metrics import trustworthiness

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10000)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    data = load_mnist()
    X, y = data.X_test[: options.rows], data.y_test[: options.rows]
    encoders = {
        "pixels": None,
        "PCA(32)": PCA(32, random_state=0),
        "Autoencoder(32)": Autoencoder(32, random_state=0),
    }
    lines = []
    for name, encoder in encoders.items():
        start = time.perf_counter()
        if encoder is not None:
            encoder.fit(data.X_train)
        middle = time.perf_counter()
        codes = X if encoder is None else encoder.transform(X)
        plane = TSNE(random_state=0, init="pca").fit_transform(codes)
        end = time.perf_counter()
        # The distances of all pairs of 10000 rows take 800 MB twice over.
        some = np.random.default_rng(0).permutation(len(X))[:5000]
        knn = KNeighborsClassifier(1)
        line = (
            name,
            f"{trustworthiness(X[some], plane[some]):.4f}",
            f"{cross_val_score(knn, plane, y, cv=10).mean():.4f}",
            f"{cross_val_score(knn, codes, y, cv=10).mean():.4f}",
            f"{middle - start:.0f}",
            f"{end - middle:.0f}",
        )
        print(*line, sep=" | ", flush=True)
        lines.append(line)
    header = [
        "t-SNE of",
        "trustworthiness",
        "1-NN in the plane",
        "1-NN before t-SNE",
        "seconds, encoder",
        "seconds, t-SNE",
    ]
    _measure.print_table(f"t-SNE of {len(X)} digits", header, lines)
    if options.write:
        _measure.write_table(DOCUMENT, "t-SNE", header, lines)


if __name__ == "__main__":
    main()
