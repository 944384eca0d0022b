"""A deep autoencoder: 128-64-32 and back.

With ``--full``: MNIST, batch 256, 100 epochs, as in "Building Autoencoders in Keras".
The default settings, which start at PCA, are beside it.
"""

from _options import load

from skae import Autoencoder

full, data = load(__doc__)

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

for name, model in (("textbook", textbook), ("default", default)):
    print(f"{name}: variance explained {model.score(data.X_test):.3f}")
