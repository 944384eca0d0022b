"""
Deep: 128-64-32 and back
========================
"""

import sys

import matplotlib.pyplot as plt

from skae import Autoencoder
from skae.datasets import load_digits, load_mnist
from skae.plotting import LossCurveDisplay, ReconstructionDisplay

full = "--full" in sys.argv
data = load_mnist() if full else load_digits()

# %%
textbook = Autoencoder(
    encoding_dim=32 if full else 8,
    hidden_layer_sizes=(128, 64),
    activation="relu",
    code_activation="relu",
    loss="binary_crossentropy",
    init="random",
    batch_size=256 if full else 32,
    epochs=100,
    random_state=0,
).fit(data.X_train)
default = Autoencoder(32 if full else 8, random_state=0).fit(data.X_train)

models = {"textbook": textbook, "default": default}
for name, model in models.items():
    print(f"{name}: variance explained {model.score(data.X_test):.3f}")

# %%
_, axes = plt.subplots(2, figsize=(8, 4), layout="constrained")
for ax, (name, model) in zip(axes, models.items(), strict=True):
    ax.set_title(name)
    pictures = ReconstructionDisplay.from_estimator(model, data.X_test[:10], ax=ax)

# %%
_, axes = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
for ax, (name, model) in zip(axes, models.items(), strict=True):
    ax.set_title(name)
    curves = LossCurveDisplay.from_estimator(model, ax=ax)
