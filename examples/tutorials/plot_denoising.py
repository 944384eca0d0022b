"""Take noise out of images.

With ``--full``: 32-32 filters on MNIST, noise of standard deviation 0.5, batch 128, 100
epochs, as in "Building Autoencoders in Keras".
"""

import numpy as np
from _options import load

from skae import ConvDenoisingAutoencoder, DenoisingAutoencoder

full, data = load(__doc__)
noise = np.random.default_rng(0).normal(scale=0.5, size=data.X_test.shape)
noisy = np.clip(data.X_test + noise, 0, 1)

settings = {"noise_level": 0.5, "loss": "binary_crossentropy", "random_state": 0}
for model in (
    DenoisingAutoencoder(32, epochs=100, **settings),
    ConvDenoisingAutoencoder(
        batch_size=128 if full else 32, epochs=100 if full else 40, **settings
    ),
):
    clean = model.fit(data.X_train).reconstruct(noisy)
    left = np.mean((clean - data.X_test) ** 2) / np.mean((noisy - data.X_test) ** 2)
    print(f"{type(model).__name__}: {100 * left:.1f} % of the noise is left")
