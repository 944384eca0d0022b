"""
t-SNE and a neighbour embedding with transform
==============================================

t-SNE embeds a table of many columns in the plane, but only the training rows. Usually
wide data are encoded before. Another way is to train an encoder on the embedding, which
can then embed new rows, and a decoder. The three ways are compared on digits of 64
pixels, for which t-SNE needs no encoder.
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
# The three ways. :class:`~skae.NeighborAutoencoder` computes an embedding of the
# training rows much as t-SNE does, and trains an encoder and a decoder on it.

tsne = TSNE(random_state=0)
mapper = NeighborAutoencoder(epochs=60, random_state=0)
ways = {
    "t-SNE of pixels": tsne,
    "PCA(8), then t-SNE": make_pipeline(PCA(8), tsne),
    "NeighborAutoencoder": mapper,
}

# %%
# Two scores for each embedding. Trustworthiness is 1 if neighbors in the plane are
# neighbors among the pixels. The other score is the fraction of rows whose nearest
# neighbor in the plane is the same digit; the embeddings were computed without the
# classes.

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
# The embeddings hardly differ. But t-SNE has no `transform`, while the encoder embeds
# new rows.

places = mapper.transform(X)
new_places = mapper.transform(digits.X_test)
near = KNeighborsClassifier(1).fit(places, y)
print(f"new rows: same digit {100 * near.score(new_places, digits.y_test):.1f} %")

_, ax = plt.subplots(figsize=(5, 4.4), layout="constrained")
ax.scatter(*places.T, s=6, color="0.85")
ax.scatter(*new_places.T, s=8, c=digits.y_test, cmap="tab10")
ax.set_title("New rows in the embedding of the training rows")

# %%
# The decoder reconstructs a row from any point of the plane, also where there is no
# data: here on the line from the cluster of the zeros to that of the ones.

first, last = (np.median(places[y == digit], axis=0) for digit in (0, 1))
way = np.linspace(first, last, 9)
_, axes = plt.subplots(1, 9, figsize=(9, 1.2), layout="constrained")
for ax, image in zip(axes, mapper.inverse_transform(way), strict=True):
    ax.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
    ax.axis("off")

# %%
# To visualize a data set once, t-SNE is better and faster, and needs no encoder before
# it. To embed new rows, or to decode points of the plane, use the neighbour embedding
# with its encoder.
