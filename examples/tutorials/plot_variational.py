"""
Variational: a map of the data, and new data
============================================
"""

import sys

from skae import ConvVariationalAutoencoder, VariationalAutoencoder
from skae.datasets import load_digits, load_mnist
from skae.plotting import LatentSpaceDisplay, LossCurveDisplay, ManifoldDisplay

full = "--full" in sys.argv
data = load_mnist() if full else load_digits()

# %%
vae = VariationalAutoencoder(
    encoding_dim=2,
    hidden_layer_sizes=64,
    activation="relu",
    likelihood="bernoulli",
    learning_rate=1e-3,
    batch_size=32,
    epochs=30 if full else 100,
    early_stopping=False,
    random_state=0,
).fit(data.X_train)
print(f"evidence lower bound {vae.score_samples(data.X_test).mean():.1f} nats per row")
bound = vae.log_likelihood(data.X_test[:100], 100, random_state=0).mean()
print(f"importance-weighted, 100 rows: {bound:.1f}")
print(f"nats per dimension {vae.kl_per_dimension_.round(2)}; active {vae.active_units_}")
print(f"new rows {vae.sample(5, random_state=0).shape}")

# %%
plane = LatentSpaceDisplay.from_estimator(vae, data.X_test, data.y_test)

# %%
manifold = ManifoldDisplay.from_estimator(vae)

# %%
curves = LossCurveDisplay.from_estimator(vae)

# %%
conv = ConvVariationalAutoencoder(
    2,
    filters=(32, 64) if full else (16,),
    likelihood="bernoulli",
    epochs=10,
    random_state=0,
).fit(data.X_train)
score = conv.score_samples(data.X_test[:1000]).mean()
print(f"convolutional: {score:.1f} nats per row")
plane = LatentSpaceDisplay.from_estimator(conv, data.X_test, data.y_test)
