"""Every model of the well-known tutorials, ours beside plain Keras, in one table.

Run ``python examples/benchmarks/catalogue.py`` for the tutorials' own numbers of
epochs (hours), ``--quick`` for 2 to 4 epochs each, of 20000 images for convolutional
and recurrent networks (minutes), ``--only S5 S7`` for some
models, ``--epochs 10`` for another number of epochs, ``--write`` to put the table into
docs/benchmarks.md. Both sides take turns, epoch by epoch, in one process.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import _keras_models as plain
import _measure
import keras
import numpy as np
from _measure import print_table

import skae
from skae.datasets import load_fashion_mnist, load_mnist

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
QUICK_ROWS = 20000
COMMON = {
    "learning_rate": 1e-3,
    "learning_rate_schedule": "constant",
    "early_stopping": False,
    "random_state": 0,
}
PIXELS = {"loss": "binary_crossentropy", **COMMON}


class Row(NamedTuple):
    """One model of the catalogue."""

    key: str
    title: str
    data: str
    epochs: int
    quick_epochs: int
    ours: Callable
    theirs: Callable
    source: str
    at_least: float
    noise: float = 0.0
    shape: tuple = (784,)

    @property
    def is_slow(self) -> bool:
        """Whether a quick run takes but a part of the images."""
        return self.key in ("S5", "S6", "S7", "S11", "S12")


ROWS = [
    Row(
        "S1",
        "simple 784-32-784",
        "mnist",
        50,
        4,
        lambda: skae.Autoencoder(
            32,
            hidden_layer_sizes=(),
            code_activation="relu",
            init="random",
            batch_size=256,
            jit_compile=True,
            **PIXELS,
        ),
        lambda: plain.dense([32]),
        "0.09",
        2.6,
    ),
    Row(
        "S2",
        "sparse, L1 1e-4",
        "mnist",
        100,
        4,
        lambda: skae.SparseAutoencoder(
            32,
            code_activation="relu",
            init="random",
            penalty="l1",
            sparsity_weight=1e-4,
            batch_size=256,
            jit_compile=True,
            **PIXELS,
        ),
        plain.sparse_relu,
        "0.10 with the penalty",
        2.6,
    ),
    Row(
        "S3",
        "deep 784-128-64-32-...",
        "mnist",
        100,
        4,
        lambda: skae.Autoencoder(
            32,
            activation="relu",
            code_activation="relu",
            init="random",
            batch_size=256,
            jit_compile=True,
            **PIXELS,
        ),
        lambda: plain.dense([128, 64, 32, 64, 128]),
        "about 0.08",
        2.6,
    ),
    Row(
        "S4",
        "stacked 784-100-30, layer by layer",
        "fashion",
        20,
        3,
        lambda: skae.StackedAutoencoder(
            30,
            hidden_layer_sizes=100,
            activation="selu",
            code_activation="selu",
            init="random",
            fine_tune_epochs=20,
            batch_size=32,
            jit_compile=True,
            **PIXELS,
        ),
        plain.train_stacked,
        "MSE .0133, other loss",
        2.6,
    ),
    Row(
        "S5",
        "convolutional 16-8-8",
        "mnist",
        50,
        3,
        lambda: skae.ConvAutoencoder(
            filters=(16, 8, 8),
            pooling="max",
            upsampling="nearest",
            activation="relu",
            batch_size=128,
            **PIXELS,
        ),
        plain.conv,
        "0.094",
        1.2,
        shape=(28, 28, 1),
    ),
    Row(
        "S6",
        "convolutional 16-32-64, transposed",
        "fashion",
        10,
        2,
        lambda: skae.ConvAutoencoder(
            filters=(16, 32, 64),
            pooling="max",
            activation="selu",
            upsampling="transposed",
            batch_size=32,
            **PIXELS,
        ),
        plain.conv_transposed,
        "MSE .0121, other loss",
        1.0,
        shape=(28, 28, 1),
    ),
    Row(
        "S7",
        "convolutional denoising 32-32, noise 0.5",
        "mnist",
        100,
        2,
        lambda: skae.ConvDenoisingAutoencoder(
            filters=(32, 32),
            pooling="max",
            upsampling="nearest",
            activation="relu",
            noise_level=0.5,
            batch_size=128,
            **PIXELS,
        ),
        plain.conv_denoising,
        "a picture",
        1.1,
        noise=0.5,
        shape=(28, 28, 1),
    ),
    Row(
        "S8",
        "dense denoising, half the pixels off",
        "fashion",
        10,
        3,
        lambda: skae.DenoisingAutoencoder(
            30,
            hidden_layer_sizes=100,
            activation="selu",
            code_activation="selu",
            init="random",
            noise="dropout",
            noise_level=0.5,
            batch_size=32,
            **PIXELS,
        ),
        plain.dense_dropout,
        "MSE .0166",
        1.1,
    ),
    Row(
        "S9",
        "sparse, L1 1e-3 on 300 sigmoid units",
        "fashion",
        10,
        3,
        lambda: skae.SparseAutoencoder(
            300,
            hidden_layer_sizes=100,
            activation="selu",
            code_activation="sigmoid",
            init="random",
            penalty="l1",
            sparsity_weight=1e-3,
            batch_size=32,
            jit_compile=True,
            **PIXELS,
        ),
        lambda: plain.sparse_sigmoid(keras.regularizers.L1(1e-3)),
        "the method",
        2.6,
    ),
    Row(
        "S10",
        "sparse, KL 0.05, target 0.1",
        "fashion",
        10,
        3,
        lambda: skae.SparseAutoencoder(
            300,
            hidden_layer_sizes=100,
            activation="selu",
            code_activation="sigmoid",
            init="random",
            penalty="kl",
            # Keras divides the divergence by the batch size.
            sparsity_weight=0.05 / 32,
            batch_size=32,
            jit_compile=True,
            **PIXELS,
        ),
        lambda: plain.sparse_sigmoid(plain.KLDivergence(0.05, 0.1)),
        "70 % < .1",
        2.6,
    ),
    Row(
        "S11",
        "sequence to sequence, LSTM 32",
        "mnist",
        10,
        2,
        lambda: skae.RecurrentAutoencoder(
            32,
            hidden_layer_sizes=(),
            cell="lstm",
            init="random",
            batch_size=128,
            **PIXELS,
        ),
        lambda: plain.recurrent(
            28, 28, (), 32, activation="sigmoid", loss="binary_crossentropy"
        ),
        "the method",
        1.1,
        shape=(28, 28),
    ),
    Row(
        "S12",
        "recurrent, LSTM 100-30",
        "fashion",
        10,
        2,
        lambda: skae.RecurrentAutoencoder(
            30,
            hidden_layer_sizes=(100,),
            cell="lstm",
            init="random",
            batch_size=32,
            **PIXELS,
        ),
        lambda: plain.recurrent(
            28, 28, (100,), 30, activation="sigmoid", loss="binary_crossentropy"
        ),
        "MSE .0104, other loss",
        1.1,
        shape=(28, 28),
    ),
    Row(
        "S13",
        "variational 784-64-2, nats",
        "mnist",
        30,
        4,
        lambda: skae.VariationalAutoencoder(
            2,
            hidden_layer_sizes=64,
            activation="relu",
            likelihood="bernoulli",
            init="random",
            batch_size=32,
            jit_compile=True,
            **COMMON,
        ),
        plain.variational,
        "148.9, not a bound",
        4.0,
    ),
]


class Stopwatch(keras.callbacks.Callback):
    """Seconds of an epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds = time.perf_counter() - self.start


def compare(row, data, n_epochs, n_rows):
    """Seconds per epoch, test cross-entropy and squared error of both sides."""
    X, X_test = (x.reshape(-1, *row.shape) for x in (data.X_train, data.X_test))
    X = X[:n_rows]
    if row.key == "S4":
        return compare_stacked(row, X, X_test, n_epochs)
    rng = np.random.default_rng(0)
    noisy, noisy_test = (_noisy(x, row.noise, rng) for x in (X, X_test))
    keras.utils.set_random_seed(0)
    theirs, stopwatch = row.theirs(), Stopwatch()
    ours = row.ours().set_params(epochs=1, warm_start=True, callbacks=[Stopwatch()])
    seconds = []
    for _ in range(n_epochs):
        ours.fit(X)
        theirs.fit(
            noisy,
            X,
            batch_size=ours.batch_size,
            verbose=0,
            callbacks=[stopwatch],
        )
        seconds.append((ours.callbacks_[0].seconds, stopwatch.seconds))
    medians = np.median(seconds[1:], axis=0).tolist()
    found = [
        _errors(X_test, predicted)
        for predicted in (ours.reconstruct(noisy_test), _predict(theirs, noisy_test))
    ]
    if row.key == "S13":
        nats = (-ours.score_samples(X_test).mean(), _nats(theirs, X_test))
        found = [(loss, mse) for loss, (_, mse) in zip(nats, found, strict=True)]
    return medians, found, _remark(row, ours, X_test, noisy_test, found)


def compare_stacked(row, X, X_test, n_epochs):
    """The same of the stacked model: seconds per epoch of all its trainings."""
    start = time.perf_counter()
    ours = row.ours().set_params(epochs=n_epochs, fine_tune_epochs=n_epochs).fit(X)
    middle = time.perf_counter()
    theirs = row.theirs(X, n_epochs)
    seconds = np.diff([start, middle, time.perf_counter()]) / (3 * n_epochs)
    predictions = ours.reconstruct(X_test), _predict(theirs, X_test)
    found = [_errors(X_test, predicted) for predicted in predictions]
    return seconds.tolist(), found, "compiling included"


def _errors(X_test, predicted):
    """Cross-entropy and squared error per pixel."""
    p = np.clip(predicted.reshape(X_test.shape), 1e-7, 1 - 1e-7)
    entropy = -(X_test * np.log(p) + (1 - X_test) * np.log1p(-p)).mean()
    return float(entropy), float(np.mean((X_test - p) ** 2))


def _noisy(x, level, rng):
    if not level:
        return x
    noise = level * rng.standard_normal(x.shape, dtype=np.float32)
    return np.clip(x + noise, 0, 1)


def _predict(model, x):
    return model.predict(x, batch_size=1024, verbose=0)


def _nats(model, x):
    return float(model.evaluate(x, x, batch_size=1000, verbose=0))


def _remark(row, ours, X_test, noisy_test, found):
    """What the source is about, besides the loss."""
    if row.noise:
        own = np.mean((noisy_test - X_test) ** 2)
        left = [f"{100 * mse / own:.1f} %" for _, mse in found]
        return f"{left[0]} of the noise left (Keras {left[1]})"
    codes = ours.transform(X_test[:2000])
    if row.key in ("S1", "S2"):
        return f"mean code {codes.mean():.2f}"
    if row.key in ("S9", "S10"):
        means = codes.mean(axis=0)
        inside = np.mean((means > 0.1) & (means < 0.2))
        return f"{100 * np.mean(codes < 0.1):.0f} % < .1; {100 * inside:.0f} % in .1-.2"
    return ""


HEADER = [
    "model",
    "data, batch, epochs",
    "source",
    "Keras, loss",
    "skae, loss",
    "Keras, MSE",
    "skae, MSE",
    "Keras, s/epoch",
    "skae, s/epoch",
    "ratio",
    "at least",
    "remark",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few epochs each")
    parser.add_argument("--epochs", type=int, help="this number of epochs for each")
    parser.add_argument("--only", nargs="+", help="keys of models, such as S5 S7")
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    options = parser.parse_args()
    data = {"mnist": load_mnist(), "fashion": load_fashion_mnist()}
    lines = []
    for row in ROWS:
        if options.only and row.key not in options.only:
            continue
        n = options.epochs or (row.quick_epochs if options.quick else row.epochs)
        n_rows = QUICK_ROWS if options.quick and row.is_slow else None
        (ours, theirs), (loss, their_loss), remark = compare(
            row, data[row.data], n, n_rows
        )
        name = {"mnist": "MNIST", "fashion": "Fashion-MNIST"}[row.data]
        name += f" ({n_rows} images)" if n_rows else ""
        digits = 1 if row.key == "S13" else 4
        lines.append(
            (
                f"{row.key} {row.title}",
                f"{name}, {row.ours().batch_size}, {n}",
                row.source,
                f"{their_loss[0]:.{digits}f}",
                f"{loss[0]:.{digits}f}",
                f"{their_loss[1]:.4f}",
                f"{loss[1]:.4f}",
                f"{theirs:.2f}",
                f"{ours:.2f}",
                f"**{theirs / ours:.2f}**",
                row.at_least,
                remark,
            )
        )
        print(*lines[-1], sep=" | ", flush=True)
        skae.clear_cache()
        keras.backend.clear_session()
    print_table("The tutorials' models", HEADER, lines)
    if options.write:
        _measure.write_table(DOCUMENT, "catalogue", HEADER, lines)


if __name__ == "__main__":
    main()
