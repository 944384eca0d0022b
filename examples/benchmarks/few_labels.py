"""What unsupervised pretraining is worth: MNIST with few labels.

Run ``python examples/benchmarks/few_labels.py`` (15 minutes), ``--write`` to put the
table into docs/benchmarks.md. All 60000 images are for pretraining; 100, 1000 and 10000
of them have labels, three draws each. "No pretraining" is the same network, trained in
the same way from random weights.
"""

import argparse
import time
from pathlib import Path

import _measure
import numpy as np
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skae import DenoisingAutoencoder, EncoderClassifier
from skae.datasets import load_mnist

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
DENOISER = DenoisingAutoencoder(
    200,
    hidden_layer_sizes=(500,),
    code_activation="relu",
    activation="elu",
    init="random",
    noise="dropout",
    noise_level=0.5,
    epochs=15,
    random_state=0,
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    parser.add_argument("--draws", type=int, default=3)
    options = parser.parse_args()
    data = load_mnist()
    start = time.perf_counter()
    pretrained = clone(DENOISER).fit(data.X_train)
    seconds = time.perf_counter() - start
    print(f"pretraining: {seconds:.0f} s", flush=True)
    # As good as untrained: one epoch that moves no weight.
    random = clone(DENOISER).set_params(epochs=1, learning_rate=1e-12)
    random.fit(data.X_train)
    codes = PCA(64, random_state=0).fit(data.X_train)
    lines = []
    for n_labels in (100, 1000, 10000):
        found = []
        for draw in range(options.draws):
            rng = np.random.default_rng(draw)
            rows = rng.choice(len(data.X_train), n_labels, replace=False)
            X, y = data.X_train[rows], data.y_train[rows]
            models = [
                EncoderClassifier(FrozenEstimator(pretrained), random_state=draw),
                EncoderClassifier(
                    FrozenEstimator(pretrained), random_state=draw, fine_tune_epochs=0
                ),
                EncoderClassifier(
                    FrozenEstimator(random), random_state=draw, learning_rate=1e-3
                ),
                make_pipeline(FrozenEstimator(codes), LogisticRegression(max_iter=500)),
            ]
            scores, spent = [], []
            for model in models:
                start = time.perf_counter()
                scores.append(model.fit(X, y).score(data.X_test, data.y_test))
                spent.append(time.perf_counter() - start)
            found.append([*scores, spent[0]])
        *accuracies, spent = np.mean(found, axis=0)
        line = (n_labels, *(f"{a:.4f}" for a in accuracies), f"{spent:.0f}")
        print(*line, sep=" | ", flush=True)
        lines.append(line)
    header = [
        "labels of 60000",
        "pretrained, fine-tuned",
        "pretrained, head only",
        "no pretraining",
        "logistic regression on PCA(64)",
        "seconds of fine-tuning",
    ]
    _measure.print_table("Accuracy on the test images", header, lines)
    if options.write:
        _measure.write_table(DOCUMENT, "few labels", header, lines)


if __name__ == "__main__":
    main()
