"""How well variational autoencoders model MNIST, in nats: the published setting.

Run ``python examples/benchmarks/likelihood.py`` (20 minutes, most of them the second
model), ``--epochs 200`` for the trend. The first model is the tutorial's 784-64-2; the
second is that of Burda et al. (2016) with one stochastic layer of 50 dimensions and two
hidden layers of 500 units, on dynamically binarized images: a warm start per epoch
draws the pixels afresh.
"""

import argparse
import time

import numpy as np
from _measure import print_table

from skae import VariationalAutoencoder
from skae.datasets import load_mnist

COMMON = {"early_stopping": False, "random_state": 0, "jit_compile": True}


def tutorial(data):
    """Minus the evidence lower bound on the test images, and seconds."""
    start = time.perf_counter()
    vae = VariationalAutoencoder(
        2,
        hidden_layer_sizes=64,
        activation="relu",
        likelihood="bernoulli",
        batch_size=32,
        epochs=30,
        learning_rate=1e-3,
        learning_rate_schedule="constant",
        **COMMON,
    ).fit(data.X_train)
    return -vae.score_samples(data.X_test).mean(), time.perf_counter() - start


def burda(data, n_epochs):
    """Minus both bounds on 1000 test images, active units, and seconds."""
    rng = np.random.default_rng(0)

    def binarized(X):
        return (rng.random(X.shape) < X).astype(np.float32)

    X_test = binarized(data.X_test[:1000])
    vae = VariationalAutoencoder(
        50,
        hidden_layer_sizes=(500, 500),
        activation="tanh",
        likelihood="bernoulli",
        batch_size=100,
        epochs=1,
        warm_start=True,
        learning_rate_schedule="constant",
        **COMMON,
    )
    start = time.perf_counter()
    for epoch in range(n_epochs):
        rate = 1e-3 * 0.5 * (1 + np.cos(np.pi * epoch / n_epochs))
        vae.set_params(learning_rate=rate).fit(binarized(data.X_train))
    spent = time.perf_counter() - start
    importance = vae.log_likelihood(X_test, 5000, random_state=0).mean()
    return (
        -vae.score_samples(X_test).mean(),
        -importance,
        vae.active_units_.sum(),
        spent,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=60)
    n_epochs = parser.parse_args().epochs
    data = load_mnist()
    nats, seconds = tutorial(data)
    lines = [("784-64-2, 30 epochs", f"{nats:.2f}", "-", "-", f"{seconds:.0f}")]
    bound, importance, n_active, seconds = burda(data, n_epochs)
    name = f"784-500-500-50, {n_epochs} epochs"
    lines.append(
        (name, f"{bound:.2f}", f"{importance:.2f}", n_active, f"{seconds:.0f}")
    )
    header = ["model", "-ELBO", "-IWAE, k = 5000", "active units", "seconds"]
    print_table("Nats per test image", header, lines)


if __name__ == "__main__":
    main()
