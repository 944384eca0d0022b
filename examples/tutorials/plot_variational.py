"""
Variational autoencoder
=======================

The variational model of "Building Autoencoders in Keras", with the correct evidence
lower bound: 784-64-2 on MNIST, batches of 32, 30 epochs with ``--full``. Without:
digits, 64-64-2. It is compared with a convolutional one.
"""

import sys

from skae import ConvVariationalAutoencoder, VariationalAutoencoder
from skae.datasets import load_digits, load_mnist
from skae.plotting import LatentSpaceDisplay, LossCurveDisplay, ManifoldDisplay

full = "--full" in sys.argv
data = load_mnist() if full else load_digits()

# %%
# The score of a row is its evidence lower bound, a bound on the log-likelihood in nats.
# The importance-weighted bound is tighter and should be slightly higher.

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
bound = vae.log_likelihood(data.X_test[:1000], 100, random_state=0).mean()
print(f"importance-weighted, 100 samples: {bound:.1f}")
print(
    f"nats per dimension {vae.kl_per_dimension_.round(2)}; active {vae.active_units_}"
)
print(f"new rows {vae.sample(5, random_state=0).shape}")

# %%
# It is, by about a tenth of a nat.
#
# Codes of test images in the latent space, coloured by digit; the model was fitted
# without the labels. We expect codes around zero, spread like a standard normal
# distribution, in which the same digits are neighbours.

plane = LatentSpaceDisplay.from_estimator(vae, data.X_test, data.y_test)

# %%
# The codes have a standard deviation of about 0.9 in both directions. 2, 3, 4, 6 and 7
# have regions of their own; 0, 1, 5, 8 and 9 overlap in the middle: two numbers are few
# for ten digits.
#
# Fifteen by fifteen points of the latent space, decoded. The lines of the grid are at
# equal quantiles of the prior. Digits should change continuously into each other, and
# be in the same regions as in the plot above.

manifold = ManifoldDisplay.from_estimator(vae)

# %%
# 6, 2, 7 and 4 are in the corners, as in the plot above, and 3 on the right. The middle
# is a mixture of 0, 5, 8 and 9.
#
# The loss has two terms: the divergence of the codes from the prior should increase
# while the reconstruction term decreases, since it measures the information in the
# code.

curves = LossCurveDisplay.from_estimator(vae)

# %%
# The divergence increases from about 0.3 to 1.7 nats, the reconstruction term decreases
# from 42 to 24. Little changes after epoch 40.
#
# Convolutions instead of dense layers should give a similar latent space.

conv = ConvVariationalAutoencoder(
    2,
    filters=(32, 64) if full else (16,),
    pooling="max",
    activation="relu",
    init="random",
    likelihood="bernoulli",
    batch_size="auto" if full else 32,
    epochs=10 if full else 40,
    random_state=0,
).fit(data.X_train)
score = conv.score_samples(data.X_test[:1000]).mean()
print(f"convolutional: {score:.1f} nats per row")
plane = LatentSpaceDisplay.from_estimator(conv, data.X_test, data.y_test)

# %%
# About a nat worse than the dense model. The clusters are the same, at other positions:
# the orientation of the latent space is arbitrary.
