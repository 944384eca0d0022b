"""A model that diverged is never kept, and never takes the place of a good one."""

import copy

import keras
import numpy as np
import pytest
from discovery import autoencoder_classes, make
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator

from skae import (
    Autoencoder,
    AutoencoderDensity,
    AutoencoderOutlierDetector,
    Checkpoint,
    EncoderClassifier,
    EncoderRegressor,
    StackedAutoencoder,
    _file,
)
from skae.engine._stopping import BestWeights

each_family = pytest.mark.parametrize("cls", autoencoder_classes(), scope="module")


def assert_not_fitted(estimator):
    assert [name for name in vars(estimator) if name.endswith("_")] == []


def contents(estimator):
    """All that a fitted autoencoder has learned, the optimizer's state included."""
    model = estimator._model
    state = model.state or {"variables": []}
    return copy.deepcopy([model.weights, state["variables"], estimator.history_])


@each_family
def test_a_rate_that_ruins_the_first_epoch(cls, X):
    estimator = make(
        cls, learning_rate=1e15, epochs=1, batch_size=len(X), early_stopping=False
    )
    with pytest.raises(
        FloatingPointError, match=r"Lower learning_rate \(from 1e\+15 to 0.001"
    ):
        estimator.fit(X)
    assert_not_fitted(estimator)


@pytest.mark.parametrize("early_stopping", [True, False])
@pytest.mark.parametrize("init", ["pca", "random"])
def test_a_loss_that_is_finite_and_absurd(early_stopping, init, X):
    options = {"init": init, "early_stopping": early_stopping}
    estimator = make(Autoencoder, learning_rate=1e4, epochs=2, **options)
    with pytest.raises(FloatingPointError, match="Lower learning_rate"):
        estimator.fit(X)
    assert_not_fitted(estimator)


def test_rows_too_few_to_hold_any_out(X):
    few = make(Autoencoder, learning_rate=1e15, epochs=2)
    with pytest.warns(ConvergenceWarning, match="those before training are kept"):
        few.fit(X[:5])
    assert few.kept_initialization_ and few.score(X[:5]) > 0.5


@pytest.mark.filterwarnings("ignore:Row 7 of X", "ignore:1 of 60 rows of X")
@each_family
def test_a_row_far_out_leaves_a_fitted_estimator_as_it_was(cls, X):
    estimator = make(cls).partial_fit(X)
    before, codes = contents(estimator), estimator.transform(X)
    broken = X.copy()
    broken[7] = 1e15
    try:
        estimator.partial_fit(broken)
    except FloatingPointError:
        np.testing.assert_equal(contents(estimator), before)
        np.testing.assert_array_equal(estimator.transform(X), codes)
    # Networks whose inputs and steps are bounded learn from it.
    assert np.isfinite(estimator.partial_fit(X).transform(X)).all()


@pytest.mark.filterwarnings("ignore:Row 60 of X")
def test_a_row_so_far_out_that_the_optimizer_remembers_it_for_ever(X):
    estimator = make(Autoencoder).partial_fit(X)
    before = contents(estimator)
    with pytest.raises(FloatingPointError, match="values far out"):
        estimator.partial_fit(np.vstack([X, np.full((1, 6), 1e15)]))
    np.testing.assert_equal(contents(estimator), before)


def test_a_warm_start_that_diverges(X):
    estimator = make(Autoencoder, warm_start=True).fit(X)
    before, codes = contents(estimator), estimator.transform(X)
    with pytest.raises(FloatingPointError, match="Lower learning_rate"):
        estimator.set_params(learning_rate=1e15).fit(X)
    np.testing.assert_equal(contents(estimator), before)
    np.testing.assert_array_equal(estimator.transform(X), codes)


def test_a_layer_of_a_stack(X):
    stack = make(StackedAutoencoder, learning_rate=1e15)
    with pytest.raises(FloatingPointError, match="Lower learning_rate"):
        stack.fit(X)
    assert_not_fitted(stack)


@pytest.mark.parametrize("early_stopping", [True, False])
@pytest.mark.parametrize("cls", [EncoderClassifier, EncoderRegressor])
def test_fine_tuning(cls, early_stopping, X):
    inner = make(Autoencoder, epochs=1).fit(X)
    labels = (X[:, 0] > 0.5).astype(int)
    predictor = cls(
        FrozenEstimator(inner),
        learning_rate=1e15,
        fine_tune_epochs=1,
        early_stopping=early_stopping,
        random_state=0,
    )
    with pytest.raises(FloatingPointError, match="Lower learning_rate"):
        predictor.fit(X, labels)
    assert not hasattr(predictor, "autoencoder_")


@pytest.mark.parametrize("cls", [AutoencoderDensity, AutoencoderOutlierDetector])
def test_around_an_autoencoder(cls, X):
    inner = make(Autoencoder, learning_rate=1e15, epochs=1, early_stopping=False)
    with pytest.raises(FloatingPointError, match="Lower learning_rate"):
        cls(inner).fit(X)


class Ruin(keras.callbacks.Callback):
    """Sets a weight to `value` in an epoch, from 1, at one place of it."""

    def __init__(self, place, epoch=2, value=np.nan):
        super().__init__()
        self.place, self.at, self.value, self.epoch = place, epoch, value, 0

    def ruin(self):
        weight = self.model.trainable_weights[0]
        weight.assign(np.full(weight.shape, self.value))

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch + 1

    def on_train_batch_end(self, batch, logs=None):
        if self.place == "batch" and self.epoch == self.at:
            self.ruin()

    def on_epoch_end(self, epoch, logs=None):
        if self.place == "epoch" and self.epoch == self.at:
            self.ruin()

    def on_train_end(self, logs=None):
        if self.place == "end":
            self.ruin()


@pytest.mark.parametrize(("place", "n_iter"), [("batch", 1), ("epoch", 2)])
def test_the_best_weights_before_a_later_divergence_are_kept(place, n_iter, X):
    X = X[:, :1] * np.arange(1, 7, dtype=np.float32)  # one epoch is a clear gain
    settings = {"init": "random", "epochs": 5, "learning_rate_schedule": "constant"}
    settings |= {"learning_rate": 0.05}
    kept = make(Autoencoder, callbacks=[Ruin(place)], warm_start=True, **settings)
    said = rf"in epoch {n_iter + 1}.*the weights after epoch {n_iter} are kept"
    with pytest.warns(ConvergenceWarning, match=said):
        kept.fit(X)
    assert kept.n_iter_ == n_iter
    short = make(Autoencoder, **settings | {"epochs": n_iter}).fit(X)
    np.testing.assert_array_equal(kept.transform(X), short.transform(X))
    # The optimizer, which has seen NaN, begins anew.
    again = kept.set_params(callbacks=None).fit(X)
    assert again.n_iter_ > n_iter and np.isfinite(again.transform(X)).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e20])
def test_without_early_stopping_a_later_divergence_is_an_error(value, X):
    settings = {"epochs": 3, "early_stopping": False}
    ruined = make(Autoencoder, callbacks=[Ruin("epoch", 3, value)], **settings)
    with pytest.raises(FloatingPointError, match="Lower learning_rate"):
        ruined.fit(X)
    assert_not_fitted(ruined)


def test_a_callback_that_ruins_what_is_kept(X):
    with pytest.raises(FloatingPointError, match="weights are infinite or NaN"):
        make(Autoencoder, callbacks=[Ruin("end")]).fit(X)


def test_a_checkpoint_holds_the_last_good_state(X, tmp_path):
    path = tmp_path / "fit.ckpt"
    keep = [Checkpoint(path), Ruin("batch", 2)]
    with pytest.raises(FloatingPointError):
        make(Autoencoder, callbacks=keep, early_stopping=False, batch_size=64).fit(X)
    document, arrays, _ = _file.read(path, kind="checkpoint")
    assert document["epoch"] == 1
    assert all(np.isfinite(array).all() for array in arrays.values())


def test_data_to_validate_on_that_overflow(X):
    with pytest.raises(FloatingPointError, match="before the first step"):
        make(Autoencoder).fit(X, X_val=np.full((3, 6), 1e25))


def test_a_loss_of_nan_is_never_the_best():
    best = BestWeights(tol=0.0, patience=5)
    best.baseline_loss = 1.0
    assert not best.update(1, 0.5, lambda: {"w": np.array([np.nan])})
    assert best.prefers_baseline
    assert best.update(2, 0.7, lambda: {"w": np.ones(1)})
    assert best.weights == {"w": np.ones(1)}
