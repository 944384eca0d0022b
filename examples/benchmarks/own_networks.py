"""Networks of the user: how fast are they, and are they trained alike, beside Keras?

Run ``python examples/benchmarks/own_networks.py``. Each row has one network of a
tutorial, typed in plain Keras. ``keras.Model.fit`` trains it, and a copy of it with the
same first weights is trained through skae, on the same mini-batches. The least seconds
of an epoch are given, without the first one, which compiles.
"""

import sys

import _keras_models as tutorials
import keras
import numpy as np
from _measure import print_table
from keras import layers

from skae import (
    KerasAutoencoder,
    KerasDenoisingAutoencoder,
    KerasVariationalAutoencoder,
)
from skae.datasets import load_mnist

AS_KERAS = {
    "pretrained": True,
    "standardize": False,
    "learning_rate": 1e-3,
    "learning_rate_schedule": "constant",
    "early_stopping": False,
    # Both sides take the same mini-batches, so that losses can be compared.
    "shuffle": False,
    "random_state": 0,
}
# Rows of the slow networks.
FEW = 6000


def batch_normalized():
    """784-128-64-32-64-128-784 with batch normalization."""
    inputs = h = keras.Input((784,))
    for size in (128, 64):
        h = layers.Dense(size, use_bias=False)(h)
        h = layers.Activation("relu")(layers.BatchNormalization()(h))
    h = layers.Dense(32, name="code")(h)
    for size in (64, 128):
        h = layers.Dense(size, use_bias=False)(h)
        h = layers.Activation("relu")(layers.BatchNormalization()(h))
    model = keras.Model(inputs, layers.Dense(784, activation="sigmoid")(h))
    model.compile("adam", "binary_crossentropy")
    return model


def twin(model):
    """A copy with the same weights."""
    own = {"KLDivergence": tutorials.KLDivergence}
    with keras.saving.custom_object_scope(own):
        copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy


def fit_both(ours, model, X, y, **target):
    """Least seconds of an epoch on both sides, the first one not counted."""
    stopwatch = tutorials.Stopwatch()
    ours.set_params(callbacks=[tutorials.Stopwatch()]).fit(X, **target)
    settings = {"epochs": ours.epochs, "batch_size": ours.batch_size}
    settings |= {"shuffle": False, "verbose": 0}
    model.fit(X, y, callbacks=[stopwatch], **settings)
    return [min(s[1:]) for s in (ours.callbacks_[0].seconds, stopwatch.seconds)]


def whole(model, code, X, X_test, *, clean=None, **settings):
    """A model with a bottleneck: seconds and test losses of skae and Keras."""
    name = code if isinstance(code, str) else model.layers[code].name
    cls = KerasAutoencoder if clean is None else KerasDenoisingAutoencoder
    ours = cls.from_model(
        twin(model), name, loss="binary_crossentropy", **AS_KERAS, **settings
    )
    y, y_test = (X, X_test) if clean is None else clean
    times = fit_both(ours, model, X, y, **({} if clean is None else {"target": y}))
    losses = []
    for found in (ours.reconstruct(X_test), model.predict(X_test, verbose=0)):
        p = np.clip(found, 1e-7, 1 - 1e-7)
        losses.append(-np.mean(y_test * np.log(p) + (1 - y_test) * np.log(1 - p)))
    return (*times, *losses)


def variational(X, X_test, **settings):
    """Seconds and evidence lower bounds of the variational model."""
    model = tutorials.variational()
    model(X[:1])
    ours = KerasVariationalAutoencoder(
        twin(model.encoder),
        twin(model.decoder),
        likelihood="bernoulli",
        **AS_KERAS,
        **settings,
    )
    times = fit_both(ours, model, X, X)
    theirs = model.evaluate(X_test, X_test, batch_size=1024, verbose=0)
    return (*times, -float(ours.score_samples(X_test).mean()), float(theirs))


def main():
    mnist = load_mnist()
    X, X_test = mnist.X_train, mnist.X_test
    images, images_test = (x[:FEW].reshape(-1, 28, 28, 1) for x in (X, X_test))
    strips, strips_test = (x[:FEW].reshape(-1, 28, 28) for x in (X, X_test))
    rng = np.random.default_rng(0)
    clean = images, images_test
    noisy = [np.clip(x + 0.5 * rng.normal(size=x.shape), 0, 1) for x in clean]
    noisy = [x.astype(np.float32) for x in noisy]
    kl = tutorials.KLDivergence(5e-3, 0.1)
    dense = {"epochs": 5, "batch_size": 256}
    others = {"epochs": 4, "batch_size": 128}
    recurrent = tutorials.recurrent(
        28, 28, [], 32, activation="sigmoid", loss="binary_crossentropy"
    )
    flat = X, X_test
    work = {
        "784-32-784": (whole, tutorials.dense([32]), 1, *flat, dense),
        "784-128-64-32-64-128-784": (
            *(whole, tutorials.dense([128, 64, 32, 64, 128]), 3),
            *(*flat, dense),
        ),
        "784-32-784, L1 of activities": (
            whole,
            tutorials.sparse_relu(),
            1,
            *flat,
            dense,
        ),
        "784-100-300-100-784, divergence of activities": (
            *(whole, tutorials.sparse_sigmoid(kl), 2),
            *(*flat, dense),
        ),
        "784-128-64-32-..., batch normalization": (
            *(whole, batch_normalized(), "code"),
            *(*flat, dense),
        ),
        "dropout of inputs, 784-100-30-100-784": (
            *(whole, tutorials.dense_dropout(), 3),
            *(*flat, dense),
        ),
        "variational, 784-64-2-64-784": (variational, *flat, dense),
        "convolutions, 16-8-8": (
            *(whole, tutorials.conv(), 6),
            *(images, images_test, others),
        ),
        "transposed convolutions, 16-32-64": (
            *(whole, tutorials.conv_transposed(), 6),
            *(images, images_test, others),
        ),
        "denoising convolutions, 32-32": (
            *(whole, tutorials.conv_denoising(), 4),
            *(*noisy, others | {"clean": clean}),
        ),
        "LSTM, 28 steps of 28": (whole, recurrent, 1, strips, strips_test, others),
    }
    only = sys.argv[1:]
    rows = []
    for name, (measure, *arguments, settings) in work.items():
        if only and not any(part in name for part in only):
            continue
        ours, theirs, loss, their_loss = measure(*arguments, **settings)
        ratio = f"**{theirs / ours:.1f}**"
        row = name, f"{theirs:.2f}", f"{ours:.2f}", ratio
        rows.append((*row, f"{their_loss:.4f}", f"{loss:.4f}"))
        print(*rows[-1], flush=True)
    header = ["network", "Keras, s", "skae, s", "ratio"]
    print_table(
        "Networks of the user, one epoch",
        [*header, "Keras, test loss", "skae, test loss"],
        rows,
    )


if __name__ == "__main__":
    main()
