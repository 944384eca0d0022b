"""
Sparse autoencoder
==================

"Hands-On Machine Learning" makes a code of sigmoid units sparse in two ways: by an L1
penalty, or by a target for the mean activation of each unit. With ``--full``:
784-100-300 on Fashion-MNIST, batches of 32, 10 epochs. Without: digits, 64-64.

In either case no narrow layer is needed. A code as large as the data, or larger
(overcomplete), cannot copy its input if only few units may be active.
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
# Why a Kullback-Leibler divergence and not the squared distance from the target?
# Plotted over the mean activation of one unit, with a target of 0.1, it should be
# steeper.

target, activity = 0.1, np.linspace(0.01, 0.99, 99)
divergence = target * np.log(target / activity)
divergence += (1 - target) * np.log((1 - target) / (1 - activity))

_, ax = plt.subplots(layout="constrained")
ax.plot(activity, divergence, label="Kullback-Leibler divergence")
ax.plot(activity, (activity - target) ** 2, label="squared distance")
ax.axvline(target, color="0.6", ls=":", label="target")
ax.set(xlabel="mean activity of a unit", ylabel="penalty")
legend = ax.legend(frameon=False)

# %%
# It is: about 0.37 against 0.16 at a mean activation of 0.5, and it is unbounded on
# both sides, while the squared distance of a unit that is never active is only 0.01.
#
# Three models. In a Keras layer a divergence is divided by the batch size; here the
# weight is not divided.

settings = {"no penalty": ("l1", 0.0), "L1": ("l1", 1e-3), "divergence": ("kl", 0.05)}
models = {}
for name, (penalty, weight) in settings.items():
    models[name] = SparseAutoencoder(
        300 if full else 64,
        hidden_layer_sizes=100 if full else (),
        penalty=penalty,
        sparsity_weight=weight,
        sparsity_target=target,
        activation="selu",
        code_activation="sigmoid",
        init="random",
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
# Histograms of all activations, and of the mean of each unit: the penalties should
# shift the activations to the left, and the divergence the means to its target.

_, axes = plt.subplots(1, 3, figsize=(12, 3.5), sharey=True, layout="constrained")
for ax, (name, model) in zip(axes, models.items(), strict=True):
    ax.set_title(name)
    histogram = ActivationDisplay.from_estimator(model, data.X_test, ax=ax)

# %%
# Without a penalty activations are spread out, with means around one half and about 10
# % of the activations below 0.1. With L1 about 31 % are below 0.1, with hardly any loss
# of explained variance. With the divergence they are about 57 %, and the means of all
# units are in one bar at the target; it explains 0.59 of the variance and not 0.84, so
# that a weight of 0.05 is large for these digits.
#
# A code of the last model should have few dark units, not always the same ones; its
# reconstructions should be pale.

_, axes = plt.subplots(2, figsize=(8, 3.2), layout="constrained", height_ratios=(1, 2))
little = CodeDisplay.from_estimator(model, data.X_test[:10], ax=axes[0])
pictures = ReconstructionDisplay.from_estimator(model, data.X_test[:10], ax=axes[1])

# %%
# Each code is pale with a few dark squares, at different positions for different
# images. The digits are blurred; the third, a 5, could be a 9.
