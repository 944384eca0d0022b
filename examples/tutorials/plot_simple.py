"""The simplest autoencoder: one dense layer to the code, one back.

With ``--full``: 784-32-784 on MNIST, batch 256, 50 epochs, as in "Building
Autoencoders in Keras".
"""

from _options import load

from skae import Autoencoder

full, data = load(__doc__)

autoencoder = Autoencoder(
    encoding_dim=32 if full else 16,
    hidden_layer_sizes=(),
    code_activation="relu",
    loss="binary_crossentropy",
    init="random",
    batch_size=256 if full else 32,
    epochs=50 if full else 100,
    random_state=0,
).fit(data.X_train)

codes = autoencoder.transform(data.X_test)
loss = autoencoder.reconstruction_error(data.X_test).mean()
print(f"codes {codes.shape}, mean {codes.mean():.2f}; cross-entropy {loss:.4f}")
print(f"variance explained: {autoencoder.score(data.X_test):.3f}")
