"""
Stacked: one layer at a time, then the whole
============================================
"""

import sys

import matplotlib.pyplot as plt
from sklearn.base import clone

from skae import StackedAutoencoder
from skae.datasets import load_digits, load_fashion_mnist
from skae.plotting import LossCurveDisplay, ReconstructionDisplay

full = "--full" in sys.argv
data = load_fashion_mnist() if full else load_digits()

# %%
tuned = StackedAutoencoder(
    encoding_dim=30 if full else 8,
    hidden_layer_sizes=(100,) if full else (32,),
    activation="selu",
    epochs=20,
    fine_tune_epochs=20,
    random_state=0,
).fit(data.X_train)
layers = clone(tuned).set_params(fine_tune_epochs=0).fit(data.X_train)

models = {"layers alone": layers, "fine-tuned": tuned}
for name, model in models.items():
    error = model.reconstruction_error(data.X_test).mean()
    print(f"{name}: squared error {error:.4f}")
for i, history in enumerate(tuned.layer_histories_):
    print(f"layer {i + 1}: loss {history['loss'][0]:.4f} -> {history['loss'][-1]:.4f}")

# %%
curves = LossCurveDisplay.from_estimator(tuned)

# %%
_, axes = plt.subplots(2, figsize=(8, 4), layout="constrained")
for ax, (name, model) in zip(axes, models.items(), strict=True):
    ax.set_title(name)
    pictures = ReconstructionDisplay.from_estimator(model, data.X_test[:10], ax=ax)
