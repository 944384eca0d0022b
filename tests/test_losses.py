import copy
import copyreg
import functools
import json
import pickle
from queue import SimpleQueue

import keras
import numpy as np
import pytest
import sklearn.metrics
import tensorflow as tf
from keras import ops
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

import skae
from skae import Autoencoder, DenoisingAutoencoder, RecurrentAutoencoder
from skae.data._rows import Rows
from skae.engine import Field, freeze
from skae.fitting._identity import fit_identity
from skae.losses import (
    LOSS_CONSTRAINTS,
    AbsoluteError,
    BinaryCrossentropy,
    Huber,
    SquaredError,
    make_loss,
)
from skae.persistence import _keras_objects
from skae.testing._settings import make


@pytest.fixture
def raw():
    """Logits on both sides, far away, and exactly at zero."""
    values = [-90.0, -20.0, -3.0, -0.1, 0.0, 0.1, 3.0, 20.0, 90.0]
    return np.array([values] * 3, dtype=np.float32)


@pytest.fixture
def x(raw):
    return np.broadcast_to(np.float32([[0.0], [0.3], [1.0]]), raw.shape).copy()


def test_cross_entropy_and_its_gradient_are_tensorflows(x, raw):
    logits = tf.Variable(raw)
    with tf.GradientTape(persistent=True) as tape:
        ours = BinaryCrossentropy().row_loss(x, {"raw": logits})
        terms = tf.nn.sigmoid_cross_entropy_with_logits(x, logits)
        theirs = tf.reduce_mean(terms, axis=1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    gradient = tape.gradient(ours, logits)
    np.testing.assert_allclose(gradient, tape.gradient(theirs, logits), atol=1e-7)
    exact = (1 / (1 + np.exp(-raw.astype(np.float64))) - x) / raw.shape[1]
    np.testing.assert_allclose(gradient, exact, atol=1e-7)


def test_squared_error_is_that_of_numpy(x, raw):
    found = SquaredError().row_loss(x, {"raw": raw})
    np.testing.assert_allclose(found, np.square(x - raw).mean(axis=1), rtol=1e-6)
    errors = SquaredError().row_error(x, raw)
    np.testing.assert_allclose(errors, found, rtol=1e-6)


@pytest.mark.parametrize(
    "loss", [SquaredError(), AbsoluteError(), Huber(), BinaryCrossentropy()]
)
def test_the_link_leads_back_to_the_data(loss):
    X = np.random.default_rng(0).uniform(0.4, 0.6, size=(50, 3))
    summary = Rows(X, "Test").summarize()
    link = loss.link(summary)
    normal = (X - summary.mean) / link.scale + link.center
    raw = link.bias + link.gain * (normal - link.center)
    if loss.standardizes:
        found = raw * summary.scale + summary.mean
    else:
        found = 1 / (1 + np.exp(-raw))
    # A logistic curve is straight near one half only.
    np.testing.assert_allclose(found, X, atol=2e-3)


@keras.saving.register_keras_serializable(package="tests")
def mean_absolute(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


def squares(y_true, y_pred):
    return ops.square(y_true - y_pred)


def absolute_of_rows(y_true, y_pred):
    axes = tuple(range(1, len(y_true.shape)))
    return ops.mean(ops.abs(y_true - y_pred), axis=axes)


@keras.saving.register_keras_serializable(package="tests")
class Quantile(keras.losses.Loss):
    def __init__(self, q=0.5, **options):
        super().__init__(**options)
        self.q = q

    def call(self, y_true, y_pred):
        too_low = y_true - y_pred
        return ops.maximum(self.q * too_low, (self.q - 1) * too_low)

    def get_config(self):
        return {**super().get_config(), "q": self.q}


class Forgetful(Quantile):
    """Its configuration does not tell `q`, and it is not registered."""

    def get_config(self):
        return keras.losses.Loss.get_config(self)


@keras.saving.register_keras_serializable(package="tests")
class Untold(Forgetful):
    """It is registered, but `q` would be the default in a file."""


def times(factor):
    def multiply(x):
        return factor * x

    return multiply


class HiddenSlope(keras.layers.Layer):
    slope = 1.0

    def call(self, x):
        return self.slope * x


# Large steps from random weights: no two losses lead to the same network.
SHORT = {
    "epochs": 2,
    "init": "random",
    "learning_rate": 0.05,
    "early_stopping": False,
    "batch_size": 16,
    "random_state": 0,
}


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(48, 2)) @ rng.normal(size=(2, 6))
    return 5 * X + 0.1 * rng.normal(size=X.shape) + 3


@pytest.fixture(scope="module")
def sequences():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 6, 2)).cumsum(axis=1)
    X[:8, 4:] = X[8:12, 1:] = np.nan
    return X.astype(np.float32)


def small(loss, **settings):
    options = SHORT | settings
    return Autoencoder(2, hidden_layer_sizes=(4,), loss=loss, **options)


def huber(z, delta=1.0):
    z = np.abs(z)
    return np.where(z <= delta, z**2 / 2, delta * (z - delta / 2))


@pytest.fixture(scope="module")
def fitted(X):
    return small(keras.losses.Huber(3.0)).fit(X)


@pytest.mark.parametrize(
    ("loss", "of_values"),
    [
        ("mae", np.abs),
        ("absolute_error", np.abs),
        ("huber", huber),
        (mean_absolute, np.abs),
        (absolute_of_rows, np.abs),
        (squares, np.square),
        (keras.losses.Huber(0.1, reduction="sum"), lambda z: huber(z, 0.1)),
        (keras.losses.mean_squared_error, np.square),
        (Quantile(0.3), lambda z: np.maximum(0.3 * z, -0.7 * z)),
    ],
)
def test_losses_are_those_of_numpy(loss, of_values, X):
    mean, scale = X.mean(axis=0), np.float32(X.std())
    normal = ((X - mean) / scale).astype(np.float32)
    raw = normal + np.random.default_rng(1).normal(size=X.shape).astype(np.float32)
    expected = of_values(normal - raw).mean(axis=1)
    loss = make_loss(loss)
    np.testing.assert_allclose(loss.row_loss(normal, {"raw": raw}), expected, rtol=1e-5)
    fitted = loss.fitted({"standardize/mean": mean, "standardize/scale": scale})
    found = fitted.row_error(X, raw * scale + mean)
    unit = scale**loss.error_power
    np.testing.assert_allclose(found, unit * expected, rtol=1e-4)


def test_the_history_is_the_loss_of_standardized_rows(X):
    # A batch of all rows, and steps that change nothing.
    options = {"batch_size": len(X), "learning_rate": 1e-12, "early_stopping": False}
    model = small(mean_absolute, epochs=1, **options)
    model.set_params(input_noise=0.0).fit(X)
    error = model.reconstruction_error(X)
    assert model.history_["loss"][0] == pytest.approx(error.mean(), rel=1e-4)
    heavy = np.where(np.arange(len(X)) < 5, 10.0, 1.0)
    model.fit(X, sample_weight=heavy)
    error = np.average(model.reconstruction_error(X), weights=heavy)
    assert model.history_["loss"][0] == pytest.approx(error, rel=1e-4)


def test_a_perfect_reconstruction_has_loss_0_in_training(X):
    x = X.astype(np.float32)
    loss = make_loss(keras.losses.CosineSimilarity())
    np.testing.assert_allclose(loss.row_loss(x, {"raw": 2 * x}), 0, atol=1e-6)
    np.testing.assert_allclose(loss.row_loss(x, {"raw": -x}), 2, atol=1e-6)
    # Otherwise a share of -1 would be what it takes to leave PCA.
    model = small(loss.function).fit(X)
    assert min(model.history_["loss"]) >= 0
    assert (model.reconstruction_error(X) < 0).any()
    # Outlier detectors take its root.
    squares = np.square(X - model.reconstruct(X)).mean(axis=1)
    np.testing.assert_allclose(model._residual_squares(X), squares, rtol=1e-3)


def test_outlying_values_count_less():
    rng = np.random.default_rng(0)
    clean = rng.normal(size=(100, 1)) @ np.ones((1, 6))
    X = clean.copy()
    X[:8, 0] += 12 * rng.choice([-1, 1], size=8)
    errors = []
    options = {"learning_rate": 0.02, "epochs": 40, "input_noise": 0.0}
    options["jit_compile"] = False
    for loss in ("squared_error", "absolute_error"):
        model = Autoencoder(1, hidden_layer_sizes=(), loss=loss, **SHORT | options)
        rest = model.fit(X).reconstruct(X)[8:] - clean[8:]
        errors.append(np.square(rest).mean())
    assert errors[1] < 0.5 * errors[0]


def test_names_of_one_loss_are_one_architecture(X):
    def architecture(loss):
        return Autoencoder._architecture({"data": Field((6,))}, loss=loss)

    for name, alias in (
        ("squared_error", "mse"),
        ("absolute_error", "mae"),
        ("binary_crossentropy", keras.losses.binary_crossentropy),
        ("binary_crossentropy", keras.losses.BinaryCrossentropy(from_logits=True)),
    ):
        assert architecture(name) == architecture(alias)
        assert hash(architecture(name)) == hash(architecture(alias))
    assert architecture(Quantile(0.2)) == architecture(Quantile(0.2, reduction="sum"))
    assert architecture(Quantile(0.2)) != architecture(Quantile(0.3))
    assert architecture(mean_absolute) != architecture(squares)
    defaults = {"init": "pca", "hidden_layer_sizes": (4,), "encoding_dim": 2}
    for loss in ("squared_error", "mse"):
        found = architecture(loss).replace(**defaults).auto_training
        assert found.large_steps
    assert not architecture("mae").replace(**defaults).auto_training.large_steps
    model = small("mse", warm_start=True).fit(X)
    assert model.set_params(loss="squared_error").fit(X).n_iter_ == 4
    with pytest.raises(ValueError, match="loss from 'squared_error' to 'huber'"):
        model.set_params(loss="huber").fit(X)


def test_objects_with_untold_settings_share_no_program(X):
    steep = HiddenSlope()
    steep.slope = 2.0
    wide, narrow = times(2.0), times(1.0)
    for one, other in (
        (Forgetful(0.2), Forgetful(0.3)),
        (keras.losses.Huber(1.0), keras.losses.Huber(2.0)),
        (keras.losses.CosineSimilarity(-1), keras.losses.CosineSimilarity(1)),
        (HiddenSlope(), steep),
        (keras.layers.Activation(wide), keras.layers.Activation(narrow)),
    ):
        assert freeze(one) != freeze(other)
        assert freeze(one) == freeze(one)
        models = (small(loss) for loss in (one, other))
        assert len({fit_identity(model, [], []) for model in models}) == 2
    for same in (lambda: Forgetful(0.2), keras.losses.Huber, HiddenSlope):
        assert freeze(same()) == freeze(same())
    layer = HiddenSlope()
    layer(np.ones((1, 2)))  # to be used is no other setting
    assert freeze(layer) == freeze(HiddenSlope())
    first, second = (small(Forgetful(q)).fit(X) for q in (0.1, 0.9))
    assert second.reconstruct(X).mean() > first.reconstruct(X).mean()
    assert first.partial_fit(X).n_iter_ == 3


def test_a_search_over_losses_of_all_kinds(X):
    losses = ["mse", mean_absolute, keras.losses.Huber(0.01), keras.losses.Huber(30.0)]
    losses += [Forgetful(0.95)]
    search = GridSearchCV(small("squared_error"), {"loss": losses}, cv=2, refit=False)
    scores = search.fit(X).cv_results_["mean_test_score"]
    # A copy by Keras' configuration would have the default, and give equal scores.
    assert len(set(scores)) == len(losses)


@pytest.mark.parametrize(
    "loss", [keras.losses.Huber(3.0), Forgetful(0.2), Quantile(0.3), squares]
)
def test_copies_are_complete(loss, monkeypatch):
    model = small(loss)
    sent = pickle.dumps(model)
    around = clone(skae.AutoencoderOutlierDetector(model)).autoencoder
    for again in (clone(model), copy.deepcopy(model), around):
        assert freeze(again.loss) == freeze(loss)
    # In another process, which may copy it before it asks an estimator.
    monkeypatch.setattr(copyreg, "dispatch_table", {})
    again = pickle.loads(sent).loss
    monkeypatch.undo()
    assert freeze(copy.deepcopy(again)) == freeze(loss)


def test_a_fitted_model_with_a_loss_in_a_pickle(X):
    model = small(Forgetful(0.2)).fit(X)
    again = pickle.loads(pickle.dumps(model))
    expected = model.reconstruction_error(X)
    np.testing.assert_array_equal(again.reconstruction_error(X), expected)
    assert again.partial_fit(X).n_iter_ == 3


def test_files(fitted, X, tmp_path):
    skae.save(fitted, tmp_path / "model.skae")
    again = skae.load(tmp_path / "model.skae")
    assert freeze(again.loss) == freeze(clone(again).loss) == freeze(fitted.loss)
    expected = fitted.reconstruction_error(X)
    np.testing.assert_array_equal(again.reconstruction_error(X), expected)
    again.partial_fit(X)


@pytest.mark.parametrize(
    "loss",
    [
        *(Quantile(0.2), mean_absolute, keras.losses.log_cosh),
        *(keras.losses.Huber(3.0), keras.losses.CosineSimilarity(axis=1)),
        *(keras.losses.LogCosh(), keras.losses.BinaryCrossentropy(from_logits=True)),
    ],
)
def test_what_files_hold(loss):
    described = json.loads(json.dumps(_keras_objects.describe(loss)))
    assert freeze(_keras_objects.rebuild(described)) == freeze(loss)


def test_losses_that_no_file_can_hold(X, tmp_path):
    partial = functools.partial(keras.losses.huber, delta=2.0)
    for loss in (squares, Forgetful(0.2), Untold(0.2), partial):
        assert _keras_objects.describe(loss) is None
    with pytest.raises(TypeError, match=r"Autoencoder\.loss is .*registered"):
        skae.save(small(squares).fit(X), tmp_path / "model.skae")


@pytest.mark.parametrize(
    "description",
    [
        {"module": "losses", "name": "get"},
        {"module": "losses", "name": "deserialize"},
        {"module": "losses", "name": "serialize"},
        {"module": "losses", "name": "__loader__"},
        {"module": "losses", "name": "huber", "config": {}},
        {"module": "losses", "name": "Huber", "config": {"delta": [1]}},
        {"module": "losses", "name": "Huber", "config": "delta"},
        {"module": "losses.os", "name": "system"},
    ],
)
def test_descriptions_of_others(description):
    with pytest.raises(ValueError, match="Keras object"):
        _keras_objects.rebuild(description)


@pytest.mark.parametrize(
    "description",
    [
        {"module": "losses", "name": "Huber"},
        {"module": "losses", "name": "Loss", "config": {}},
        {"module": "losses", "name": "Huber", "config": {"fn": 1}},
        {"module": "losses", "name": "ctc"},
    ],
)
def test_files_of_others(description, fitted, tmp_path, monkeypatch):
    model, path = fitted, tmp_path / "model.skae"
    monkeypatch.setattr(
        _keras_objects,
        "describe",
        lambda value: description if isinstance(value, keras.losses.Loss) else None,
    )
    skae.save(model, path)
    monkeypatch.undo()
    with pytest.raises(ValueError, match="cannot be loaded"):
        skae.load(path)


def test_padding_is_left_out(sequences):
    present = ~np.isnan(sequences)
    model = RecurrentAutoencoder(2, loss=mean_absolute, **SHORT).fit(sequences)
    assert np.isfinite(model.history_["loss"]).all()
    assert all(np.isfinite(w).all() for w in model._model.weights.values())
    scale = model._model.weights["standardize/scale"]
    values = np.abs(sequences - model.reconstruct(sequences)) / scale
    expected = [v[p].mean() for v, p in zip(values, present, strict=True)]
    found = model.reconstruction_error(sequences)
    np.testing.assert_allclose(found, expected, rtol=1e-3)


@pytest.mark.parametrize(
    ("loss", "of_values"),
    [(squares, np.square), (mean_absolute, np.abs), ("huber", huber), ("mae", np.abs)],
)
def test_the_loss_of_a_padded_batch(loss, of_values, sequences):
    raw = np.random.default_rng(1).normal(size=sequences.shape).astype(np.float32)
    values = of_values(sequences - raw)
    expected = [v[~np.isnan(v)].mean() for v in values]
    loss = make_loss(loss, padded=True)
    np.testing.assert_allclose(loss.row_loss(sequences, {"raw": raw}), expected, 1e-5)
    scaling = {"standardize/mean": np.zeros(2), "standardize/scale": 1.0}
    found = loss.fitted(scaling).row_error(sequences, raw)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_padding_reaches_neither_the_function_nor_gradients(sequences):
    seen = []

    def root(y_true, y_pred):
        # Its gradient at 0, where padding is filled with equal values, is infinite.
        seen.append(ops.any(ops.isnan(y_true)))
        return ops.sqrt(ops.sum(ops.square(y_true - y_pred), axis=-1))

    present = ~np.isnan(sequences[..., 0])
    raw = tf.Variable(np.ones_like(sequences))
    with tf.GradientTape() as tape:
        found = make_loss(root, padded=True).row_loss(sequences, {"raw": raw})
    norms = np.sqrt(np.square(sequences - 1).sum(axis=-1))
    expected = [v[p].mean() for v, p in zip(norms, present, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    gradient = tape.gradient(found, raw).numpy()
    assert np.isfinite(gradient).all()
    assert (gradient[~present] == 0).all() and (gradient[present] != 0).all()
    assert not any(map(bool, seen))


def test_one_value_per_row_includes_padding(sequences):
    model = RecurrentAutoencoder(2, loss=absolute_of_rows, **SHORT)
    with pytest.raises(ValueError, match=r"one value per row, so padded.*shape\[:2\]"):
        model.fit(sequences)
    whole = sequences[12:]
    model.fit(whole)
    assert np.isfinite(model.reconstruction_error(whole)).all()
    assert model.transform(sequences).shape == (len(sequences), 2)
    with pytest.raises(ValueError, match="one value per row"):
        model.reconstruction_error(sequences)
    with pytest.raises(ValueError, match="one value per row"):
        model.partial_fit(sequences)


@pytest.mark.parametrize("loss", ["absolute_error", mean_absolute])
def test_far_from_zero_is_as_near(loss, X):
    X = np.rint(X * 2**12) / 2**12  # stays exact far away
    near, far = small(loss).fit(X), small(loss).fit(X + 1e6)
    np.testing.assert_allclose(far.transform(X + 1e6), near.transform(X), atol=1e-4)
    errors = near.reconstruction_error(X)
    np.testing.assert_allclose(far.reconstruction_error(X + 1e6), errors, rtol=1e-4)
    unit = small(loss).fit(X * 2.0**200)
    power = 200 if loss == "absolute_error" else 0
    found = unit.reconstruction_error(X * 2.0**200) / 2.0**power
    np.testing.assert_allclose(found, errors, rtol=1e-4)


def test_noise_is_clipped_for_data_between_0_and_1():
    shape = {"data": Field((6,))}
    for loss, clips in ((keras.losses.BinaryCrossentropy(), True), ("mae", False)):
        options = DenoisingAutoencoder(2, hidden_layer_sizes=(), loss=loss).get_params()
        names = ("noise", "noise_level", "clip_noise", "loss")
        values = {name: options[name] for name in names}
        architecture = DenoisingAutoencoder._architecture(shape, **values)
        assert architecture.corrupt(keras.Input((6,)))._keras_history[0].clip is clips


def scalar(y_true, y_pred):
    return ops.mean(ops.square(y_true - y_pred))


def over_rows(y_true, y_pred):
    return ops.mean(ops.square(y_true - y_pred), axis=0)


def beside_others(y_true, y_pred):
    errors = mean_absolute(y_true, y_pred)
    return errors / (1 + ops.max(errors))


def of_numpy(y_true, y_pred):
    return np.mean(np.abs(y_true - y_pred), axis=-1)


def logarithm(y_true, y_pred):
    return ops.log(y_true / y_pred) ** 2


@pytest.mark.parametrize(
    ("loss", "message", "cause"),
    [
        (
            scalar,
            r"scalar returned a single number.*allowed are \(8,\)",
            None,
        ),
        (over_rows, r"returned values of the shape \(6,\) for 8 rows.*axis=-1", None),
        (beside_others, "depend on this row alone", None),
        (logarithm, "returned nan.*'binary_crossentropy'", None),
        (keras.losses.Poisson(), "returned nan.*'binary_crossentropy'", None),
        (keras.losses.KLDivergence(), "not least.*'binary_crossentropy'", None),
        (keras.losses.Hinge(), "not least.*'binary_crossentropy'", None),
        (keras.losses.MeanSquaredLogarithmicError(), "not least", None),
        (of_numpy, "of_numpy failed.*keras.ops, not.*NumPy", NotImplementedError),
        (sklearn.metrics.mean_squared_error, "keras.ops, not.*scikit", Exception),
        (lambda y: y, "<lambda> failed.*It must take two", TypeError),
        (keras.losses.Huber, r"class.*loss=keras.losses.Huber\(\), with paren", None),
        (Quantile, r"loss=Quantile\(\), with parentheses", None),
        (
            keras.losses.BinaryCrossentropy(label_smoothing=0.1),
            "label_smoothing=0.1.*'binary_crossentropy'",
            None,
        ),
        ("log_cosh", "'loss' parameter.*'absolute_error'|'huber'", None),
        (3, "'loss' parameter of Autoencoder must be a str among.*callable", None),
    ],
)
def test_what_is_no_loss(loss, message, cause, X):
    model = small(loss)
    with pytest.raises(ValueError, match=f"(?s){message}") as caught:
        model.fit(X)
    assert isinstance(caught.value.__cause__, cause or type(None))
    assert not hasattr(model, "history_")


@pytest.mark.parametrize(
    "loss",
    [
        *(keras.losses.LogCosh(), keras.losses.CosineSimilarity(), Quantile(0.9)),
        *(keras.losses.MeanAbsolutePercentageError(), keras.losses.Huber(5.0)),
    ],
)
@pytest.mark.parametrize("shape", [(1,), (9,), (8, 7, 2)])
def test_losses_that_are_fine(loss, shape):
    if shape == (1,) and isinstance(loss, keras.losses.CosineSimilarity):
        return  # a sign, of one number
    make_loss(loss).try_out(shape)


def test_a_loss_is_tried_out_once(X):
    # Not a list: a loss with another value in its closure is another loss.
    calls = SimpleQueue()

    def counted(y_true, y_pred):
        calls.put(None)
        return mean_absolute(y_true, y_pred)

    model = small(counted).fit(X)
    n_calls, state = calls.qsize(), np.random.get_state()[1].copy()
    assert n_calls > 0
    model.fit(X)
    clone(model).fit(X)
    assert calls.qsize() == n_calls
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_all_families_take_the_same_losses():
    from discovery import autoencoder_classes

    found = {
        cls.__name__
        for cls in autoencoder_classes()
        if cls._parameter_constraints.get("loss") is LOSS_CONSTRAINTS
    }
    with_loss = {
        cls.__name__ for cls in autoencoder_classes() if "loss" in cls().get_params()
    }
    assert found == with_loss and len(found) == 10


@pytest.mark.parametrize("name", ["ConvDenoisingAutoencoder", "StackedAutoencoder"])
def test_other_families(name, X):
    model = make(getattr(skae, name), loss=mean_absolute, epochs=1).fit(X)
    z = (X - model.reconstruct(X)) / model._model.weights["standardize/scale"]
    expected = np.abs(z).reshape(len(X), -1).mean(axis=1)
    found = model.reconstruction_error(X)
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-6)
