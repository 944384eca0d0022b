"""
How many dimensions does the code need?
=======================================

A code can be too small to hold the data, or larger than it has to be. Explained
variance against the number of codes shows where the curve bends, and PCA beside it
shows whether a network is needed at all. A nested autoencoder tells the whole curve
from one fit.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA

from skae import Autoencoder, PrefixSearchCV
from skae.datasets import load_digits
from skae.metrics import prefix_scores
from skae.plotting import ScreeDisplay

# %%
# Two tables: scikit-learn's digits, and made-up rows that are five numbers, mixed
# linearly into thirty columns, plus noise. The second one is PCA's home ground.

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
# is a perfect reconstruction, 0 is the mean. Expect two curves that bend at five in the
# second table and lie on top of each other. In the first one the autoencoder should be
# above, most of all where dimensions are scarce.

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
# Seen: the mixed table bends at five, its true number, and both curves are one: nothing
# better than PCA was found, and it is what the fit returned. PCA is enough, and it
# tells the same number in a fraction of the time.
#
# The digits have no sharp bend. The autoencoder leads by 0.1 with 2 codes, by 0.15 with
# 5 and by 0.13 with 8, and not at all with 32: eight codes of it hold what PCA needs
# fourteen for. With room for 32 dimensions, take PCA. With room for 8 or fewer, the
# network pays.
#
# Cross-validation makes a decision of it, with one fit per fold and not one per number:
# the fewest codes that explain 80 % of the variance of rows that were held out. PCA
# needs fourteen for that.

search = PrefixSearchCV(Autoencoder(16, **settings), cv=3, criterion=0.8)
search.fit(digits.X_train)
print(f"{search.best_encoding_dim_} codes explain {search.best_score_:.2f}")
print(f"fitted alone, of new rows: {search.score(digits.X_test):.2f}")

# %%
# Eight codes, and an autoencoder that was fitted for these alone explains a little
# more: 0.84 of new rows.
#
# What does each of the codes hold? Those of an autoencoder are in this order, as PCA's
# are. They are bent together, so what is lost without them adds up to more than 1.

model = search.best_estimator_
display = ScreeDisplay.from_estimator(model, name="Autoencoder")
pca = PCA(search.best_encoding_dim_).fit(digits.X_train)
_ = ScreeDisplay.from_estimator(pca, ax=display.ax_)
