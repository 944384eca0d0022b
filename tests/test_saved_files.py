"""What is saved can be loaded, or is refused with a sentence before a file is there."""

import copy
import functools
from typing import ClassVar

import keras
import numpy as np
import pytest
from discovery import make
from families.conditional import ConditionalVariationalAutoencoder
from keras import ops
from sklearn import config_context

import skae
from skae import Autoencoder, EncoderClassifier, VariationalAutoencoder
from skae.data import Rows
from skae.engine import _process

DTYPES = ("bool", "uint8", "int64", "float16", "float64")
FACTS = {
    "names": [f"column {i}" for i in range(40)],
    "sizes": tuple(range(40)),
    "mapped": {str(i): float(i) for i in range(40)},
}


class Told(Autoencoder._architecture):
    encoder_inputs = DTYPES

    def encode(self, x, **told):
        told = [ops.cast(told[name], x.dtype) for name in DTYPES]
        return super().encode(ops.concatenate([x, *told], axis=-1))


class ToldAutoencoder(Autoencoder):
    """Has fields of all types, and facts of the data that are long."""

    _architecture: ClassVar = Told

    def _fields(self, y, n_rows, *, reset=False):
        told = np.arange(n_rows)[:, None] % 2
        shape = (np.int64(1),)
        return {name: Rows(told, "Told", shape, dtype=name) for name in DTYPES}

    def _data_values(self):
        return FACTS


class FromArray(Autoencoder._architecture):
    def bottleneck(self, h, x):
        h = super().bottleneck(h, x)
        return h * keras.Variable(np.ones(h.shape[1]), dtype="float32").value

    def linear_code(self):
        return None


class FromArrayAutoencoder(Autoencoder):
    """Its network cannot be built without values: `load` refuses it."""

    _architecture: ClassVar = FromArray


class Act:
    """An activation without a name."""

    def __call__(self, x):
        return ops.tanh(x)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skae"


@pytest.fixture(scope="module")
def fitted():
    return make(Autoencoder).fit(np.random.default_rng(0).random((60, 6)))


def saved(model, path):
    skae.save(model, path)
    return skae.load(path)


def test_fields_of_all_types_and_long_lists_of_facts(X, path):
    model = make(ToldAutoencoder, init="random").fit(X)
    again = saved(model, path)
    assert again._model.architecture == model._model.architecture
    np.testing.assert_array_equal(again.transform(X), model.transform(X))


def test_a_field_made_of_y(X, path):
    y = (X[:, 0] > 0.5).astype(int)
    model = make(ConditionalVariationalAutoencoder).fit(X, y)
    again = saved(model, path)
    np.testing.assert_array_equal(again.transform(X, y), model.transform(X, y))


def test_save_refuses_what_load_refuses(fitted, path):
    model = copy.deepcopy(fitted)
    del model._model.weights["code/bias"]
    with pytest.raises(
        TypeError, match=r"Autoencoder\._model cannot be.*'code/bias' are None"
    ):
        skae.save(model, path)
    assert not path.exists()


def test_networks_that_need_values(X, path):
    model = make(FromArrayAutoencoder).fit(X)
    with pytest.raises(TypeError, match="its network cannot be built"):
        skae.save(model, path)
    assert not path.exists()


def test_a_forked_process_can_save(fitted, path, monkeypatch):
    monkeypatch.setattr(_process, "_owner", -1)
    skae.save(fitted, path)
    with pytest.raises(RuntimeError, match="fork"):
        skae.load(path)


@pytest.mark.parametrize("around", [False, True])
def test_parameters_that_were_set_after_the_fit(around, fitted, X, path):
    model = copy.deepcopy(fitted)
    if around:
        model = EncoderClassifier(model, fine_tune_epochs=0).fit(X, X[:, 0] > 0.5)
        model.autoencoder.set_params(epochs=0)
    else:
        model.set_params(epochs=0)
    with pytest.raises(ValueError, match="The 'epochs' parameter of Autoencoder must"):
        skae.save(model, path)
    assert not path.exists()


@pytest.mark.parametrize(
    "activation",
    [
        Act(),
        functools.partial(keras.activations.leaky_relu, negative_slope=0.1),
        keras.layers.Dropout(0.1),
        keras.Sequential([keras.layers.ReLU()]),
    ],
    ids=lambda activation: type(activation).__name__,
)
def test_objects_without_a_name_are_refused(activation, fitted, path):
    model = copy.deepcopy(fitted).set_params(activation=activation)
    with pytest.raises(TypeError, match=r"Autoencoder\.activation is .* cannot hold"):
        skae.save(model, path)
    assert not path.exists()


def test_the_sentence_for_an_estimator_inside_is_one(X, path):
    inner = make(Autoencoder, activation=Act(), init="random")
    model = EncoderClassifier(inner, fine_tune_epochs=0).fit(X, X[:, 0] > 0.5)
    with pytest.raises(TypeError, match=r"^Autoencoder\.activation is ") as caught:
        skae.save(model, path)
    assert str(caught.value).count("cannot hold") == 1


def test_layers_as_activations(X, path):
    layer = keras.layers.LeakyReLU(0.125)
    model = make(Autoencoder, activation=layer, init="random").fit(X)
    again = saved(model, path)
    assert again.activation.negative_slope == 0.125
    assert again._model.architecture == model._model.architecture
    np.testing.assert_array_equal(again.transform(X), model.transform(X))


@pytest.mark.parametrize(
    ("name", "settings"), [("SGD", {"momentum": np.float64(0.5)}), ("Muon", {})]
)
def test_settings_of_optimizers(name, settings, fitted, path):
    if not hasattr(keras.optimizers, name):
        pytest.skip("this Keras has no such optimizer")
    optimizer = getattr(keras.optimizers, name)(**settings, name="own")
    model = copy.deepcopy(fitted).set_params(optimizer=optimizer)
    config = saved(model, path).optimizer.get_config()
    assert {**config, "name": "own"} == optimizer.get_config()


def test_optimizers_with_more_than_plain_settings(fitted, path):
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam())
    model = copy.deepcopy(fitted).set_params(optimizer=optimizer)
    with pytest.raises(TypeError, match=r"Autoencoder\.optimizer is"):
        skae.save(model, path)


def test_strings_of_numpy(fitted, path):
    model = copy.deepcopy(fitted)
    model.set_params(init=np.str_("random"))
    model.names_ = np.array([np.str_("a"), "b"], dtype=object)
    again = saved(model, path)
    assert type(again.init) is str and again.init == "random"
    assert list(again.names_) == ["a", "b"]


def test_the_warning_of_an_estimator_inside_names_the_line_of_the_user(X, path):
    inner = make(Autoencoder, callbacks=[keras.callbacks.TerminateOnNaN()])
    model = EncoderClassifier(inner, fine_tune_epochs=0).fit(X, X[:, 0] > 0.5)
    with pytest.warns(UserWarning, match="Callbacks are not saved") as caught:
        skae.save(model, path)
    assert [warning.filename for warning in caught] == [__file__]


def test_requests_and_containers_survive(X, path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])])
    with config_context(enable_metadata_routing=True):
        model = make(Autoencoder).set_fit_request(sample_weight=True)
        model.set_output(transform="pandas").fit(frame)
        again = saved(model, path)
        request = again.get_metadata_routing()
        assert request.fit.requests["sample_weight"] is True
        assert str(request) == str(model.get_metadata_routing())
    pandas.testing.assert_frame_equal(again.transform(frame), model.transform(frame))
    assert list(again.feature_names_in_) == list(frame.columns)
    with pytest.raises(ValueError, match="feature names"):
        again.transform(frame.rename(columns={"x0": "other"}))


@pytest.mark.parametrize(
    ("cls", "later"),
    [
        (Autoencoder, {"loss": "binary_crossentropy"}),
        (VariationalAutoencoder, {"likelihood": "bernoulli", "beta": 7.0}),
    ],
)
def test_a_fitted_model_does_not_follow_its_parameters(cls, later, X, path):
    model = make(cls).fit(X)

    def results(model):
        found = [model.reconstruction_error(X), model.score_samples(X)]
        if hasattr(model, "sample"):
            found.append(model.sample(3, random_state=0))
        return found

    before = results(model)
    model.set_params(**later)
    for changed in (model, saved(model, path), copy.deepcopy(model)):
        for now, then in zip(results(changed), before, strict=True):
            np.testing.assert_array_equal(now, then)
