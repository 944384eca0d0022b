"""
Denoising: take noise out of images
===================================
"""

import sys

import numpy as np

from skae import ConvDenoisingAutoencoder, DenoisingAutoencoder
from skae.datasets import load_digits, load_mnist
from skae.plotting import ReconstructionDisplay

full = "--full" in sys.argv
data = load_mnist() if full else load_digits()

# %%
rng = np.random.default_rng(0)
noise = rng.normal(scale=0.5, size=data.X_test.shape)
noisy = np.clip(data.X_test + noise, 0, 1).astype(np.float32)
settings = {"loss": "binary_crossentropy", "random_state": 0}

# %%
conv = ConvDenoisingAutoencoder(
    noise_level=0.5,
    batch_size=128 if full else 32,
    epochs=100 if full else 40,
    **settings,
).fit(data.X_train)
dense = DenoisingAutoencoder(32, noise_level=0.5, epochs=100, **settings)
dense.fit(data.X_train)


def noise_left(model, noisy):
    clean = model.reconstruct(noisy)
    return np.mean((clean - data.X_test) ** 2) / np.mean((noisy - data.X_test) ** 2)


print(f"convolutional: {noise_left(conv, noisy):.1%} of the noise is left")
print(f"dense: {noise_left(dense, noisy):.1%}")

# %%
pictures = ReconstructionDisplay.from_estimator(
    conv, data.X_test[:10], X_noisy=noisy[:10]
)

# %%
dropped = DenoisingAutoencoder(
    30 if full else 16,
    hidden_layer_sizes=100 if full else 32,
    activation="selu",
    noise="masking",
    noise_level=0.5,
    batch_size=32,
    epochs=10 if full else 100,
    **settings,
).fit(data.X_train)
holes = data.X_test * rng.integers(0, 2, size=data.X_test.shape)
print(f"half the pixels off: {noise_left(dropped, holes):.1%} of the error is left")
pictures = ReconstructionDisplay.from_estimator(
    dropped, data.X_test[:10], X_noisy=holes[:10]
)
