"""
Convolutional: a code of small feature maps
===========================================
"""

import sys

from skae import ConvAutoencoder
from skae.datasets import load_digits, load_mnist
from skae.plotting import CodeDisplay, LossCurveDisplay, ReconstructionDisplay

full = "--full" in sys.argv
data = load_mnist() if full else load_digits()

# %%
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
print(f"variance explained {conv.score(data.X_test):.3f}")

# %%
pictures = ReconstructionDisplay.from_estimator(conv, data.X_test[:10])

# %%
maps = CodeDisplay.from_estimator(conv, data.X_test[:10])

# %%
curves = LossCurveDisplay.from_estimator(conv)
