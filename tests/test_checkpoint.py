"""A fit whose process is killed goes on, and ends as if nothing had happened."""

import functools
import pickle
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest
from discovery import autoencoder_classes, make, whole_epochs
from sklearn.base import clone

from skae import Autoencoder, Checkpoint, DenoisingAutoencoder, EncoderRegressor
from skae.fitting._identity import fit_identity

# A process for each epoch in which one shall be killed. They are forked when TensorFlow
# has been imported (that takes seconds), but has not run.
CHILD = """
import os, pickle, signal, sys
import keras
from skae import Checkpoint

class Kill(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == last:
            os.kill(os.getpid(), signal.SIGKILL)

content = sys.stdin.buffer.read()
for last in map(int, sys.argv[2:]):
    if (process := os.fork()) == 0:
        model, X = pickle.loads(content)
        path = f"{sys.argv[1]}/{last}.ckpt"
        model.set_params(callbacks=[Checkpoint(path), Kill()]).fit(X)
        os._exit(0)
    print(last, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
"""


class Stop(keras.callbacks.Callback):
    """An error at the end of an epoch, in the place of a SIGKILL."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            raise ZeroDivisionError


def killed(model, X, path, epoch):
    """`model`, after its fit was ended in an epoch, counted from 0."""
    with pytest.raises(ZeroDivisionError):
        model.set_params(callbacks=[Checkpoint(path), Stop(epoch)]).fit(X)
    return model


def assert_same(model, whole, X):
    assert model.n_iter_ == whole.n_iter_
    assert model.history_ == whole.history_
    for path, weights in whole._model.weights.items():
        np.testing.assert_array_equal(model._model.weights[path], weights, path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "fit.ckpt"


@pytest.mark.parametrize("cls", autoencoder_classes())
@pytest.mark.parametrize("early_stopping", [False, True])
def test_each_family_goes_on(cls, early_stopping, X, path):
    settings = {"early_stopping": early_stopping, **whole_epochs(cls, 4)}
    whole = make(cls, **settings).fit(X)
    model = killed(make(cls, **settings), X, path, 2)
    assert path.exists()
    model.set_params(callbacks=[Checkpoint(path)]).fit(X)
    assert_same(model, whole, X)
    assert not path.exists()


EPOCHS = [0, 1, 5]


@pytest.fixture(scope="module")
def sigkilled(tmp_path_factory):
    """A model, and by epoch: how its process ended, and the file that it left."""
    settings = {"epochs": 6, "dropout": 0.2, "learning_rate_schedule": "cosine"}
    model, folder = make(Autoencoder, **settings), tmp_path_factory.mktemp("killed")
    X = np.random.default_rng(0).uniform(size=(60, 6)).astype(np.float32)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHILD, folder, *map(str, EPOCHS)],
        input=pickle.dumps((model, X)),
        stdout=subprocess.PIPE,
        timeout=300,
        check=True,
    )
    codes = dict(map(int, line.split()) for line in done.stdout.splitlines())
    return model, X, {k: (code, folder / f"{k}.ckpt") for k, code in codes.items()}


@pytest.mark.slow
@pytest.mark.parametrize("epoch", EPOCHS)
def test_sigkill_at_any_epoch(epoch, sigkilled):
    model, X, ended = sigkilled
    whole, model = clone(model).fit(X), clone(model)
    returncode, path = ended[epoch]
    assert returncode == -signal.SIGKILL
    assert path.exists() == (epoch > 0)
    model.set_params(callbacks=[Checkpoint(path)]).fit(X)
    assert_same(model, whole, X)


def test_a_fit_that_had_lost_its_patience(X, path, monkeypatch):
    settings = {"epochs": 30, "n_iter_no_change": 2, "learning_rate": 0.3}
    settings["learning_rate_schedule"] = "constant"
    whole = make(Autoencoder, **settings).fit(X)
    assert whole.n_iter_ < 30
    model = killed(make(Autoencoder, **settings), X, path, whole.n_iter_ - 1)
    model.set_params(callbacks=[Checkpoint(path)]).fit(X)
    assert_same(model, whole, X)


def test_warm_starts_without_a_seed(X, path):
    """The seed of the fit that was killed is in the file."""
    settings = {"warm_start": True, "random_state": None, "epochs": 3}
    model = make(Autoencoder, **settings).fit(X)
    other = pickle.loads(pickle.dumps(model))
    killed(model, X, path, 1)
    state = path.read_bytes()
    model.set_params(callbacks=[Checkpoint(path)]).fit(X)
    path.write_bytes(state)
    other.set_params(callbacks=[Checkpoint(path)]).fit(X)
    assert_same(model, other, X)


def test_every_second_epoch(X, path):
    whole = make(Autoencoder, epochs=6).fit(X)
    model = make(Autoencoder, epochs=6)
    with pytest.raises(ZeroDivisionError):
        model.set_params(callbacks=[Checkpoint(path, every=2), Stop(2)]).fit(X)
    model.set_params(callbacks=[Checkpoint(path, every=2)]).fit(X)
    assert_same(model, whole, X)


@pytest.mark.parametrize("change", ["data", "parameter", "weight"])
def test_another_fit_is_refused(change, X, path):
    model = killed(make(Autoencoder), X, path, 1)
    state = path.read_bytes()
    model.set_params(callbacks=[Checkpoint(path)])
    weight = None
    if change == "data":
        X = X + 1
    elif change == "parameter":
        model.set_params(l2=0.5)
    else:
        weight = np.linspace(1, 2, len(X))
    with pytest.raises(ValueError, match=r"fit.ckpt belongs to a fit of other data"):
        model.fit(X, sample_weight=weight)
    assert path.read_bytes() == state


@pytest.mark.parametrize("change", ["X_val", "X", "target", "target_val", "swapped"])
def test_one_other_value_is_another_fit(change, X, path):
    rng = np.random.default_rng(0)
    data = {"X": X + rng.normal(scale=0.1, size=X.shape), "target": X}
    data |= {"X_val": data["X"][::3] + 0.01, "target_val": X[::3]}
    model = make(DenoisingAutoencoder, callbacks=[Checkpoint(path), Stop(1)])
    with pytest.raises(ZeroDivisionError):
        model.fit(**data)
    if change == "swapped":
        data["target"] = data["target"][::-1]
    else:
        data[change] = data[change].copy()
        data[change][5, 2] += 1e-3
    with pytest.raises(ValueError, match=r"fit.ckpt belongs to a fit of other data"):
        model.set_params(callbacks=[Checkpoint(path)]).fit(**data)


def scaled_tanh(slope):
    return lambda x: keras.ops.tanh(slope * x)


class ScaledTanh:
    """An activation whose representation is an address."""

    def __init__(self, slope):
        self.slope = slope

    def __call__(self, x):
        return keras.ops.tanh(self.slope * x)


def test_functions_are_known_by_what_they_do():
    def identity(activation):
        return fit_identity(Autoencoder(activation=activation), [], [])

    for make_one in (scaled_tanh, ScaledTanh, lambda slope: ScaledTanh(slope).__call__):
        assert identity(make_one(1.0)) == identity(make_one(1.0))
        assert identity(make_one(1.0)) != identity(make_one(2.0))
    first, second = lambda x: x + 1, lambda x: x + 2
    assert identity(first) != identity(second)
    assert identity(functools.partial(max, 1)) != identity(functools.partial(max, 2))


def test_other_files_are_refused(X, path):
    path.write_text("something of mine")
    model = make(Autoencoder, callbacks=[Checkpoint(path)])
    with pytest.raises(ValueError, match="fit.ckpt is no checkpoint"):
        model.fit(X)
    assert path.read_text() == "something of mine"
    with pytest.raises(ValueError, match="every must be 1 or more"):
        Checkpoint(path, every=0)
    with pytest.raises(ValueError, match="One Checkpoint is enough; got 2"):
        model.set_params(callbacks=[Checkpoint(path), Checkpoint(path)]).fit(X)


def test_functions_and_optimizers_have_the_same_name_in_the_next_process(X, path):
    settings = {"activation": keras.activations.gelu, "init": "random"}
    whole = make(Autoencoder, optimizer=keras.optimizers.Adam(), **settings).fit(X)
    model = make(Autoencoder, optimizer=keras.optimizers.Adam(), **settings)
    killed(model, X, path, 1)
    model.set_params(callbacks=[Checkpoint(path)], optimizer=keras.optimizers.Adam())
    assert_same(model.fit(X), whole, X)


def test_inside_another_estimator(X, path):
    inner = make(Autoencoder, callbacks=[Checkpoint(path)])
    EncoderRegressor(inner, fine_tune_epochs=1, random_state=0).fit(X, X[:, 0])
    assert not path.exists()
