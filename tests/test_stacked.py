import numpy as np
import pytest

from skae import StackedAutoencoder

SETTINGS = {"early_stopping": False, "epochs": 30, "random_state": 0, "batch_size": 20}


def test_layers_are_trained_one_at_a_time(X):
    stacked = StackedAutoencoder(2, hidden_layer_sizes=(8, 4), fine_tune_epochs=0)
    stacked.set_params(**SETTINGS).fit(X)
    assert [len(h["loss"]) for h in stacked.layer_histories_] == [30] * 3
    assert all(h["loss"][-1] < h["loss"][0] for h in stacked.layer_histories_)
    assert stacked.n_iter_ == 0 and stacked.history_ == {}
    # The first layer alone does what it did in its own training.
    first = StackedAutoencoder(8, hidden_layer_sizes=(), fine_tune_epochs=0)
    first.set_params(**SETTINGS, code_activation="elu").fit(X)
    hidden = np.asarray(stacked.encoder_.get_layer("encoder_0").get_weights()[0])
    alone = np.asarray(first.encoder_.get_layer("code").get_weights()[0])
    np.testing.assert_allclose(hidden, alone)


def test_an_inner_layer_decodes_the_codes_of_the_one_before(X):
    stacked = StackedAutoencoder(4, hidden_layer_sizes=(8,), fine_tune_epochs=0)
    stacked.set_params(**SETTINGS).set_params(epochs=300, learning_rate=0.01).fit(X)
    encoder, decoder = stacked.encoder_, stacked.decoder_
    normal = (X - stacked._model.weights["standardize/mean"]) / stacked._model.weights[
        "standardize/scale"
    ]
    hidden = np.asarray(encoder.get_layer("encoder_0")(normal))
    decoded = np.asarray(decoder.get_layer("decoder_0")(stacked.transform(X)))
    error = np.mean((hidden - decoded) ** 2)
    assert error == pytest.approx(stacked.layer_histories_[1]["loss"][-1], rel=0.2)
    assert error < 0.2 * hidden.var()


@pytest.mark.parametrize("tied_weights", [False, True])
def test_fine_tuning_improves(X, tied_weights):
    stacked = StackedAutoencoder(2, hidden_layer_sizes=(8,), fine_tune_epochs=0)
    stacked.set_params(tied_weights=tied_weights, **SETTINGS)
    before = stacked.fit(X).score(X)
    after = stacked.set_params(fine_tune_epochs=60).fit(X)
    assert after.score(X) > before + 0.02 and after.n_iter_ == 60
    kernels = [w for w in after.autoencoder_.weights if w.path.endswith("kernel")]
    assert len(kernels) == (2 if tied_weights else 4)


def test_cross_entropy(X):
    stacked = StackedAutoencoder(2, hidden_layer_sizes=(8,), loss="binary_crossentropy")
    stacked.set_params(**SETTINGS).fit(X)
    assert stacked.reconstruct(X).min() >= 0 and stacked.reconstruct(X).max() <= 1
