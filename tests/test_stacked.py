import numpy as np
import pytest
from sklearn.decomposition import PCA

from skae import StackedAutoencoder

SETTINGS = {"early_stopping": False, "epochs": 30, "random_state": 0, "batch_size": 20}


def test_layers_are_trained_one_at_a_time(X):
    stacked = StackedAutoencoder(2, hidden_layer_sizes=(8, 4), fine_tune_epochs=0)
    stacked.set_params(**SETTINGS, init="random").fit(X)
    assert [len(h["loss"]) for h in stacked.layer_histories_] == [30] * 3
    assert all(h["loss"][-1] < h["loss"][0] for h in stacked.layer_histories_)
    assert stacked.n_iter_ == 0 and stacked.history_ == {}
    # The first layer alone does what it did in its own training.
    first = StackedAutoencoder(8, hidden_layer_sizes=(), fine_tune_epochs=0)
    first.set_params(**SETTINGS, init="random", code_activation="elu").fit(X)
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
    assert len(kernels) == (3 if tied_weights else 6)  # with the linear path


def test_cross_entropy(X):
    stacked = StackedAutoencoder(2, hidden_layer_sizes=(8,), loss="binary_crossentropy")
    stacked.set_params(**SETTINGS).fit(X)
    assert stacked.reconstruct(X).min() >= 0 and stacked.reconstruct(X).max() <= 1


@pytest.mark.parametrize("tied_weights", [False, True])
def test_layers_are_left_as_they_are_where_pca_is_better(X, tied_weights):
    """Without fine-tuning there is no choice: PCA must not be what comes back."""
    settings = {"hidden_layer_sizes": (8,), "fine_tune_epochs": 0, "random_state": 0}
    settings |= {"epochs": 2, "tied_weights": tied_weights}
    with_path, plain = (
        StackedAutoencoder(2, init=init, **settings).fit(X)
        for init in ("pca", "random")
    )
    pca = PCA(2).fit(X)
    unexplained = np.square(X - pca.inverse_transform(pca.transform(X))).sum()
    total = np.square(X - X.mean(axis=0)).sum()
    assert with_path.score(X) < 1 - unexplained / total - 0.05
    weights = with_path._model.weights
    assert not weights["linear_encoder/kernel"].any()
    # Nothing beside them is in the way of the layers.
    error = [np.mean(h["loss"][-1]) for h in with_path.layer_histories_]
    assert np.isfinite(error).all() and plain.n_iter_ == with_path.n_iter_ == 0
    hidden = with_path.encoder_.get_layer("encoder_0").get_weights()[0]
    assert np.abs(hidden).max() > 0


def test_pca_is_kept_where_fine_tuning_finds_nothing_better(X):
    """Three dimensions of a plane in five, and steps too small to get anywhere."""
    X = X @ np.diag([1, 1, 1, *np.zeros(X.shape[1] - 3)]).astype(X.dtype)
    stacked = StackedAutoencoder(3, hidden_layer_sizes=(8,), epochs=2, random_state=0)
    stacked.set_params(fine_tune_epochs=2, learning_rate=1e-6).fit(X)
    assert len(stacked.layer_histories_) == 2 and stacked.n_iter_ == 2
    assert stacked.score(X) > 0.999
    assert not stacked._model.weights["code/kernel"].any()


def test_fine_tuning_begins_at_the_layers(X):
    settings = {"hidden_layer_sizes": (8,), "learning_rate": 1e-9, **SETTINGS}
    layers = StackedAutoencoder(2, fine_tune_epochs=0, **settings).fit(X)
    whole = StackedAutoencoder(2, fine_tune_epochs=1, **settings).fit(X)
    for name, weights in whole._model.weights.items():
        np.testing.assert_allclose(weights, layers._model.weights[name], atol=1e-6)


def test_auto_epochs(X):
    stacked = StackedAutoencoder(2, hidden_layer_sizes=(), early_stopping=False)
    stacked.set_params(batch_size=1, learning_rate=1e-9).fit(X)
    n_steps = len(X)
    assert len(stacked.layer_histories_[0]["loss"]) == pytest.approx(
        900 / n_steps, abs=1
    )
    assert stacked.n_iter_ == pytest.approx(2700 / n_steps, abs=1)
    with pytest.raises(ValueError, match="'fine_tune_epochs' parameter"):
        StackedAutoencoder(2, fine_tune_epochs=-1).fit(X)
    with pytest.raises(ValueError, match="init='pca' starts from linear codes"):
        StackedAutoencoder(2, code_activation="tanh").fit(X)
