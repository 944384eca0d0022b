"""Few labels: MNIST, of whose 60000 training images 100, 1000 and 10000 have one.

Run ``python examples/benchmarks/few_labels.py`` (an hour), ``--write`` to put the
table into docs/benchmarks.md, ``--draws 1`` for a look. Three draws of labels, 0 to 2;
settings were chosen on draws 10 and 11. The encoders are trained once, on all images
without labels; their seconds are printed.
"""

import argparse
import time
from itertools import product
from pathlib import Path

import _measure
import numpy as np
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.semi_supervised import LabelSpreading, SelfTrainingClassifier

from skae import (
    ConvVariationalAutoencoder,
    EncoderClassifier,
    VariationalAutoencoder,
)
from skae.datasets import load_mnist

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
CONVOLUTIONAL = ConvVariationalAutoencoder(
    32,
    filters=(16, 32),
    kernel_size=5,
    pooling="stride",
    likelihood="bernoulli",
    epochs=10,
    random_state=0,
)
DENSE = VariationalAutoencoder(
    32,
    hidden_layer_sizes=(512, 256),
    likelihood="bernoulli",
    epochs=20,
    random_state=0,
)
N_LABELS = (100, 1000, 10000)
OURS = "EncoderClassifier"


def rivals(components):
    """The ways of scikit-learn on principal components, by name."""
    spreading = LabelSpreading(kernel="knn", n_neighbors=7)
    self_training = SelfTrainingClassifier(LogisticRegression(max_iter=1000))
    return {
        "LabelSpreading on PCA(50)": make_pipeline(components, spreading),
        "SelfTrainingClassifier on PCA(50)": make_pipeline(components, self_training),
    }


def models(encoder, dense, components, draw):
    """What is compared, by name."""
    alone = {"n_rounds": 0, "random_state": draw}
    return {
        OURS: EncoderClassifier(encoder, random_state=draw),
        "with a dense encoder": EncoderClassifier(dense, random_state=draw),
        "without labels of its own": EncoderClassifier(encoder, **alone),
        "head on codes": EncoderClassifier(encoder, fine_tune_epochs=0, **alone),
        **rivals(components),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    parser.add_argument("--draws", type=int, default=3)
    options = parser.parse_args()
    data = load_mnist()
    encoders = []
    for encoder in (CONVOLUTIONAL, DENSE):
        start = time.perf_counter()
        encoders.append(FrozenEstimator(encoder.fit(data.X_train)))
        spent = time.perf_counter() - start
        print(f"{type(encoder).__name__}: {spent:.0f} s", flush=True)
    components = FrozenEstimator(PCA(50, random_state=0).fit(data.X_train))
    found, seconds = {n: {} for n in N_LABELS}, {n: [] for n in N_LABELS}
    for draw, n_labels in product(range(options.draws), N_LABELS):
        rng = np.random.default_rng(draw)
        known = rng.choice(len(data.X_train), n_labels, replace=False)
        labels = np.full(len(data.X_train), -1)
        labels[known] = data.y_train[known]
        for name, model in models(*encoders, components, draw).items():
            start = time.perf_counter()
            score = model.fit(data.X_train, labels).score(data.X_test, data.y_test)
            spent = time.perf_counter() - start
            if name == OURS:
                seconds[n_labels].append(spent)
            found[n_labels].setdefault(name, []).append(score)
            print(n_labels, draw, name, f"{score:.4f} {spent:.0f} s", flush=True)
    lines = [
        (
            n_labels,
            *(f"{np.mean(scores):.4f}" for scores in found[n_labels].values()),
            f"{np.mean(seconds[n_labels]):.0f}",
        )
        for n_labels in N_LABELS
    ]
    header = ["labels of 60000", *found[N_LABELS[0]], f"seconds of {OURS}"]
    _measure.print_table("Accuracy on the test images", header, lines)
    if options.write:
        _measure.write_table(DOCUMENT, "few labels", header, lines)


if __name__ == "__main__":
    main()
