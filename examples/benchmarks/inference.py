"""How fast is transform, beside Keras' predict and NumPy's matrix product?

Run ``python examples/benchmarks/inference.py``.
"""

import numpy as np
from _measure import alternating_seconds, print_table, seconds
from training import PLAIN

from skae import Autoencoder
from skae.datasets import load_mnist


def main():
    X = load_mnist().X_train
    rows = []
    for hidden_layer_sizes in ((), (128, 64)):
        estimator = Autoencoder(
            32, hidden_layer_sizes=hidden_layer_sizes, epochs=1, **PLAIN
        ).fit(X[:2000])
        encoder = estimator.encoder_
        weights = encoder.get_weights()

        def with_numpy(x, weights=weights):
            for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
                x = np.maximum(x @ kernel + bias, 0)
            return x

        def with_keras(x, encoder=encoder):
            return encoder.predict(x, batch_size=1024, verbose=0)

        np.testing.assert_allclose(
            estimator.transform(X), with_numpy(X), rtol=1e-3, atol=1e-4
        )

        def times(x, measure, e=estimator, f=with_numpy, g=with_keras, **options):
            works = [lambda: e.transform(x), lambda: f(x), lambda: g(x)]
            return measure(works, **options)

        # One row is asked for again and again; large work takes turns.
        one = times(X[:1], lambda works: [seconds(w, repeat=200) for w in works])
        many = times(X, lambda works: alternating_seconds(*works, repeat=7))
        for n_rows, (ours, numpy, keras) in ((1, one), (len(X), many)):
            layers = "-".join(map(str, (784, *hidden_layer_sizes, 32)))
            milliseconds = [f"{1000 * t:.2f}" for t in (keras, numpy, ours)]
            target = "under 1 ms" if n_rows == 1 else "2 times NumPy"
            rows.append((layers, n_rows, *milliseconds, f"{ours / numpy:.2f}", target))
    print_table(
        "transform of MNIST rows",
        [
            "encoder",
            "rows",
            "Keras predict, ms",
            "NumPy, ms",
            "skae, ms",
            "skae / NumPy",
            "at most",
        ],
        rows,
    )


if __name__ == "__main__":
    main()
