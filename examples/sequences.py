"""Sequence to sequence: heart beats or any series, to a vector and back.

Made-up waves of different lengths; ``--full`` changes the number of epochs only.
"""

import numpy as np
from _options import load

from skae import RecurrentAutoencoder

full, _ = load(__doc__)
rng = np.random.default_rng(0)
lengths = rng.integers(15, 40, size=400)
waves = [
    np.sin(np.arange(n)[:, None] * frequency + phase)
    for n, frequency, phase in zip(
        lengths, rng.uniform(0.2, 0.6, 400), rng.uniform(0, 6, 400), strict=True
    )
]

model = RecurrentAutoencoder(
    4, hidden_layer_sizes=(32,), epochs=200 if full else 30, random_state=0
).fit(waves[:300])
print(f"codes {model.transform(waves[300:]).shape}")
print(f"variance explained on new waves: {model.score(waves[300:]):.3f}")
found = model.reconstruct(waves[300:])
print("lengths kept:", [len(x) for x in found] == list(lengths[300:]))
