"""How much memory does a fit take, and does it grow from fit to fit?

Run ``python examples/benchmarks/memory.py``. Each figure comes from a process of its
own. The peak is that of a fit, beyond an imported TensorFlow and the float32 data.
"""

import json
import sys

from _measure import in_fresh_process, peak_mb, print_table, resident_mb


def fit_once(side):
    """Peak of one fit on MNIST 784-128-64-32, 2 epochs of 256 rows."""
    import tensorflow  # noqa: F401

    from skae import Autoencoder
    from skae.datasets import load_mnist

    X = load_mnist().X_train
    data = X.nbytes / 2**20
    before = resident_mb()
    if side == "skae":
        sizes = {"hidden_layer_sizes": (128, 64), "batch_size": 256}
        Autoencoder(32, epochs=2, jit_compile=True, **sizes).fit(X)
    else:
        import training

        training.build_keras(784, (128, 64), 32).fit(
            X, X, batch_size=256, epochs=2, verbose=0
        )
    return {"data": data, "extra": peak_mb() - before}


def refit_often(side):
    """Growth over 100 refits on digits, after the first 5."""
    import training

    from skae import Autoencoder
    from skae.datasets import load_digits

    X = load_digits().X_train
    estimator = Autoencoder(32, hidden_layer_sizes=(), epochs=2, batch_size=128)

    def refit(seed):
        if side == "skae":
            estimator.set_params(random_state=seed).fit(X).transform(X[:10])
        else:
            model = training.build_keras(64, (), 32)
            model.fit(X, X, batch_size=128, epochs=2, verbose=0)
            model.predict(X[:10], verbose=0)

    for seed in range(5):
        refit(seed)
    before = resident_mb()
    for seed in range(100):
        refit(seed)
    return {"growth": resident_mb() - before}


def main():
    if len(sys.argv) > 1:
        work = {"fit": fit_once, "refit": refit_often}[sys.argv[1]]
        print(json.dumps(work(sys.argv[2])))
        return
    fits = {s: in_fresh_process(__file__, "fit", s) for s in ("keras", "skae")}
    refits = {s: in_fresh_process(__file__, "refit", s) for s in ("keras", "skae")}
    data = fits["skae"]["data"]
    print_table(
        "Memory",
        ["work", "Keras, MB", "skae, MB", "at most, MB"],
        [
            (
                f"peak of a fit on MNIST ({data:.0f} MB) beyond TensorFlow and data",
                *(f"{fits[side]['extra']:.0f}" for side in ("keras", "skae")),
                f"{0.5 * data + 300:.0f}",
            ),
            (
                "growth over 100 refits after the first 5",
                *(f"{refits[side]['growth']:.1f}" for side in ("keras", "skae")),
                10,
            ),
        ],
    )


if __name__ == "__main__":
    main()
