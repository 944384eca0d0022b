"""A variational autoencoder: a map of the data, and new data.

With ``--full``: 784-64-2 on MNIST, batch 32, 30 epochs, as in "Building Autoencoders in
Keras", with the correct evidence lower bound.
"""

from _options import load

from skae import ConvVariationalAutoencoder, VariationalAutoencoder

full, data = load(__doc__)

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
print(
    f"nats per dimension {vae.kl_per_dimension_.round(2)}; active {vae.active_units_}"
)
print(f"new rows {vae.sample(5, random_state=0).shape}")

conv = ConvVariationalAutoencoder(
    2,
    filters=(32, 64) if full else (16,),
    likelihood="bernoulli",
    epochs=10,
    random_state=0,
).fit(data.X_train)
score = conv.score_samples(data.X_test[:1000]).mean()
print(f"convolutional: {score:.1f} nats per row")
