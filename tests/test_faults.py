"""Faults: each ends with the right result or one clear error, and leaves nothing."""

import gc
import os
import signal
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
import tensorflow as tf
from discovery import autoencoder_classes
from discovery import make as make_default
from scipy import sparse
from sklearn.utils import get_tags

import skae
from skae import Autoencoder
from skae.data import _rows
from skae.data._rows import Rows
from skae.engine import _batches as _blocks
from skae.engine import _cache

# All tests of one family, then of the next: they share its programs.
each_family = pytest.mark.parametrize("cls", autoencoder_classes(), scope="module")


def make(cls, **settings):
    """With an optimizer that is traced soon: a fault throws away what was traced."""
    return make_default(cls, **{"optimizer": "sgd"} | settings)


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path, monkeypatch):
    """No thread goes on, and no file lies where one was at work."""
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    threads = threading.enumerate()
    yield
    assert set(threading.enumerate()) <= set(threads)
    assert [*here.iterdir(), *temporary.iterdir()] == []


@pytest.fixture
def streaming(monkeypatch, X):
    """Let the rows pass by 16 at a time, as if they were large."""
    monkeypatch.setattr(_blocks, "RESIDENT_BYTES", 0)
    monkeypatch.setattr(_blocks, "STREAM_BYTES", 16 * X[0].nbytes)
    monkeypatch.setattr(_rows, "CHUNK_BYTES", 16 * X[0].nbytes)


@pytest.fixture
def keyboard():
    """Let Ctrl-C do what it does on a terminal: jobs in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def mapped(X, path):
    """`X` as a memory map."""
    np.save(path, X)
    return np.load(path, mmap_mode="r")


def assert_not_fitted(estimator):
    assert not estimator.__sklearn_is_fitted__()
    assert [name for name in vars(estimator) if name.endswith("_")] == []


def assert_next_fit_works(estimator, X):
    """With the same codes as if nothing had happened."""
    expected = make(type(estimator)).fit(X).transform(X)
    estimator.set_params(callbacks=None)
    np.testing.assert_array_equal(estimator.fit(X).transform(X), expected)


class Fault(keras.callbacks.Callback):
    """Calls `do` at one place of the second epoch."""

    def __init__(self, place, do):
        super().__init__()
        self.place, self.do, self.epoch = place, do, 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if self.place == "epoch" and epoch == 1:
            self.do()

    def on_train_batch_end(self, batch, logs=None):
        if self.place == "batch" and self.epoch == batch == 1:
            self.do()

    def on_train_begin(self, logs=None):
        if self.place == "begin":
            self.do()


def fail():
    raise LookupError("a fault in a callback")


def press_control_c():
    signal.raise_signal(signal.SIGINT)


@each_family
@pytest.mark.parametrize(("value", "message"), [(np.nan, "NaN"), (np.inf, "infinity")])
def test_a_bad_value_in_the_middle_of_a_memory_map(
    cls, value, message, X, tmp_path, streaming
):
    bad = X.copy()
    bad[37, 3] = value
    estimator = make(cls)
    if np.isnan(value) and get_tags(estimator).input_tags.allow_nan:
        codes = estimator.fit(mapped(bad, tmp_path / "gap.npy")).transform(bad)
        assert np.isfinite(codes).all()  # a gap, and no mistake
        return
    with pytest.raises(ValueError, match=f"Input X contains {message}"):
        estimator.fit(mapped(bad, tmp_path / "bad.npy"))
    assert_not_fitted(estimator)
    estimator.fit(mapped(X, tmp_path / "good.npy"))
    with pytest.raises(ValueError, match=f"Input X contains {message}"):
        estimator.transform(mapped(bad, tmp_path / "bad.npy"))


@each_family
def test_a_loss_that_overflows(cls, X):
    estimator = make(
        cls, epochs=50, learning_rate=1e30, early_stopping=False, batch_size=4
    )
    if "fine_tune_epochs" in estimator.get_params():
        estimator.set_params(fine_tune_epochs=50)
    with pytest.raises(FloatingPointError, match="Lower learning_rate"):
        estimator.fit(X)
    assert_not_fitted(estimator)


# Five columns where the number does not matter: one program for most of them.
ODD = {
    "constant": np.ones((20, 5)),
    "constant and duplicate columns": np.c_[np.ones(30), np.eye(30)[:, [3, 3, 5]]],
    "one row": np.linspace(0, 1, 5)[None],
    "fewer rows than a batch": np.eye(3, 5),
    "one feature": np.linspace(0, 1, 30)[:, None],
    "1e30": 1e30 * np.random.default_rng(0).normal(size=(30, 5)),
}


# Two epochs are few for networks that do not begin at PCA.
@pytest.mark.filterwarnings("ignore:The posterior has collapsed")
@each_family
@pytest.mark.parametrize("kind", ODD)
def test_odd_data(cls, kind):
    data = ODD[kind]
    options = {"batch_size": 16, "epochs": 2}
    names = make(cls).get_params()
    if "image_shape" in names:
        options["image_shape"] = (1, -1)
    if np.ptp(data) > 1 and "loss" in names:
        options["loss"] = "squared_error"
    if np.ptp(data) > 1 and "likelihood" in names:
        options["likelihood"] = "gaussian"
    estimator = make(cls, **options).fit(data)
    assert np.isfinite(estimator.transform(data)).all()
    assert np.isfinite(estimator.reconstruct(data)).all()
    assert estimator.score(data) <= 1


def test_a_million_columns():
    row = sparse.csr_array(([1.0, 2.0], ([0, 0], [3, 999_999])), shape=(1, 10**6))
    X = sparse.vstack([row * (i + 1) for i in range(5)], format="csr")
    estimator = Autoencoder(1, hidden_layer_sizes=(), epochs=1, random_state=0).fit(X)
    codes = estimator.transform(X)
    # One direction only: the codes are five equal steps.
    np.testing.assert_allclose(np.diff(codes[:, 0], 2), 0, atol=1e-3)
    assert codes.shape == (5, 1) and estimator.score(X) > 0.99


@each_family
def test_no_rows_to_validate_on(cls, X):
    estimator = make(cls, early_stopping=True)
    with pytest.raises(ValueError, match="minimum of 1 is required"):
        estimator.fit(X, X_val=X[:0])
    assert_not_fitted(estimator)
    with pytest.raises(ValueError, match="'validation_fraction' parameter"):
        estimator.set_params(validation_fraction=0.0).fit(X)
    with pytest.raises(ValueError, match="leaves none of the 60 rows"):
        estimator.set_params(validation_fraction=0.999).fit(X)
    assert_not_fitted(estimator)
    # A share of less than a row is one row.
    assert "val_loss" in estimator.set_params(validation_fraction=1e-6).fit(X).history_


@each_family
@pytest.mark.parametrize("n_pieces", [2, 9])
def test_no_memory_for_a_piece(cls, n_pieces, X, monkeypatch, streaming):
    read, calls = Rows.gather, []

    def gather(self, indices, out, epoch=0):
        calls.append(len(indices))
        if len(calls) == n_pieces:
            raise MemoryError("no memory for a piece")
        read(self, indices, out, epoch)

    monkeypatch.setattr(Rows, "gather", gather)
    estimator = make(cls)
    with pytest.raises(MemoryError, match="no memory for a piece"):
        estimator.fit(X)
    assert_not_fitted(estimator)
    assert_next_fit_works(estimator, X)


@each_family
@pytest.mark.parametrize("place", ["begin", "batch", "epoch"])
def test_an_exception_in_a_callback(cls, place, X, streaming):
    estimator = make(cls, callbacks=[Fault(place, fail)])
    with pytest.raises(LookupError, match="a fault in a callback"):
        estimator.fit(X)
    assert_not_fitted(estimator)
    assert_next_fit_works(estimator, X)


@each_family
def test_a_failed_step_leaves_a_fitted_estimator_as_it_was(cls, X):
    estimator = make(cls).partial_fit(X)
    codes, history = estimator.transform(X), str(estimator.history_)
    estimator.set_params(callbacks=[Fault("begin", fail)])
    with pytest.raises(LookupError):
        estimator.partial_fit(X)
    with pytest.raises(LookupError):
        estimator.set_params(warm_start=True).fit(X)
    value, message = np.nan, "NaN"
    if get_tags(estimator).input_tags.allow_nan:
        value, message = np.inf, "infinity"
    with pytest.raises(ValueError, match=message):
        estimator.partial_fit(np.where(X == X[37, 3], value, X))
    np.testing.assert_array_equal(estimator.transform(X), codes)
    assert str(estimator.history_) == history and estimator.n_iter_ == 1


@each_family
def test_control_c_in_the_middle_of_an_epoch(cls, X, streaming, keyboard):
    estimator = make(cls, callbacks=[Fault("batch", press_control_c)])
    with pytest.warns(UserWarning, match="interrupted in epoch 2"):
        estimator.fit(X)
    assert estimator.n_iter_ == 1 == len(estimator.history_["loss"])
    assert np.isfinite(estimator.transform(X)).all()
    assert_next_fit_works(estimator, X)


class ControlCSoon(keras.callbacks.Callback):
    """Somebody else presses the keys, some time after the third epoch."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 3:
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_control_c_while_the_compiled_steps_run(X, keyboard):
    settings = {"epochs": 10**4, "early_stopping": False}
    estimator = make(Autoencoder, callbacks=[ControlCSoon()], **settings)
    with pytest.warns(UserWarning, match="interrupted in epoch"):
        estimator.fit(X)
    assert estimator.n_iter_ > 3 and np.isfinite(estimator.transform(X)).all()


def test_control_c_before_training(X, monkeypatch, keyboard):
    monkeypatch.setattr(Rows, "summarize", lambda *args: press_control_c())
    estimator = make(Autoencoder)
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(X)
    assert_not_fitted(estimator)
    monkeypatch.undo()
    assert_next_fit_works(estimator, X)


FORK = """
import multiprocessing, sys
import numpy as np
import skae

def work(queue, name):
    try:
        if name == "fit":
            skae.Autoencoder(1, epochs=1).fit(X)
        elif name == "load":
            skae.load(sys.argv[1])
        else:
            getattr(model, name)(X)
        queue.put("done")
    except Exception as error:
        queue.put(repr(error))

def forked(name):
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    process = context.Process(target=work, args=(queue, name))
    process.start()
    process.join(60)
    if process.is_alive():
        process.kill()
        return "waits for ever"
    return queue.get()

X = np.random.default_rng(0).normal(size=(40, 4))
model = skae.Autoencoder(1, epochs=1)
# Nothing has run here yet: the fork is on its own.
assert forked("fit") == "done"
model.fit(X)
for name in ("fit", "transform", "partial_fit", "load"):
    message = forked(name)
    assert "threads do not survive a fork" in message and "'spawn'" in message, message
# The process itself is not touched.
model.partial_fit(X).transform(X)
"""


@pytest.mark.slow
def test_a_forked_process_says_so(tmp_path, X):
    skae.save(make(Autoencoder).fit(X), tmp_path / "model.skae")
    command = [sys.executable, "-W", "ignore", "-c", FORK, tmp_path / "model.skae"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]


@each_family
def test_two_threads_fit_the_same_architecture(cls, X, own_cache):
    alone = [make(cls, random_state=seed).fit(X).transform(X) for seed in range(2)]
    both_are_there = threading.Barrier(2)

    def fit(seed):
        both_are_there.wait()
        return make(cls, random_state=seed).fit(X).transform(X)

    skae.clear_cache()
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(fit, range(2)))
    np.testing.assert_array_equal(together, alone)


@each_family
def test_eight_threads_use_one_estimator(cls, X, own_cache):
    estimator = make(cls).fit(X)
    codes, rows = estimator.transform(X), estimator.reconstruct(X)
    skae.clear_cache()
    all_are_there = threading.Barrier(8)

    def use(i):
        all_are_there.wait()
        return estimator.transform(X) if i % 2 else estimator.reconstruct(X)

    with ThreadPoolExecutor(8) as pool:
        for i, found in enumerate(pool.map(use, range(8))):
            np.testing.assert_array_equal(found, codes if i % 2 else rows)


@each_family
def test_what_is_forgotten_is_freed(cls, X, own_cache):
    """TensorFlow keeps a graph for ever once anything in it has a custom gradient."""
    function = tf.function(lambda: 0, autograph=False).get_concrete_function()
    FuncGraph = type(function.graph)

    def n_graphs():
        gc.collect()
        return sum(type(x) is FuncGraph for x in gc.get_objects())

    skae.clear_cache()
    gc.collect()
    gc.freeze()  # what is here already is out of sight: much less to look through
    try:
        before = n_graphs()
        estimator = make(cls).fit(X)
        estimator.transform(X)
        assert n_graphs() > before
        skae.clear_cache()
        del estimator
        assert n_graphs() <= before
    finally:
        gc.unfreeze()


@pytest.mark.slow
def test_a_hundred_fits(X, own_cache, monkeypatch):
    monkeypatch.setattr(_cache, "MAX_PROGRAMS", 16)  # as it is for users

    def fit(i):
        estimator = make(Autoencoder, encoding_dim=1 + i % 5, epochs=1)
        estimator.fit(X[i % 7 :]).transform(X)
        assert estimator.encoder_ is not None

    for i in range(40):
        fit(i)
    files, threads = len(os.listdir("/proc/self/fd")), _n_native_threads()
    for i in range(40, 100):
        fit(i)
    assert len(os.listdir("/proc/self/fd")) <= files
    assert _n_native_threads() <= threads
    assert sum(map(len, _cache._programs.values())) <= _cache.MAX_PROGRAMS
    skae.clear_cache()


def _n_native_threads():
    return len(os.listdir("/proc/self/task"))
