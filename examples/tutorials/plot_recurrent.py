"""A recurrent autoencoder: each image is a sequence of its rows.

With ``--full``: LSTM 100-30 on Fashion-MNIST, batch 32, 10 epochs, as in "Hands-On
Machine Learning". Sequences of different lengths are a list of arrays.
"""

import numpy as np
from _options import load

from skae import RecurrentAutoencoder

full, data = load(__doc__, "fashion")
X_train, X_test = (
    x.reshape(-1, *data.image_shape) for x in (data.X_train, data.X_test)
)

model = RecurrentAutoencoder(
    encoding_dim=30 if full else 8,
    hidden_layer_sizes=(100,) if full else (32,),
    loss="binary_crossentropy",
    batch_size=32,
    epochs=10 if full else 20,
    random_state=0,
).fit(X_train)
print(f"squared error {np.mean((model.reconstruct(X_test) - X_test) ** 2):.4f}")

lengths = np.random.default_rng(0).integers(4, len(X_test[0]) + 1, size=len(X_test))
cut = [image[:n] for image, n in zip(X_test, lengths, strict=True)]
print(f"codes of sequences of {lengths.min()} to {lengths.max()} rows:", end=" ")
print(model.transform(cut).shape)
