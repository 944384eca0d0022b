"""A convolutional autoencoder whose code is a small feature map.

With ``--full``: 16-8-8 filters on MNIST, a code of 4 x 4 x 8, batch 128, 50 epochs, as
in "Building Autoencoders in Keras".
"""

from _options import load

from skae import ConvAutoencoder

full, data = load(__doc__)

conv = ConvAutoencoder(
    filters=(16, 8, 8) if full else (16, 8),
    loss="binary_crossentropy",
    batch_size=128 if full else 32,
    epochs=50,
    random_state=0,
    verbose=2 if full else 0,
).fit(data.X_train)

codes = conv.transform(data.X_test)
print(f"codes {codes.shape}: feature maps of {conv.code_shape_}")
print(f"cross-entropy {conv.reconstruction_error(data.X_test).mean():.4f}")
