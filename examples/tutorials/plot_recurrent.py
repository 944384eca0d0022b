"""
Recurrent: an image as a sequence of its rows
=============================================
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
model = RecurrentAutoencoder(
    encoding_dim=30 if full else 8,
    hidden_layer_sizes=(100,) if full else (32,),
    loss="binary_crossentropy",
    batch_size=32,
    epochs=10 if full else 20,
    random_state=0,
).fit(X_train)
print(f"squared error {np.mean((model.reconstruct(X_test) - X_test) ** 2):.4f}")
print(f"variance explained {model.score(X_test):.3f}")

# %%
pictures = ReconstructionDisplay.from_estimator(
    model, X_test[:10], image_shape=data.image_shape
)

# %%
sequences = ReconstructionDisplay.from_estimator(model, X_test[:5])

# %%
curves = LossCurveDisplay.from_estimator(model)

# %%
lengths = np.random.default_rng(0).integers(4, len(X_test[0]) + 1, size=len(X_test))
cut = [image[:n] for image, n in zip(X_test, lengths, strict=True)]
print(f"codes of sequences of {lengths.min()} to {lengths.max()} rows:", end=" ")
print(model.transform(cut).shape)
