"""
Are sparse codes good features?
===============================

A sparse code has many units, of which few are active in each row. That makes codes
easier to interpret. Are they also good features for a linear classifier?
"""

import matplotlib.pyplot as plt
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from skae import SparseAutoencoder
from skae.datasets import load_digits
from skae.metrics import l0
from skae.plotting import ActivationDisplay

digits = load_digits()
X, y = digits.X_train, digits.y_train

# %%
# Four codes of 128 ReLU units, twice as many as there are pixels. They differ in the
# weight of the L1 penalty; the first one has no penalty.

models = {
    weight: SparseAutoencoder(
        128,
        code_activation="relu",
        init="random",
        penalty="l1",
        sparsity_weight=weight,
        epochs=60,
        jit_compile=False,
        random_state=0,
    ).fit(X)
    for weight in (0.0, 3e-3, 1e-2, 3e-2)
}

# %%
# The activations of a code, and the means of its units over many rows. We expect a bar
# at zero that increases with the penalty.

_, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained", sharey=True)
for ax, weight in zip(axes, (0.0, 1e-2), strict=True):
    ActivationDisplay.from_estimator(models[weight], digits.X_test, ax=ax)
    ax.set_title(f"sparsity_weight={weight:g}")

# %%
# Result: about half of all activations are in the first bar without a penalty, four of
# five with it. No unit is dead: each has a mean above zero.
#
# The classifier is the same for all features, with a regularization that suits the
# pixels. The baselines are pixels and PCA. We expect that codes are slightly better
# than pixels, and that the strongest penalty reduces the accuracy.


def accuracy(encode):
    classifier = LogisticRegression(C=3, max_iter=2000).fit(encode(X), y)
    return classifier.score(encode(digits.X_test), digits.y_test)


active = [l0(model.transform(digits.X_test)) for model in models.values()]
found = [accuracy(model.transform) for model in models.values()]
rivals = {
    "pixels": accuracy(lambda x: x),
    "PCA(32)": accuracy(PCA(32).fit(X).transform),
}
print("active units", [round(n) for n in active])
print("accuracy", [round(a, 3) for a in found], rivals)

_, ax = plt.subplots(figsize=(5.5, 3.6), layout="constrained")
ax.plot(active, found, "o-", label="sparse codes")
for style, (name, value) in zip(("--", ":"), rivals.items(), strict=True):
    ax.axhline(value, ls=style, color="0.4", label=name)
ax.set(xlabel="active units of 128, mean", ylabel="accuracy, new digits")
_ = ax.legend(frameon=False)

# %%
# Result: codes with 35 to 80 active units classify about 98.7 % of the new digits
# correctly, pixels 97.6 % and PCA 96.7 %. One digit of 540 is 0.2 points, so the
# difference is about six digits.
#
# The penalty is not the reason: the code without one is as good, because 128 ReLU units
# are already a richer representation than 64 pixels. With the penalty a quarter of the
# units are active instead of two thirds, at the same accuracy. With 20 active units the
# accuracy decreases to 97.4 %.
