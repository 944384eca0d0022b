"""
Convolutional autoencoder
=========================

The convolutional model of "Building Autoencoders in Keras": convolutions, each followed
by a layer that halves height and width; the decoder doubles them. With ``--full``:
16-8-8 filters on MNIST, a code of 4 x 4 x 8, batches of 128, 50 epochs. Without:
digits, 16-8 filters and a code of 2 x 2 x 8.
"""

import sys

from skae import ConvAutoencoder
from skae.datasets import load_digits, load_mnist
from skae.plotting import CodeDisplay, LossCurveDisplay, ReconstructionDisplay

full = "--full" in sys.argv
data = load_mnist() if full else load_digits()

# %%
# Rows of 64 or 784 pixels are interpreted as square images. Codes are a two-dimensional
# array, as for every other model; ``code_shape_`` is the shape of the feature maps.

conv = ConvAutoencoder(
    filters=(16, 8, 8) if full else (16, 8),
    pooling="max",
    upsampling="nearest",
    activation="relu",
    loss="binary_crossentropy",
    batch_size=128 if full else 32,
    epochs=50,
    random_state=0,
    verbose=2 if full else 0,
).fit(data.X_train)

codes = conv.transform(data.X_test)
print(f"codes {codes.shape}: feature maps of {conv.code_shape_}")
print(f"cross-entropy {conv.reconstruction_error(data.X_test).mean():.4f}")
print(f"variance explained {conv.score(data.X_test):.3f}")

# %%
# The digits should be readable, and coarse: after two halvings the feature maps have 2
# x 2 pixels.

pictures = ReconstructionDisplay.from_estimator(conv, data.X_test[:10])

# %%
# All are readable; the 9 and the last 2 are the worst. The model explains about 0.75 of
# the variance with 32 numbers per image, less than the dense model of the first example
# with 16: such small images are not suited to convolutions.
#
# The codes as grey images, as in the tutorial: the eight feature maps of an image are
# below each other. We expect some maps that are similar for all images, and some that
# differ between digits.

maps = CodeDisplay.from_estimator(conv, data.X_test[:10])

# %%
# Result: the first and the fourth map are dark for all ten images, and the third is
# nearly white. The seventh, for example, differs between digits.
#
# Training and validation loss should be similar: convolutions have few weights, and do
# not overfit easily.

curves = LossCurveDisplay.from_estimator(conv)

# %%
# The curves end at about 0.28 and 0.285.
