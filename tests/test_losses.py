import copy
import functools
import pickle

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


class HiddenSlope(keras.layers.Layer):
    slope = 1.0

    def call(self, x):
        return self.slope * x


# Two epochs from random weights: no two losses lead to the same network.
SHORT = {"epochs": 2, "init": "random", "random_state": 0, "batch_size": 16}


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
    found = small(loss).fit(X)
    weights = found._model.weights
    z = (X - found.reconstruct(X)) / weights["standardize/scale"]
    expected = of_values(z).mean(axis=1)
    in_units = loss in ("mae", "absolute_error")
    errors = found.reconstruction_error(X)
    unit = weights["standardize/scale"] if in_units else 1.0
    np.testing.assert_allclose(errors, unit * expected, rtol=2e-3)
    # The loss of training, with weights that are not those of the reduction.
    raw = ((X - weights["standardize/mean"]) / weights["standardize/scale"] - z).astype(
        np.float32
    )
    normal = (raw + z).astype(np.float32)
    trained = make_loss(loss).row_loss(normal, {"raw": raw})
    np.testing.assert_allclose(trained, expected, rtol=2e-3)


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


def test_outlying_values_count_less():
    rng = np.random.default_rng(0)
    clean = rng.normal(size=(200, 1)) @ np.ones((1, 6)) + 0.05 * rng.normal(size=6)
    X = clean.copy()
    X[:10, 0] += 40 * rng.choice([-1, 1], size=10)
    errors = {}
    for loss in ("squared_error", "absolute_error", "huber"):
        model = Autoencoder(
            1,
            hidden_layer_sizes=(),
            loss=loss,
            epochs=60,
            learning_rate=0.02,
            early_stopping=False,
            input_noise=0.0,
            random_state=0,
        ).fit(X)
        rest = model.reconstruct(X)[10:] - clean[10:]
        errors[loss] = np.square(rest).mean()
    assert errors["absolute_error"] < 0.5 * errors["squared_error"]
    assert errors["huber"] < errors["squared_error"]


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
    wide, narrow = (lambda x: 2 * x), (lambda x: x)
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


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_search_over_losses_of_all_kinds(n_jobs, X):
    losses = [
        *("mse", "huber", mean_absolute, keras.losses.Huber(0.01)),
        *(keras.losses.Huber(30.0), Forgetful(0.05), Forgetful(0.95)),
    ]
    search = GridSearchCV(
        small("squared_error"), {"loss": losses}, cv=2, n_jobs=n_jobs, refit=False
    )
    scores = search.fit(X).cv_results_["mean_test_score"]
    assert np.isfinite(scores).all()
    # A copy by Keras' configuration would have the default, and give equal scores.
    assert len(set(scores)) == len(losses)


@pytest.mark.parametrize("loss", [keras.losses.Huber(3.0), Forgetful(0.2), squares])
def test_copies_are_complete(loss, X):
    model = small(loss)
    for again in (
        clone(model),
        copy.deepcopy(model),
        pickle.loads(pickle.dumps(model)),
    ):
        assert freeze(again.loss) == freeze(loss)
    around = clone(skae.AutoencoderOutlierDetector(model))
    assert freeze(around.autoencoder.loss) == freeze(loss)
    model.fit(X)
    again = pickle.loads(pickle.dumps(model))
    expected = model.reconstruction_error(X)
    np.testing.assert_array_equal(again.reconstruction_error(X), expected)
    assert again.partial_fit(X).n_iter_ == 3


@pytest.mark.parametrize(
    "loss",
    [
        *("mae", mean_absolute, Quantile(0.2), keras.losses.Huber(3.0)),
        *(keras.losses.log_cosh, keras.losses.CosineSimilarity()),
    ],
)
def test_files(loss, X, tmp_path):
    model, path = small(loss).fit(X), tmp_path / "model.skae"
    skae.save(model, path)
    again = skae.load(path)
    assert freeze(again.loss) == freeze(loss)
    expected = model.reconstruction_error(X)
    np.testing.assert_array_equal(again.reconstruction_error(X), expected)
    assert freeze(clone(again).loss) == freeze(loss)
    again.partial_fit(X)


def test_losses_that_no_file_can_hold(X, tmp_path):
    partial = functools.partial(keras.losses.huber, delta=2.0)
    for loss in (squares, Forgetful(0.2), partial):
        with pytest.raises(TypeError, match=r"Autoencoder\.loss is .*registered"):
            skae.save(small(loss).fit(X), tmp_path / "model.skae")


@pytest.mark.parametrize(
    "loss",
    [
        {"module": "losses", "name": "Huber"},
        {"module": "losses", "name": "get"},
        {"module": "losses", "name": "deserialize"},
        {"module": "losses", "name": "Loss", "config": {}},
        {"module": "losses", "name": "Huber", "config": {"fn": 1}},
        {"module": "losses", "name": "Huber", "config": {"delta": [1]}},
        {"module": "losses.os", "name": "system"},
    ],
)
def test_files_of_others(loss, X, tmp_path, monkeypatch):
    from skae.persistence import _keras_objects

    model, path = small(keras.losses.Huber()).fit(X), tmp_path / "model.skae"
    monkeypatch.setattr(_keras_objects, "describe", lambda value: None)
    monkeypatch.setattr(
        _keras_objects,
        "describe",
        lambda value: loss if isinstance(value, keras.losses.Loss) else None,
    )
    skae.save(model, path)
    monkeypatch.undo()
    with pytest.raises(ValueError, match="cannot be loaded"):
        skae.load(path)


@pytest.mark.parametrize("cell", ["conv", "gru"])
def test_padding_is_left_out(cell, sequences):
    present = ~np.isnan(sequences)
    for loss in (mean_absolute, squares, "huber"):
        model = RecurrentAutoencoder(2, cell=cell, loss=loss, **SHORT).fit(sequences)
        assert np.isfinite(model.history_["loss"]).all()
        assert all(np.isfinite(w).all() for w in model._model.weights.values())
        scale = model._model.weights["standardize/scale"]
        z = (sequences - model.reconstruct(sequences)) / scale
        values = {mean_absolute: np.abs, squares: np.square, "huber": huber}[loss](z)
        expected = [v[p].mean() for v, p in zip(values, present, strict=True)]
        found = model.reconstruction_error(sequences)
        np.testing.assert_allclose(found, expected, rtol=1e-3)


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


@pytest.mark.parametrize(
    "loss", ["absolute_error", "huber", mean_absolute, keras.losses.Huber(0.5)]
)
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


def test_detectors_take_any_loss(sequences):
    for loss in (keras.losses.CosineSimilarity(), "huber"):
        model = RecurrentAutoencoder(2, loss=loss, **SHORT)
        scores = (
            skae.AutoencoderOutlierDetector(model)
            .fit(sequences)
            .score_samples(sequences)
        )
        assert np.isfinite(scores).all()


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
            r"scalar returned a single number.*allowed are \(9,\) and \(9, 6\)",
            None,
        ),
        (over_rows, r"returned values of the shape \(6,\) for 9 rows.*axis=-1", None),
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


def test_a_loss_is_tried_out_once(X, monkeypatch):
    calls = []

    def counted(y_true, y_pred):
        calls.append(type(y_true))
        return mean_absolute(y_true, y_pred)

    model = small(counted).fit(X)
    n_calls, state = len(calls), np.random.get_state()[1].copy()
    model.fit(X)
    clone(model).fit(X)
    assert len(calls) == n_calls
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
    assert found == with_loss and len(found) == 8


@pytest.mark.parametrize(
    "name",
    ["ConvAutoencoder", "ConvDenoisingAutoencoder", "SparseAutoencoder"]
    + ["StackedAutoencoder", "NeighborAutoencoder", "DenoisingAutoencoder"],
)
def test_other_families(name, X):
    cls = getattr(skae, name)
    data = np.tile(X[:, :, None], (1, 1, 4)) if "Conv" in name else X
    for loss in ("huber", mean_absolute):
        model = make(cls, loss=loss, epochs=1).fit(data)
        z = (data - model.reconstruct(data)) / model._model.weights["standardize/scale"]
        of_values = huber if loss == "huber" else np.abs
        expected = of_values(z).reshape(len(X), -1).mean(axis=1)
        np.testing.assert_allclose(
            model.reconstruction_error(data), expected, rtol=2e-3, atol=1e-6
        )
