"""A stacked autoencoder, trained one layer at a time, then as a whole.

With ``--full``: 784-100-30 on Fashion-MNIST, as in "Hands-On Machine Learning".
"""

from _options import load

from skae import StackedAutoencoder

full, data = load(__doc__, "fashion")

stacked = StackedAutoencoder(
    encoding_dim=30 if full else 8,
    hidden_layer_sizes=(100,) if full else (32,),
    activation="selu",
    epochs=20,
    fine_tune_epochs=0,
    random_state=0,
)
for fine_tune_epochs in (0, 20):
    stacked.set_params(fine_tune_epochs=fine_tune_epochs).fit(data.X_train)
    error = stacked.reconstruction_error(data.X_test).mean()
    print(f"fine-tuned for {stacked.n_iter_} epochs: squared error {error:.4f}")
for i, history in enumerate(stacked.layer_histories_):
    print(f"layer {i}: loss {history['loss'][0]:.4f} -> {history['loss'][-1]:.4f}")
