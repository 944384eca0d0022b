"""
Sparse: few active units per row
================================
"""

import sys

import matplotlib.pyplot as plt
import numpy as np

from skae import SparseAutoencoder
from skae.datasets import load_digits, load_fashion_mnist
from skae.plotting import ActivationDisplay, CodeDisplay, ReconstructionDisplay

full = "--full" in sys.argv
data = load_fashion_mnist() if full else load_digits()

# %%
target, activity = 0.1, np.linspace(0.01, 0.99, 99)
divergence = target * np.log(target / activity)
divergence += (1 - target) * np.log((1 - target) / (1 - activity))
_, ax = plt.subplots(layout="constrained")
ax.plot(activity, divergence, label="Kullback-Leibler divergence")
ax.plot(activity, (activity - target) ** 2, label="squared difference")
ax.axvline(target, color="0.6", ls=":", label="target")
ax.set(xlabel="mean activity of a unit", ylabel="penalty")
legend = ax.legend(frameon=False)

# %%
models = {}
for name, penalty, weight in (
    ("no penalty", "l1", 0.0),
    ("L1", "l1", 1e-3),
    ("divergence", "kl", 0.05),
):
    models[name] = SparseAutoencoder(
        300 if full else 64,
        hidden_layer_sizes=100 if full else (),
        penalty=penalty,
        sparsity_weight=weight,
        sparsity_target=target,
        activation="selu",
        loss="binary_crossentropy",
        batch_size=32,
        epochs=10 if full else 60,
        random_state=0,
    ).fit(data.X_train)
    codes = models[name].transform(data.X_test)
    means = codes.mean(axis=0)
    low, inside = (codes < 0.1).mean(), ((means > 0.1) & (means < 0.2)).mean()
    print(
        f"{name}: {low:.0%} of activations below .1, {inside:.0%} of units with a mean "
        f"between .1 and .2, variance explained {models[name].score(data.X_test):.3f}"
    )

# %%
_, axes = plt.subplots(1, 3, figsize=(12, 3.5), sharey=True, layout="constrained")
for ax, (name, model) in zip(axes, models.items(), strict=True):
    ax.set_title(name)
    histogram = ActivationDisplay.from_estimator(model, data.X_test, ax=ax)

# %%
codes = CodeDisplay.from_estimator(models["divergence"], data.X_test[:10])

# %%
pictures = ReconstructionDisplay.from_estimator(models["divergence"], data.X_test[:10])
