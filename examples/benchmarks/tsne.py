"""What encoders buy before t-SNE: 5000 images of digits, and of clothes.

Run ``python examples/benchmarks/tsne.py`` (20 minutes), ``--write`` to put the table
into docs/benchmarks.md, ``--data mnist`` and ``--rows 2000`` for a look. Encoders are
trained on the 60000 training images, as PCA is; t-SNE sees test images only. The union
has the codes of PCA and those of the variational autoencoder side by side, as they are.
"""

import argparse
import time
from pathlib import Path

import _measure
from few_labels import DENSE
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.manifold import TSNE
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_union
from sklearn.preprocessing import FunctionTransformer

import skae.datasets
from skae import Autoencoder, DenoisingAutoencoder, NeighborAutoencoder
from skae.metrics import trustworthiness

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
DATA = ("mnist", "fashion_mnist")
UNION = ("PCA(32)", "VariationalAutoencoder(32)")


def encoders():
    """What is fitted before t-SNE, by name."""
    return {
        "pixels": FunctionTransformer(),
        "PCA(32)": PCA(32, random_state=0),
        "Autoencoder(32)": Autoencoder(32, random_state=0),
        "DenoisingAutoencoder(32)": DenoisingAutoencoder(32, random_state=0),
        "VariationalAutoencoder(32)": clone(DENSE),
        "NeighborAutoencoder(32)": NeighborAutoencoder(32, random_state=0),
    }


def measure(encoder, X, y):
    """Figures of t-SNE of the codes."""
    codes = encoder.transform(X)
    start = time.perf_counter()
    plane = TSNE(random_state=0, init="pca").fit_transform(codes)
    spent = time.perf_counter() - start
    knn = KNeighborsClassifier(1)
    return (
        f"{trustworthiness(X, plane):.4f}",
        f"{cross_val_score(knn, plane, y, cv=10).mean():.4f}",
        f"{cross_val_score(knn, codes, y, cv=10).mean():.4f}",
        f"{spent:.0f}",
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--data", nargs="*", default=list(DATA), choices=DATA)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    lines = []
    for name in options.data:
        data = getattr(skae.datasets, f"load_{name}")()
        X, y = data.X_test[: options.rows], data.y_test[: options.rows]
        fitted = {}
        for title, encoder in encoders().items():
            start = time.perf_counter()
            fitted[title] = encoder.fit(data.X_train)
            spent = time.perf_counter() - start
            lines.append((name, title, *measure(encoder, X, y), f"{spent:.0f}"))
            print(*lines[-1], sep=" | ", flush=True)
        union = make_union(*(FrozenEstimator(fitted[part]) for part in UNION)).fit(X)
        lines.append((name, " and ".join(UNION), *measure(union, X, y), ""))
        print(*lines[-1], sep=" | ", flush=True)
    header = [
        "data",
        "t-SNE of",
        "trustworthiness",
        "1-NN in the plane",
        "1-NN before t-SNE",
        "seconds, t-SNE",
        "seconds, encoder",
    ]
    _measure.print_table(f"t-SNE of {options.rows} images", header, lines)
    if options.write:
        _measure.write_table(DOCUMENT, "t-SNE", header, lines)


if __name__ == "__main__":
    main()
