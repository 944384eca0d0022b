"""
Is it worth encoding before t-SNE?
==================================

t-SNE draws a table of many columns as points in a plane. Encoding the rows first is the
advice for wide data: few columns are fast, and noise is left behind. Here it is tried
on digits of 64 pixels, which t-SNE can read by itself.
"""

import matplotlib.pyplot as plt
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from skae import Autoencoder
from skae.datasets import load_digits
from skae.metrics import trustworthiness
from skae.plotting import LatentSpaceDisplay

digits = load_digits()
X, y = digits.X_train[:500], digits.y_train[:500]

# %%
# An autoencoder is a transformer, so the whole way is one pipeline. PCA with as many
# columns is the quick alternative.

tsne = TSNE(max_iter=500, random_state=0)
encoder = Autoencoder(8, epochs=100, jit_compile=False, random_state=0)
ways = {
    "t-SNE of pixels": tsne,
    "PCA(8), then t-SNE": make_pipeline(PCA(8), tsne),
    "Autoencoder(8), then t-SNE": make_pipeline(encoder, tsne),
}

# %%
# Two numbers go with the pictures. Trustworthiness is 1 if neighbors in the plane were
# neighbors among the pixels. The other one asks how often the nearest neighbor in the
# plane is the same digit, which t-SNE was not told. Expect ten islands everywhere, and
# no great differences.

_, axes = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained")
for ax, (name, way) in zip(axes, ways.items(), strict=True):
    plane = way.fit_transform(X)
    LatentSpaceDisplay(plane, y, embedded=True).plot(ax=ax)
    ax.set_title(name)
    if ax is not axes[-1]:
        ax.get_legend().remove()
    same = cross_val_score(KNeighborsClassifier(1), plane, y, cv=5).mean()
    print(f"{name:27} {trustworthiness(X, plane):.3f}, same digit {100 * same:.1f} %")

# %%
# Seen: the detour buys little. t-SNE of the pixels is the most trustworthy (about 0.99)
# and has the same digit as the nearest neighbor for 98 % of the images, against 95 or
# 96 % with eight columns of either kind. The pictures hardly differ: the ones fall into
# parts in all three, and threes and nines touch.
#
# Where the columns are thousands, or where new rows must be encoded in the same way,
# encoding first is worth a try. Where t-SNE can read the table, let it.
