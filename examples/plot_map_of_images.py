"""
Two-dimensional latent space of images
======================================

A variational autoencoder with a code of two numbers embeds images in a plane: every
image has a point in the latent space, and every point can be decoded to an image. The
latent space should be smooth and without empty regions.
"""

import matplotlib.pyplot as plt
import numpy as np

from skae import VariationalAutoencoder
from skae.datasets import load_digits
from skae.plotting import InterpolationDisplay, LatentSpaceDisplay, ManifoldDisplay

digits = load_digits()
vae = VariationalAutoencoder(
    2,
    likelihood="bernoulli",
    epochs=200,
    learning_rate=5e-3,
    jit_compile=False,
    random_state=0,
).fit(digits.X_train)
print("nats per code dimension:", vae.kl_per_dimension_.round(1))

# %%
# On the left the codes of new images; the model was fitted without the classes. On the
# right images decoded from a grid of codes, with grid lines at equal quantiles of the
# prior, the normal distribution. We expect a cluster for each class, and an overlap in
# the middle: two numbers are not enough for ten digits.

_, axes = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
LatentSpaceDisplay.from_estimator(vae, digits.X_test, digits.y_test, ax=axes[0])
axes[0].set_aspect("equal")
manifold = ManifoldDisplay.from_estimator(vae, n=13, ax=axes[1])

# %%
# Interpolation between two images along a straight line in the latent space. We expect
# digits all along the line, in contrast to interpolation between the pixels, which
# fades one image into the other.

ends = digits.X_test[[int(np.argmax(digits.y_test == digit)) for digit in (3, 0)]]
faded = np.linspace(ends[0], ends[1], 10)[None]
_, axes = plt.subplots(2, 1, figsize=(8, 2), layout="constrained")
on_the_map = InterpolationDisplay.from_estimator(vae, ends, ax=axes[0])
between_pixels = InterpolationDisplay(faded, digits.image_shape).plot(ax=axes[1])

# %%
# Result: zeros, twos, fours and sixes have regions of their own, threes and nines share
# one, and fives, sevens and eights overlap in the middle. On the line from a three to a
# zero the decoded images pass through a nine. Interpolation between the pixels shows
# two faint digits at once.
