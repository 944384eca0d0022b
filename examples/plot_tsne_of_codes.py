"""
Is it worth encoding before t-SNE?
==================================

t-SNE draws a table of many columns as points in a plane: the training rows, and no
others. Encoding the rows first is the advice for wide data. Or the encoder may learn
the map itself, and then place new rows and decode what lies between the islands. All
three are tried on digits of 64 pixels, which t-SNE can read by itself.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from skae import NeighborAutoencoder
from skae.datasets import load_digits
from skae.metrics import trustworthiness
from skae.plotting import LatentSpaceDisplay

digits = load_digits()
X, y = digits.X_train, digits.y_train

# %%
# The three ways. :class:`~skae.NeighborAutoencoder` draws a map of the training rows
# much as t-SNE does, and trains an encoder and a decoder on it.

tsne = TSNE(random_state=0)
mapper = NeighborAutoencoder(epochs=60, random_state=0)
ways = {
    "t-SNE of pixels": tsne,
    "PCA(8), then t-SNE": make_pipeline(PCA(8), tsne),
    "NeighborAutoencoder": mapper,
}

# %%
# Two numbers go with the pictures. Trustworthiness is 1 if neighbors in the plane were
# neighbors among the pixels. The other one asks how often the nearest neighbor in the
# plane is the same digit, which no map was told.

_, axes = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained")
for ax, (name, way) in zip(axes, ways.items(), strict=True):
    plane = way.fit_transform(X)
    LatentSpaceDisplay(plane, y, embedded=True).plot(ax=ax)
    ax.set_title(name)
    if ax is not axes[-1]:
        ax.get_legend().remove()
    same = cross_val_score(KNeighborsClassifier(1), plane, y, cv=5).mean()
    print(f"{name:20} {trustworthiness(X, plane):.3f}, same digit {100 * same:.1f} %")

# %%
# The pictures hardly differ. What differs is what can be done with them: t-SNE has no
# `transform`, and is at its end here. The encoder places rows that it has never seen.

places = mapper.transform(X)
new_places = mapper.transform(digits.X_test)
near = KNeighborsClassifier(1).fit(places, y)
print(f"new rows: same digit {100 * near.score(new_places, digits.y_test):.1f} %")

_, ax = plt.subplots(figsize=(5, 4.4), layout="constrained")
ax.scatter(*places.T, s=6, color="0.85")
ax.scatter(*new_places.T, s=8, c=digits.y_test, cmap="tab10")
ax.set_title("New rows on the map of the others")

# %%
# And the decoder says what a place means, also one where there is no row: here on the
# way from the island of the zeros to that of the ones.

first, last = (np.median(places[y == digit], axis=0) for digit in (0, 1))
way = np.linspace(first, last, 9)
_, axes = plt.subplots(1, 9, figsize=(9, 1.2), layout="constrained")
for ax, image in zip(axes, mapper.inverse_transform(way), strict=True):
    ax.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
    ax.axis("off")

# %%
# So: for one picture of rows that are all at hand, t-SNE is the better map and the
# quicker one, and it needs no encoder before it. For a map that new rows are to be
# placed on, or whose empty places are to be read, train the encoder on the map.
