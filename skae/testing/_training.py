"""Checks of training: reproducibility, independence of fits, warm start, weights."""

import copy
import pickle
import random

import numpy as np

from skae._keras import keras
from skae.engine import margin_of_luck
from skae.testing._needs import needs
from skae.testing._settings import make, whole_epochs


def check_fit_changes_no_parameter(cls, X):
    """`fit` does not change parameters."""
    estimator = make(cls)
    before = copy.deepcopy(estimator.get_params())
    estimator.fit(X)
    assert estimator.get_params() == before


def check_global_random_state_is_untouched(cls, X):
    """The global random states of Python, NumPy and Keras are neither used nor set."""

    def draws(work=lambda: None):
        keras.utils.set_random_seed(3)
        work()
        return [random.random(), np.random.rand(), float(keras.random.uniform(()))]

    def fit():
        for random_state in (0, None):
            estimator = make(cls, random_state=random_state).fit(X)
            estimator.transform(X)
            assert estimator.encoder_ is not None

    first, again, after = draws(), draws(), draws(fit)
    # Keras 3.10 does not reset its generator: it cannot be compared then.
    n_repeatable = 3 if again == first else 2
    assert after[:n_repeatable] == first[:n_repeatable]


def check_seed_decides(cls, X):
    """The same seed gives the same result, another seed another one."""

    def weights(random_state):
        settings = {"random_state": random_state, "early_stopping": False}
        estimator = make(cls, **settings).fit(X)
        return estimator.transform(X), estimator._model.weights

    (codes, first), (again, _), (_, other) = weights(0), weights(0), weights(1)
    np.testing.assert_array_equal(again, codes)
    assert any(not np.array_equal(first[name], other[name]) for name in first)


def check_fits_do_not_share_weights(cls, X):
    """A later fit of another estimator does not change an earlier one."""
    first = make(cls).fit(X)
    codes = first.transform(X)
    make(cls, random_state=1).fit(X[::2])
    np.testing.assert_array_equal(first.transform(X), codes)


def check_warm_start_goes_on(cls, X):
    """Two epochs and two more with a warm start equal four, bit for bit."""
    settings = {"early_stopping": False, "learning_rate_schedule": "constant"}
    whole = make(cls, **whole_epochs(cls, 4), **settings).fit(X)
    halves = make(cls, **whole_epochs(cls, 2), warm_start=True, **settings).fit(X)
    halves = pickle.loads(pickle.dumps(halves)).fit(X)
    np.testing.assert_array_equal(halves.transform(X), whole.transform(X))
    assert halves.n_iter_ == 4 and halves.history_["loss"] == whole.history_["loss"]
    again = make(cls, **whole_epochs(cls, 2), **settings)
    once = again.fit(X).transform(X)
    np.testing.assert_array_equal(again.fit(X).transform(X), once)


@needs("numbers")
def check_best_epoch_is_kept(cls, X):
    """Early stopping keeps the weights of the epoch with the lowest loss.

    Or the initial weights, if no epoch is clearly better.
    """
    train, val = X[:40], X[40:]
    settings = {"learning_rate_schedule": "constant", "callbacks": [_recorder()]}
    settings |= {"early_stopping": True, "learning_rate": 0.1, "n_iter_no_change": 5}
    estimator = make(cls, **whole_epochs(cls, 100), **settings)
    losses = estimator.fit(train, X_val=val).history_["val_loss"]
    best = int(np.argmin(losses))
    assert estimator.n_iter_ == len(losses) == min(100, best + 1 + 5)
    start, *epochs = estimator.callbacks_[0].weights
    kept = estimator.kept_initialization_
    if estimator.history_["loss"] == estimator.history_.get("reconstruction_loss"):
        margin = margin_of_luck(len(val))
        start_loss = estimator.progress_["loss"][0]
        assert kept == (losses[best] >= (1 - margin) * start_loss)
    has_decoder = cls._architecture.has_decoder()
    model = estimator.autoencoder_ if has_decoder else estimator.encoder_
    if isinstance(model.input, dict):  # its codes are not rotated after training
        for weight, other in zip(
            model.get_weights(), start if kept else epochs[best], strict=True
        ):
            np.testing.assert_array_equal(weight, other)
        return
    rows = train.reshape(-1, *model.input_shape[1:]).astype(np.float32)
    found = np.asarray(model(rows))
    model.set_weights(start if kept else epochs[best])
    # Codes, and the decoder with them, may be rotated after training.
    expected = np.asarray(model(rows))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def _recorder():
    """Callback that keeps the initial weights and those after each epoch."""

    class Recorder(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.weights = [self.model.get_weights()]

        def on_epoch_end(self, epoch, logs=None):
            self.weights.append(self.model.get_weights())

    return Recorder()


@needs("numbers")
def check_zero_weight_is_absence(cls, X):
    """Rows of weight 0 have no effect on training."""
    weight = np.ones(len(X))
    weight[50:] = 0
    settings = {"early_stopping": False}
    weighted = make(cls, **settings).fit(X, sample_weight=weight)
    without = make(cls, **settings).fit(X[:50])
    np.testing.assert_allclose(weighted.transform(X), without.transform(X), atol=1e-3)
