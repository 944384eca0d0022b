"""
Denoising autoencoder
=====================

"Building Autoencoders in Keras" removes normal noise by convolutions; "Hands-On Machine
Learning" sets half of the pixels to zero and reconstructs them by dense layers. With
``--full``: 32-32 filters on MNIST, batches of 128, 100 epochs; and 784-100-30 on
Fashion-MNIST, batches of 32, 10 epochs. Without: scikit-learn's digits.
"""

import sys

import numpy as np

from skae import ConvDenoisingAutoencoder, DenoisingAutoencoder
from skae.datasets import load_digits, load_fashion_mnist, load_mnist
from skae.plotting import ReconstructionDisplay

full = "--full" in sys.argv
data = load_mnist() if full else load_digits()


def error_left(model, noisy, clean):
    """Squared error after denoising, as a share of that before."""
    found = model.reconstruct(noisy)
    return np.mean((found - clean) ** 2) / np.mean((noisy - clean) ** 2)


# %%
# Noise of standard deviation 0.5 on pixels between 0 and 1, clipped: the models add it
# themselves during training, to clean images. The dense model has a code half as large
# as the digits, the convolutional one a feature map of 2 x 2 x 32.

rng = np.random.default_rng(0)
noise = rng.normal(scale=0.5, size=data.X_test.shape)
noisy = np.clip(data.X_test + noise, 0, 1).astype(np.float32)

settings = {"loss": "binary_crossentropy", "random_state": 0}
conv = ConvDenoisingAutoencoder(
    filters=(32, 32),
    pooling="max",
    upsampling="nearest",
    activation="relu",
    noise_level=0.5,
    batch_size=128 if full else 32,
    epochs=100 if full else 40,
    **settings,
).fit(data.X_train)
dense = DenoisingAutoencoder(32, noise_level=0.5, epochs=100, **settings)
dense.fit(data.X_train)
for model in (conv, dense):
    left = error_left(model, noisy, data.X_test)
    print(f"{type(model).__name__}: {left:.1%} of the noise is left")

# %%
# About a third of the noise is left, and slightly less by the dense model: images of 8
# x 8 pixels are not suited to convolutions. (On MNIST the convolutional model leaves
# about a tenth.) The denoised images should be digits again, if not always the right
# ones.

pictures = ReconstructionDisplay.from_estimator(
    conv, data.X_test[:10], X_noisy=noisy[:10]
)

# %%
# Most are readable. The second image, a 4, is reconstructed as a 9 or a 5, and the
# seventh and the last one, a 2 and a 0, look like a 6: where noise hides a digit, the
# model reconstructs a likely one.
#
# Now half of the pixels are set to zero, at random. This should be easier, because the
# other pixels are exact. (The book's dropout layer doubles these as well:
# ``noise="dropout"``.)

other = load_fashion_mnist() if full else data
masked = DenoisingAutoencoder(
    30 if full else 16,
    hidden_layer_sizes=100 if full else 32,
    activation="selu",
    noise="masking",
    noise_level=0.5,
    batch_size=32,
    epochs=10 if full else 100,
    **settings,
).fit(other.X_train)
holes = other.X_test * rng.integers(0, 2, size=other.X_test.shape)
print(f"half of the pixels off: {error_left(masked, holes, other.X_test):.1%} left")
pictures = ReconstructionDisplay.from_estimator(
    masked, other.X_test[:10], X_noisy=holes[:10]
)

# %%
# About 30 % of the error is left. Most digits are restored; the second one, a 4 of
# which hardly anything was left, is not.
