"""
How many dimensions does the code need?
=======================================

A code can be too small to represent the data, or larger than necessary. The explained
variance as a function of the number of codes has an elbow at the right number, and the
curve of PCA shows whether a network is needed at all. A nested autoencoder gives the
whole curve with one fit.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA

from skae import Autoencoder, PrefixSearchCV
from skae.datasets import load_digits
from skae.metrics import prefix_scores
from skae.plotting import ScreeDisplay

# %%
# Two tables: scikit-learn's digits, and synthetic data of five factors, mixed linearly
# into thirty columns, plus noise. For the second one PCA is the right model.

digits = load_digits()
rng = np.random.default_rng(0)
mixed = rng.normal(size=(1000, 5)) @ rng.normal(size=(5, 30))
mixed += 0.5 * rng.normal(size=mixed.shape)
tables = {
    "digits": (digits.X_train, digits.X_test, 32),
    "five mixed factors": (mixed[:700], mixed[700:], 10),
}

# %%
# One fit each, scored on new rows by its first code alone, its first two, and so on: 1
# is a perfect reconstruction, 0 is the mean. We expect two curves with an elbow at five
# in the second table, which coincide. In the first one the autoencoder should be
# better, most of all with few dimensions.

settings = {"epochs": 60, "random_state": 0}
_, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained", sharey=True)
for ax, (name, (X_train, X_test, n_codes)) in zip(axes, tables.items(), strict=True):
    models = {
        "Autoencoder, nested": Autoencoder(n_codes, nested=True, **settings),
        "PCA": PCA(n_codes),
    }
    shown = [m for m in (1, 2, 3, 5, 8, 10, 16, 32) if m <= n_codes]
    for marker, (label, model) in zip("os", models.items(), strict=True):
        scores = prefix_scores(model.fit(X_train), X_test)
        at = {m: round(float(scores[m - 1]), 2) for m in shown}
        print(f"{name:18} {label:19}", at)
        ax.plot(shown, list(at.values()), marker=marker, label=label)
    ax.set(title=name, xlabel="number of codes", xscale="log")
    ax.set_xticks(shown, shown)
    ax.minorticks_off()
axes[0].set_ylabel("explained variance, new rows")
_ = axes[0].legend(frameon=False)

# %%
# Result: the mixed table has an elbow at five, the true number, and both curves
# coincide: nothing better than PCA was found, and the fit returned PCA. PCA is enough,
# and takes a fraction of the time.
#
# The digits have no sharp elbow. The autoencoder is better by 0.1 with 2 codes, by 0.15
# with 5 and by 0.13 with 8, and not at all with 32: eight codes explain as much as
# fourteen components of PCA. If 32 dimensions are acceptable, use PCA. If only 8 or
# fewer are, the network is worth its time.
#
# Cross-validation selects a number, with one fit per fold and not one per number: the
# fewest codes that explain 80 % of the variance of held-out rows. PCA needs fourteen
# components for that.

search = PrefixSearchCV(Autoencoder(16, **settings), cv=3, criterion=0.8)
search.fit(digits.X_train)
print(f"{search.best_encoding_dim_} codes explain {search.best_score_:.2f}")
print(f"fitted alone, of new rows: {search.score(digits.X_test):.2f}")

# %%
# Eight codes are selected, and an autoencoder that is fitted with eight codes only
# explains slightly more: 0.84 on new rows.
#
# How much variance does each of the codes explain? Those of an autoencoder are ordered
# by it, as PCA's are. They depend on each other nonlinearly, so the fractions add up to
# more than 1.

model = search.best_estimator_
display = ScreeDisplay.from_estimator(model, name="Autoencoder")
pca = PCA(search.best_encoding_dim_).fit(digits.X_train)
_ = ScreeDisplay.from_estimator(pca, ax=display.ax_)
