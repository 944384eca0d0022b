"""What is special about the dense autoencoder."""

import copy
import pickle
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest
from discovery import make
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from skae import Autoencoder
from skae.datasets import load_digits

FROZEN = {"learning_rate": 1e-30, "epochs": 1, "early_stopping": False}


def pca_reconstruction(X, n_components):
    pca = PCA(n_components).fit(X)
    return pca.inverse_transform(pca.transform(X))


@pytest.mark.parametrize("hidden_layer_sizes", [(), (8,), (8, 4)])
@pytest.mark.parametrize("tied_weights", [False, True])
@pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
def test_training_starts_at_pca(X, hidden_layer_sizes, tied_weights, scale):
    X = X * scale + 3 * scale
    estimator = make(
        Autoencoder,
        hidden_layer_sizes=hidden_layer_sizes,
        tied_weights=tied_weights,
        **FROZEN,
    ).fit(X)
    np.testing.assert_allclose(
        estimator.reconstruct(X), pca_reconstruction(X, 2), atol=1e-4 * scale
    )


@pytest.mark.parametrize("hidden_layer_sizes", [(), (8,)])
@pytest.mark.parametrize("scale", [1e-3, 1, 1e3])
def test_codes_of_the_start_are_those_of_pca(X, hidden_layer_sizes, scale):
    X = X * scale + 3 * scale
    pca = PCA(2).fit(X)
    model = make(Autoencoder, hidden_layer_sizes=hidden_layer_sizes, **FROZEN).fit(X)
    np.testing.assert_allclose(model.transform(X), pca.transform(X), atol=1e-3 * scale)
    np.testing.assert_allclose(
        model.explained_variance_ratio_, pca.explained_variance_ratio_, atol=1e-3
    )


@pytest.mark.parametrize("kind", ["sparse", "memmap"])
def test_the_start_does_not_depend_on_the_container(X, kind, tmp_path):
    expected = make(Autoencoder, **FROZEN).fit(X).reconstruct(X)
    container = sparse.csr_array(X)
    if kind == "memmap":
        np.save(tmp_path / "x.npy", X.astype(np.float64))
        container = np.load(tmp_path / "x.npy", mmap_mode="r")
    reconstructed = make(Autoencoder, **FROZEN).fit(container).reconstruct(container)
    np.testing.assert_allclose(reconstructed, expected, atol=1e-5)


@pytest.mark.parametrize("hidden_layer_sizes", [(), (8,)])
def test_cross_entropy_starts_at_the_tangent_of_the_logits(X, hidden_layer_sizes):
    estimator = make(
        Autoencoder,
        loss="binary_crossentropy",
        hidden_layer_sizes=hidden_layer_sizes,
        **FROZEN,
    ).fit(X)
    mean = X.mean(axis=0)
    logits = np.log(mean / (1 - mean)) + 4 * (pca_reconstruction(X, 2) - mean)
    expected = 1 / (1 + np.exp(-logits))
    np.testing.assert_allclose(estimator.reconstruct(X), expected, atol=1e-4)


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("tied_weights", [False, True])
def test_wide_data_that_have_few_components_or_none(container, tied_weights):
    rng = np.random.default_rng(0)
    for X in (
        rng.normal(size=(1, 2100)),
        np.ones((20, 2100)),
        rng.normal(size=(3, 2100)),
    ):
        X = container(X)
        model = make(Autoencoder, hidden_layer_sizes=(4,), tied_weights=tied_weights)
        assert np.isfinite(model.fit(X).transform(X)).all()
        assert model.score(X) > 0.5


def test_more_code_units_than_features(X):
    estimator = make(Autoencoder, encoding_dim=11, **FROZEN).fit(X)
    assert estimator.transform(X).shape == (60, 11)
    np.testing.assert_allclose(estimator.reconstruct(X), X, atol=1e-4)


def test_numpy_numbers_are_numbers(X):
    sizes = np.array([5, 4])
    estimator = make(Autoencoder, hidden_layer_sizes=sizes, encoding_dim=np.int64(3))
    codes = estimator.fit(X).transform(X)
    plain = make(Autoencoder, hidden_layer_sizes=(5, 4), encoding_dim=3)
    np.testing.assert_array_equal(codes, plain.fit(X).transform(X))


def test_one_hidden_layer_may_be_given_as_an_integer(X):
    codes = make(Autoencoder, hidden_layer_sizes=5).fit(X).transform(X)
    same = make(Autoencoder, hidden_layer_sizes=(5,)).fit(X).transform(X)
    np.testing.assert_array_equal(codes, same)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("load", "n_components"), [(load_wine, 2), (load_breast_cancer, 3)]
)
def test_defaults_are_not_worse_than_pca_on_raw_tables(load, n_components, seed):
    X = load().data
    train, test = train_test_split(X, test_size=0.3, random_state=0)
    pca = PCA(n_components).fit(train)
    residual = test - pca.inverse_transform(pca.transform(test))
    explained = 1 - (residual**2).sum() / ((test - test.mean(axis=0)) ** 2).sum()
    estimator = Autoencoder(n_components, epochs=20, random_state=seed).fit(train)
    assert estimator.score(test) > explained - 0.002


def test_learns_more_than_pca_on_digits():
    digits = load_digits()
    estimator = Autoencoder(2, epochs=40, random_state=0).fit(digits.X_train)
    assert estimator.score(digits.X_test) > 0.40  # PCA: 0.28


def test_the_training_loss_is_the_unexplained_variance(X):
    estimator = make(Autoencoder, input_noise=0.0, **FROZEN).fit(X)
    assert estimator.history_["loss"] == pytest.approx([1 - estimator.score(X)], 1e-4)


def test_cross_entropy_error_is_that_of_keras(X):
    estimator = make(Autoencoder, loss="binary_crossentropy").fit(X)
    expected = keras.losses.binary_crossentropy(X, estimator.reconstruct(X))
    np.testing.assert_allclose(
        estimator.reconstruction_error(X), np.asarray(expected), rtol=1e-3
    )


def test_l1_shrinks_codes_and_l2_shrinks_weights(X):
    settings = {"init": "random", "epochs": 40, "learning_rate": 0.01}
    free = make(Autoencoder, **settings).fit(X)
    l1 = make(Autoencoder, l1=1.0, **settings).fit(X)
    l2 = make(Autoencoder, l2=1.0, **settings).fit(X)
    assert abs(l1.transform(X)).mean() < 0.5 * abs(free.transform(X)).mean()

    def size(estimator):
        return sum((w**2).sum() for w in estimator.encoder_.get_weights()[2:])

    assert size(l2) < 0.5 * size(free)


def test_dropout_acts_in_training_only(X):
    settings = {"init": "random", "hidden_layer_sizes": (64,), **FROZEN}
    estimator = make(Autoencoder, dropout=0.5, **settings).fit(X)
    without = make(Autoencoder, **settings).fit(X)
    np.testing.assert_array_equal(estimator.transform(X), estimator.transform(X))
    np.testing.assert_allclose(estimator.transform(X), without.transform(X), atol=1e-6)
    assert estimator.history_["loss"] != without.history_["loss"]
    refit = make(Autoencoder, dropout=0.5, **settings).fit(X)
    assert estimator.history_ == refit.history_


def test_tied_weights_are_tied(X):
    estimator = make(
        Autoencoder, tied_weights=True, init="random", hidden_layer_sizes=(5, 4)
    ).fit(X)
    shapes = [tuple(w.shape) for w in estimator.autoencoder_.trainable_weights]
    assert sorted(s for s in shapes if len(s) == 2) == [(4, 2), (5, 4), (6, 5)]
    first, *others = estimator.decoder_.layers[1:4]
    code = estimator.encoder_.get_layer("code")
    h = np.asarray(first(np.eye(2, dtype=np.float32)))
    kernel, bias = np.asarray(code.kernel), np.asarray(first.bias)
    expected = keras.activations.gelu(kernel.T + bias)
    np.testing.assert_allclose(h, np.asarray(expected), atol=1e-6)
    assert len(others) == 2


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"encoding_dim": 0}, "'encoding_dim' parameter"),
        ({"l1": -1.0}, "'l1' parameter"),
        ({"dropout": 1.0}, "'dropout' parameter"),
        ({"loss": "hinge"}, "'loss' parameter"),
        ({"init": "zeros"}, "'init' parameter"),
        ({"hidden_layer_sizes": (3, 0)}, "positive integers"),
        ({"hidden_layer_sizes": (3, 2.5)}, "positive integers"),
        ({"hidden_layer_sizes": ((3,), 2)}, "positive integers"),
        ({"hidden_layer_sizes": 0}, "'hidden_layer_sizes' parameter"),
        ({"activation": "relo"}, "'relu', 'elu'"),
        ({"code_activation": "relu"}, "init='random' for a plain network"),
        ({"tied_weights": True, "activation": "sigmoid"}, "is 0 at 0"),
        ({"validation_fraction": 0.999}, "leaves none"),
    ],
)
def test_parameters_that_cannot_be_used(X, parameters, message):
    with pytest.raises(ValueError, match=message):
        make(Autoencoder, **parameters).fit(X)


def test_cross_entropy_needs_the_unit_interval(X):
    estimator = make(Autoencoder, loss="binary_crossentropy")
    with pytest.raises(ValueError, match=r"from -1 to 2\. Scale them"):
        estimator.fit(3 * X - 1)
    with pytest.raises(ValueError, match="from 0 to 2"):
        estimator.fit(X, X_val=2 * X)
    # The codes of such data exist, their cross-entropy does not.
    assert np.isfinite(estimator.fit(X).transform(2 * X)).all()
    with pytest.raises(ValueError, match="from 0 to 2"):
        estimator.reconstruction_error(2 * X)


def test_warm_start_refuses_another_network(X):
    estimator = make(Autoencoder, warm_start=True).fit(X)
    codes = estimator.transform(X)
    estimator.set_params(encoding_dim=3)
    with pytest.raises(ValueError, match="encoding_dim from 2 to 3"):
        estimator.fit(X)
    np.testing.assert_array_equal(estimator.transform(X), codes)
    estimator.set_params(warm_start=False).fit(X)
    assert estimator.transform(X).shape == (60, 3)


def test_warm_start_takes_another_optimizer(X):
    estimator = make(Autoencoder, warm_start=True).fit(X)
    estimator.set_params(optimizer="sgd", learning_rate=0.1).fit(X)
    assert estimator.n_iter_ == 6 and np.isfinite(estimator.transform(X)).all()


def test_warm_start_takes_another_penalty(X):
    estimator = make(Autoencoder, warm_start=True, epochs=2).fit(X)
    estimator.set_params(l2=0.1, early_stopping=False).fit(X)
    lengths = {name: len(values) for name, values in estimator.history_.items()}
    assert set(lengths.values()) == {4}, lengths
    assert np.isnan(estimator.history_["l2"]).tolist() == [True, True, False, False]
    assert np.isnan(estimator.history_["val_loss"]).tolist() == [False] * 2 + [True] * 2


def test_a_diverging_fit_names_the_remedy(X):
    settings = {"input_noise": 0.0, "learning_rate": 1e30, "epochs": 50}
    estimator = make(Autoencoder, **settings)
    with pytest.raises(FloatingPointError, match=r"epoch \d+, at a learning rate of"):
        estimator.set_params(early_stopping=False, batch_size=4).fit(X)
    assert not estimator.__sklearn_is_fitted__()
    assert not hasattr(estimator, "encoder_")
    with pytest.raises(Exception, match="not fitted"):
        estimator.transform(X)


@pytest.mark.slow
def test_partial_fit_keeps_its_first_scaling(X):
    estimator = make(Autoencoder, learning_rate=0.01).partial_fit(X[:30])
    first = estimator.score(X)
    for _ in range(150):
        estimator.partial_fit(X[:30]).partial_fit(X[30:])
    assert estimator.score(X) > first
    assert estimator.n_iter_ == 301 == len(estimator.history_["loss"])
    with pytest.raises(ValueError, match="expecting 6 features"):
        estimator.partial_fit(X[:, :3])
    assert estimator.n_iter_ == 301  # still usable
    estimator.transform(X)


class Interrupt(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


def test_control_c_keeps_the_model(X):
    estimator = make(Autoencoder, epochs=9, callbacks=[Interrupt()])
    with pytest.warns(UserWarning, match="interrupted in epoch 3"):
        estimator.fit(X)
    assert estimator.n_iter_ == 2
    assert np.isfinite(estimator.transform(X)).all()


class Recorder(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.epochs, self.batches, self.losses = [], [], []

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(epoch)
        self.losses.append(logs["loss"])
        assert len(self.model.get_weights()) > 0


class BatchRecorder(Recorder):
    def on_train_batch_end(self, batch, logs=None):
        self.batches.append(batch)


def test_callbacks_see_epochs_and_batches(X):
    epochs_only, batches_too = Recorder(), BatchRecorder()
    estimator = make(Autoencoder, early_stopping=False)
    fast = make(Autoencoder, early_stopping=False, callbacks=[epochs_only]).fit(X)
    slow = make(Autoencoder, early_stopping=False, callbacks=[batches_too]).fit(X)
    assert epochs_only.epochs == []  # the estimator works on a copy
    assert fast.callbacks_[0].epochs == [0, 1, 2]
    assert fast.callbacks_[0].losses == fast.history_["loss"]
    assert slow.callbacks_[0].batches == [0, 1, 2, 3] * 3
    codes = estimator.fit(X).transform(X)
    np.testing.assert_array_equal(fast.transform(X), codes)
    np.testing.assert_array_equal(slow.transform(X), codes)


class ReadsItsModel(keras.callbacks.Callback):
    def set_model(self, model):
        super().set_model(model)
        self.network, self.optimizer = model, type(model.optimizer).__name__


def test_callbacks_forget_the_model_without_a_call_of_their_hook(X):
    model = make(Autoencoder, callbacks=[ReadsItsModel()]).fit(X)
    for fitted in (model, pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        (callback,) = fitted.callbacks_
        assert callback.optimizer == "Adam"
        assert callback.model is None and callback.network is None
    model.set_params(warm_start=True, callbacks=model.callbacks_).fit(X)
    assert model.callbacks_[0].model is None


# Keras' callbacks hand TensorFlow variables to np.array(), which asks for `copy`.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
# Keras 3.10 wonders about the inputs of any model that it has loaded.
@pytest.mark.filterwarnings("ignore:The structure of:UserWarning")
def test_keras_callbacks_work(X, tmp_path):
    callbacks = [
        keras.callbacks.EarlyStopping("loss", patience=2, min_delta=10),
        keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=10),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.ModelCheckpoint(tmp_path / "last.keras"),
    ]
    estimator = make(
        Autoencoder,
        epochs=9,
        early_stopping=False,
        learning_rate_schedule="constant",
        callbacks=callbacks,
    ).fit(X)
    assert estimator.n_iter_ == 3
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert len(lines) == 1 + 3 and "learning_rate" in lines[0]
    model = keras.models.load_model(tmp_path / "last.keras")
    np.testing.assert_allclose(
        np.asarray(model(X)), estimator.reconstruct(X), atol=1e-5
    )


def test_odd_data_train_without_a_warning():
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("error", RuntimeWarning)
        for data in (
            np.ones((20, 4)),  # no variance
            rng.normal(size=(1, 5)),  # one row
            rng.normal(size=(3, 5)),  # fewer rows than a batch
            rng.normal(size=(30, 1)),  # one feature
            np.repeat(rng.normal(size=(30, 1)), 4, axis=1),  # duplicate columns
            rng.normal(size=(30, 4)) * 1e30,
            rng.normal(size=(30, 4)) * 1e-30,
            rng.integers(0, 255, size=(30, 4), dtype=np.uint8),
            rng.normal(size=(30, 4)) > 0,
        ):
            estimator = make(Autoencoder).fit(data)
            assert np.isfinite(estimator.transform(data)).all()
            assert estimator.reconstruct(data).shape == data.shape
            assert estimator.score(data) <= 1
    assert make(Autoencoder).fit(np.ones((20, 4))).score(np.ones((20, 4))) == 1


SCRIPT = """
import hashlib, numpy as np
from skae import Autoencoder
X = np.random.default_rng(0).uniform(size=(300, 20))
codes = Autoencoder(3, epochs=4, batch_size=64, random_state=0).fit_transform(X)
print(hashlib.sha256(codes.tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_two_processes_give_the_same_bits(capsys):
    """A fresh one, and this one, in which much has run before."""
    exec(SCRIPT, {})
    here = capsys.readouterr().out
    command = [sys.executable, "-c", SCRIPT]
    fresh = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert fresh == here and len(here) == 65
