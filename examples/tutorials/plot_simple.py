"""
Simple: one dense layer to the code, one back
=============================================

The first model of "Building Autoencoders in Keras". With ``--full`` it is the
tutorial's own: 784-32-784 on MNIST, batches of 256, 50 epochs. Without, scikit-learn's
digits: 64-16-64.
"""

import sys

from sklearn.base import clone

from skae import Autoencoder
from skae.datasets import load_digits, load_mnist
from skae.plotting import CodeDisplay, LossCurveDisplay, ReconstructionDisplay

full = "--full" in sys.argv
data = load_mnist() if full else load_digits()

# %%
# A ReLU code, cross-entropy per pixel and random first weights, as in the tutorial. To
# watch the training in TensorBoard, add
# ``callbacks=[keras.callbacks.TensorBoard("logs")]`` and start
# ``tensorboard --logdir logs``, which listens at port 6006.
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

# %%
# loss curves
curves = LossCurveDisplay.from_estimator(autoencoder)

# %%
# reconstructions
pictures = ReconstructionDisplay.from_estimator(autoencoder, data.X_test[:10])

# %%
# codes
little = CodeDisplay.from_estimator(autoencoder, data.X_test[:10])

# %%
# sparse
sparse = clone(autoencoder).set_params(l1=1e-4 if full else 1e-3, epochs=100)
sparse_codes = sparse.fit(data.X_train).transform(data.X_test)
print(f"mean of the codes: {codes.mean():.2f}, with the penalty {sparse_codes.mean():.2f}")
print(f"zeros: {(codes == 0).mean():.3f}, with the penalty {(sparse_codes == 0).mean():.3f}")
print(f"variance explained with the penalty: {sparse.score(data.X_test):.3f}")
little = CodeDisplay.from_estimator(sparse, data.X_test[:10])
