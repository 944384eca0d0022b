"""Sparse codes: few active units per row, by L1 or by a target activity.

With ``--full``: 784-100-300 on Fashion-MNIST, batch 32, 10 epochs, as in "Hands-On
Machine Learning". A divergence of weight w in Keras is divided by the batch size there;
here the weight is the weight.
"""

from _options import load

from skae import SparseAutoencoder

full, data = load(__doc__, "fashion")
units = 300 if full else 64

for penalty, weight in (("l1", 0.0), ("l1", 1e-3), ("kl", 0.05)):
    model = SparseAutoencoder(
        units,
        hidden_layer_sizes=100 if full else (),
        penalty=penalty,
        sparsity_weight=weight,
        sparsity_target=0.1,
        activation="selu",
        loss="binary_crossentropy",
        batch_size=32,
        epochs=10 if full else 60,
        random_state=0,
    ).fit(data.X_train)
    codes = model.transform(data.X_test)
    activity = codes.mean(axis=0)
    low, inside = (codes < 0.1).mean(), ((activity > 0.1) & (activity < 0.2)).mean()
    print(
        f"{penalty}, weight {weight:g}: {100 * low:.0f} % of activations below .1, "
        f"{100 * inside:.0f} % of units with a mean activity between .1 and .2, "
        f"variance explained {model.score(data.X_test):.3f}"
    )
