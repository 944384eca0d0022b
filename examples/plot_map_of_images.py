"""
Can images be laid out on a map?
================================

A variational autoencoder with a code of two numbers makes a map: every image has a
place, and every place has an image. The map should be smooth and without holes.
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
# On the left the places of new images; the classes were not told to the model. On the
# right what the places look like, with grid lines at equal shares of the prior, the
# normal distribution. Expect clouds of one color each, and an overlap in the middle:
# two numbers are not enough for ten digits.

_, axes = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
LatentSpaceDisplay.from_estimator(vae, digits.X_test, digits.y_test, ax=axes[0])
axes[0].set_aspect("equal")
manifold = ManifoldDisplay.from_estimator(vae, n=13, ax=axes[1])

# %%
# A straight line on the map leads from one image to another. Expect digits all along
# the way, in contrast to the line between the pixels, which fades one image into the
# other.

ends = digits.X_test[[int(np.argmax(digits.y_test == digit)) for digit in (3, 0)]]
faded = np.linspace(ends[0], ends[1], 10)[None]
_, axes = plt.subplots(2, 1, figsize=(8, 2), layout="constrained")
on_the_map = InterpolationDisplay.from_estimator(vae, ends, ax=axes[0])
between_pixels = InterpolationDisplay(faded, digits.image_shape).plot(ax=axes[1])

# %%
# Seen: zeros, twos, fours and sixes have regions of their own, threes and nines share
# one, and fives, sevens and eights are piled up in the middle. Further apart means less
# alike: on the line from a three to a zero the map passes a nine. The line between the
# pixels shows two faint digits at once.
