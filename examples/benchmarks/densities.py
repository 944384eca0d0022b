"""How like test images are images that were made up? Codes of 16 numbers.

Run ``python examples/benchmarks/densities.py`` (an hour), ``--data fashion_mnist``
for clothes, ``--seeds 1`` for a look, ``--write`` to put the table into
docs/benchmarks.md.
The Fréchet distance between 10000 samples and the 10000 test images, on the 64 features
of a small classifier (scikit-learn's MLPClassifier 784-128-64-10, trained on all
training images): the distance of two normal distributions with the features' means and
covariances. It is no FID, whose network has seen photographs.
"""

import argparse
from pathlib import Path

import _measure
import numpy as np
from scipy.linalg import sqrtm
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.mixture import GaussianMixture
from sklearn.neural_network import MLPClassifier

from skae import (
    Autoencoder,
    AutoencoderDensity,
    DenoisingAutoencoder,
    VariationalAutoencoder,
    datasets,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
CODE = 16
N_SAMPLES = 10000
# Hidden layers of the classifier; the last one has the features.
LAYERS = (128, 64)


class Features:
    """The last hidden layer of a classifier of the data."""

    def __init__(self, X, y):
        self.network = MLPClassifier(LAYERS, batch_size=256, max_iter=8, random_state=0)
        self.network.fit(X, y)

    def __call__(self, X):
        layers = zip(self.network.coefs_, self.network.intercepts_, strict=True)
        for weights, bias in list(layers)[:-1]:
            X = np.maximum(X @ weights + bias, 0)
        return X


def frechet(a, b):
    """Fréchet distance between normal distributions with these rows' moments."""
    difference = a.mean(axis=0) - b.mean(axis=0)
    A, B = np.cov(a.T), np.cov(b.T)
    root = np.real(sqrtm(A @ B))
    return float(difference @ difference + np.trace(A + B - 2 * root))


def samples(X, seed):
    """Images that were made up, by what made them up."""
    variational = VariationalAutoencoder(CODE, random_state=seed).fit(X)
    yield "variational, its prior", variational.sample(N_SAMPLES, random_state=seed)
    models = {
        "variational": variational,
        "Autoencoder": Autoencoder(CODE, random_state=seed).fit(X),
        "DenoisingAutoencoder": DenoisingAutoencoder(CODE, random_state=seed).fit(X),
    }
    for name, model in models.items():
        for n in (1, 10):
            density = AutoencoderDensity(
                FrozenEstimator(model), n_components=n, random_state=seed
            ).fit(X)
            what = "one normal distribution" if n == 1 else f"a mixture of {n}"
            yield f"{name}, {what}", density.sample(N_SAMPLES)
    pca = PCA(CODE, random_state=seed).fit(X)
    mixture = GaussianMixture(10, random_state=seed).fit(pca.transform(X))
    yield (
        f"PCA({CODE}), a mixture of 10",
        pca.inverse_transform(mixture.sample(N_SAMPLES)[0]),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", choices=("mnist", "fashion_mnist"), default="mnist")
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    data = getattr(datasets, f"load_{options.data}")()
    X = data.X_train.astype(np.float32)
    features = Features(X, data.y_train)
    test = features(data.X_test)
    found = {"training images": [frechet(features(X[:N_SAMPLES]), test)]}
    for seed in range(options.seeds):
        for name, made_up in samples(X, seed):
            found.setdefault(name, []).append(frechet(features(made_up), test))
            print(seed, name, f"{found[name][-1]:.2f}", flush=True)
    rows = [
        (name, f"{np.mean(values):.1f}", f"{min(values):.1f} to {max(values):.1f}")
        for name, values in found.items()
    ]
    header = ["images", "Fréchet distance, mean", "by seed"]
    _measure.print_table(f"densities {options.data}", header, rows)
    if options.write:
        _measure.write_table(DOCUMENT, f"densities {options.data}", header, rows)


if __name__ == "__main__":
    main()
