"""
Recurrent autoencoder
=====================

The recurrent model of "Hands-On Machine Learning" encodes an image as a sequence of its
rows. With ``--full``: LSTM 100-30 on Fashion-MNIST, batches of 32, 10 epochs. Without:
digits, and one LSTM of 30 units in encoder and decoder, as in "Building Autoencoders in
Keras".
"""

import sys

import numpy as np

from skae import RecurrentAutoencoder
from skae.datasets import load_digits, load_fashion_mnist
from skae.plotting import LossCurveDisplay, ReconstructionDisplay

full = "--full" in sys.argv
data = load_fashion_mnist() if full else load_digits()
X_train = data.X_train.reshape(-1, *data.image_shape)
X_test = data.X_test.reshape(-1, *data.image_shape)

# %%
# An LSTM learns slowly at first: its output is the mean image for all codes until it
# has learned to use the code. We expect a plateau in the loss.

model = RecurrentAutoencoder(
    encoding_dim=30,
    hidden_layer_sizes=(100,) if full else (),
    cell="lstm",
    init="random",
    loss="binary_crossentropy",
    learning_rate=2e-3 if full else 1e-2,
    batch_size=32,
    epochs=10 if full else 40,
    random_state=0,
).fit(X_train)
print(f"squared error {np.mean((model.reconstruct(X_test) - X_test) ** 2):.4f}")
print(f"variance explained {model.score(X_test):.3f}")

curves = LossCurveDisplay.from_estimator(model)

# %%
# There is a plateau at epochs 3 and 4, near 0.42. Then the loss decreases to about
# 0.28. With two layers in encoder and decoder and a smaller learning rate, 20 epochs
# were not enough to leave this plateau.
#
# Sequences are plotted as curves unless their shape as images is given. The digits
# should be readable.

pictures = ReconstructionDisplay.from_estimator(
    model, X_test[:10], image_shape=data.image_shape
)

# %%
# All ten are readable: the model explains about 0.76 of the variance.
#
# Sequences of different lengths are passed as a list of arrays. Here images are cut
# after some row.

lengths = np.random.default_rng(0).integers(4, len(X_test[0]) + 1, size=len(X_test))
cut = [image[:n] for image, n in zip(X_test, lengths, strict=True)]
print(f"codes of sequences of {lengths.min()} to {lengths.max()} rows:", end=" ")
print(model.transform(cut).shape)
