"""How fast does training run, beside plain Keras? Epochs, refits, searches.

Run ``python examples/benchmarks/training.py``; every row alternates between the two
sides in one process, and its scores are those of the timed models.
"""

import keras
import numpy as np
from _keras_models import Stopwatch
from _measure import alternating_seconds, print_table
from sklearn.model_selection import GridSearchCV

from skae import Autoencoder
from skae.datasets import load_digits, load_mnist

PLAIN = {
    "activation": "relu",
    "code_activation": "relu",
    "loss": "binary_crossentropy",
    "init": "random",
    "learning_rate": 1e-3,
    "learning_rate_schedule": "constant",
    "early_stopping": False,
    "random_state": 0,
}


def build_keras(width, hidden_layer_sizes, encoding_dim):
    """The same network in plain Keras, compiled as its tutorials do."""
    keras.utils.set_random_seed(0)
    inputs = h = keras.Input((width,))
    for size in (*hidden_layer_sizes, encoding_dim, *hidden_layer_sizes[::-1]):
        h = keras.layers.Dense(size, activation="relu")(h)
    outputs = keras.layers.Dense(width, activation="sigmoid")(h)
    model = keras.Model(inputs, outputs)
    model.compile("adam", "binary_crossentropy")
    return model


def keras_loss(model, X):
    """Test cross-entropy of a Keras model."""
    return float(model.evaluate(X, X, batch_size=1024, verbose=0))


def epochs(data, hidden_layer_sizes, n_epochs=6):
    """Median seconds per epoch and test losses after `n_epochs`, of both sides.

    They take turns, epoch by epoch. The first one, which compiles, is not counted.
    """
    X = data.X_train
    ours = Autoencoder(32, hidden_layer_sizes=hidden_layer_sizes, batch_size=256)
    ours.set_params(**PLAIN, epochs=1, jit_compile=True, warm_start=True)
    ours.set_params(callbacks=[Stopwatch()])
    theirs, stopwatch = build_keras(X.shape[1], hidden_layer_sizes, 32), Stopwatch()
    seconds = []
    for _ in range(n_epochs):
        ours.fit(X)
        theirs.fit(X, X, batch_size=256, verbose=0, callbacks=[stopwatch])
        seconds.append((ours.callbacks_[0].seconds[0], stopwatch.seconds[0]))
    medians = np.median(seconds[1:], axis=0).tolist()
    error = ours.reconstruction_error(data.X_test).mean()
    return (*medians, float(error), keras_loss(theirs, data.X_test))


def refits(data):
    """A refit of a known architecture against build + compile + fit."""
    X = data.X_train
    ours = Autoencoder(32, hidden_layer_sizes=(), batch_size=128, epochs=20, **PLAIN)
    ours.set_params(jit_compile=True)
    last = {}

    def refit():
        last["ours"] = ours.fit(X)

    def build_and_fit():
        last["keras"] = build_keras(X.shape[1], (), 32)
        last["keras"].fit(X, X, batch_size=128, epochs=20, verbose=0)

    times = alternating_seconds(refit, build_and_fit)
    error = last["ours"].reconstruction_error(data.X_test).mean()
    return (*times, float(error), keras_loss(last["keras"], data.X_test))


def searches(data):
    """GridSearchCV, 4 encoding_dim x 5 folds and a refit, against SciKeras."""
    from scikeras.wrappers import BaseWrapper
    from sklearn.base import TransformerMixin
    from sklearn.metrics import r2_score

    def make_model(encoding_dim, meta):
        return build_keras(meta["n_features_in_"], (), encoding_dim)

    class SciKerasAutoencoder(TransformerMixin, BaseWrapper):
        """The recipe of SciKeras' documentation, with our score."""

        def fit(self, X, y=None):
            return super().fit(X=X, y=X)

        def score(self, X, y=None):
            predicted = self.model_.predict(X, verbose=0)
            return r2_score(X, predicted, multioutput="variance_weighted")

    X = data.X_train
    grid = {"encoding_dim": [4, 8, 16, 32]}
    ours = Autoencoder(hidden_layer_sizes=(), batch_size=128, epochs=20, **PLAIN)
    theirs = SciKerasAutoencoder(
        make_model, encoding_dim=32, epochs=20, batch_size=128, verbose=0
    )
    found = {}

    def search(name, estimator):
        found[name] = GridSearchCV(estimator, grid, cv=5, error_score="raise").fit(X)

    import skae

    def search_ours():
        skae.clear_cache()  # each search traces its four architectures
        search("ours", ours)

    times = alternating_seconds(
        search_ours, lambda: search("scikeras", theirs), repeat=3, warm_up=0
    )
    return (*times, *(found[name].best_score_ for name in ("ours", "scikeras")))


def traces_of_a_search(data):
    """Programs that a search over 5 values of l1 x 5 folds builds."""
    import skae
    from skae.engine import _cache

    skae.clear_cache()
    estimator = Autoencoder(
        8, hidden_layer_sizes=(), batch_size=128, epochs=20, **PLAIN
    )
    grid = {"l1": [0.0, 1e-5, 1e-4, 1e-3, 1e-2]}
    GridSearchCV(estimator, grid, cv=5).fit(data.X_train)
    return sum(map(len, _cache._programs.values()))


def main():
    digits, mnist = load_digits(), load_mnist()
    rows = []
    for name, measured, target in (
        ("MNIST 784-32-784, batch 256, one epoch", epochs(mnist, ()), 4),
        (
            "MNIST 784-128-64-32-..., batch 256, one epoch",
            epochs(mnist, (128, 64)),
            2.6,
        ),
        ("digits 64-32-64, 20 epochs, batch 128, refit", refits(digits), 20),
    ):
        ours, theirs, loss, their_loss = measured
        rows.append(
            (
                name,
                f"{theirs:.3f}",
                f"{ours:.3f}",
                f"**{theirs / ours:.1f}**",
                target,
                f"{their_loss:.4f}",
                f"{loss:.4f}",
            )
        )
        print(*rows[-1], flush=True)
    header = ["work", "Keras, s", "skae, s", "ratio", "at least"]
    print_table("Training", [*header, "Keras, test loss", "skae, test loss"], rows)
    ours, theirs, score, their_score = searches(digits)
    print_table(
        "GridSearchCV, digits, 20 epochs",
        ["search", "SciKeras, s", "skae, s", "ratio", "at least", "R2", "R2, skae"],
        [
            (
                "4 encoding_dim x 5 folds + refit, nothing compiled before",
                f"{theirs:.1f}",
                f"{ours:.2f}",
                f"**{theirs / ours:.1f}**",
                8,
                f"{their_score:.3f}",
                f"{score:.3f}",
            ),
        ],
    )
    print(f"\nPrograms built by 5 values of l1 x 5 folds: {traces_of_a_search(digits)}")


if __name__ == "__main__":
    main()
