"""Autoencoders of Keras networks of the user."""

import copy
import pickle

import keras
import numpy as np
import pytest
from keras import layers, ops
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import skae
from skae import (
    KerasAutoencoder,
    KerasConditionalVariationalAutoencoder,
    KerasDenoisingAutoencoder,
    KerasVariationalAutoencoder,
)
from skae.datasets import load_digits
from skae.families.keras_networks import BuiltNetwork

# The training of a Keras script.
AS_KERAS = {
    "pretrained": True,
    "standardize": False,
    "learning_rate": 1e-3,
    "learning_rate_schedule": "constant",
    "early_stopping": False,
    "shuffle": False,
    "jit_compile": False,
}
CLASSES = [KerasAutoencoder, KerasDenoisingAutoencoder, KerasVariationalAutoencoder]


def encoder(input_shape, encoding_dim, units=16):
    return keras.Sequential(
        [
            layers.Input(input_shape),
            layers.Dense(units, activation="relu"),
            layers.Dense(encoding_dim),
        ]
    )


def decoder(input_shape, encoding_dim, units=16, activation=None):
    return keras.Sequential(
        [
            layers.Input((encoding_dim,)),
            layers.Dense(units, activation="relu"),
            layers.Dense(input_shape[0], activation=activation),
        ]
    )


@pytest.fixture(scope="module")
def X():
    return load_digits().X_train[:300]


@pytest.fixture(scope="module")
def images(X):
    return X.reshape(-1, 8, 8, 1)


def make(*networks, **settings):
    settings = {"epochs": 2, "batch_size": 32, "random_state": 0, **settings}
    return KerasAutoencoder(*networks, **settings)


def trained_by_keras(networks, X, epochs, batch_size, **compiled):
    """What Keras makes of copies of the networks."""
    copies = [keras.models.clone_model(network) for network in networks]
    for network, twin in zip(networks, copies, strict=True):
        twin.set_weights(network.get_weights())
        for layer, other in zip(network.layers, twin.layers, strict=True):
            other.trainable = layer.trainable
    rows = keras.Input(X.shape[1:])
    whole = keras.Model(rows, copies[1](copies[0](rows)))
    whole.compile(keras.optimizers.Adam(1e-3), **{"loss": "mse", **compiled})
    settings = {"batch_size": batch_size, "shuffle": False, "verbose": 0}
    history = whole.fit(X, X, epochs=epochs, **settings)
    return whole, history.history["loss"]


NETWORKS = {
    # A bias would be without effect: rounding alone would move it.
    "batch normalization": [
        layers.Dense(16, use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.Activation("relu"),
    ],
    "spectral normalization": [layers.SpectralNormalization(layers.Dense(16))],
    "activity regularizer": [layers.Dense(16, activity_regularizer="l1")],
    "weight regularizer": [layers.Dense(16, kernel_regularizer="l2")],
    "constraint": [layers.Dense(16, kernel_constraint="max_norm")],
    "frozen": [layers.Dense(16, trainable=False), layers.Dense(8)],
    "float64": [layers.Dense(16, dtype="float64")],
    "layer normalization": [layers.Dense(16), layers.LayerNormalization()],
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_trains_as_keras_does(kind, X):
    """300 rows in batches of 64: the last one is short."""
    own = [type(layer).from_config(layer.get_config()) for layer in NETWORKS[kind]]
    first = keras.Sequential([layers.Input((64,)), *own, layers.Dense(4)])
    second = keras.Sequential([layers.Input((4,)), layers.Dense(64)])
    fitted = make(first, second, epochs=3, batch_size=64, **AS_KERAS).fit(X)
    whole, losses = trained_by_keras((first, second), X, 3, 64)
    assert_allclose(fitted.reconstruct(X), whole.predict(X, verbose=0), atol=1e-5)
    weights = [w.numpy() for w in whole.weights]
    found = fitted.autoencoder_.get_weights()
    assert [w.shape for w in found] == [w.shape for w in weights]
    for ours, theirs in zip(found, weights, strict=True):
        assert_allclose(ours, theirs, atol=1e-5)
    # Keras gives a short batch the weight of a whole one.
    assert_allclose(fitted.history_["loss"], losses, rtol=0.02)


def test_functions_of_the_whole_batch_see_no_padding(X):
    rows = keras.Input((64,))
    h = layers.Dense(8, use_bias=False)(rows)
    first = keras.Model(rows, layers.Dense(4)(h - ops.mean(h, axis=0)))
    second = keras.Sequential([layers.Input((4,)), layers.Dense(64)])
    fitted = make(first, second, epochs=3, batch_size=64, **AS_KERAS).fit(X)
    whole, _ = trained_by_keras((first, second), X, 3, 64)
    for ours, theirs in zip(
        fitted.autoencoder_.get_weights(), whole.weights, strict=True
    ):
        assert_allclose(ours, theirs.numpy(), atol=1e-5)


def test_transform_uses_moving_averages(X):
    network = keras.Sequential(
        [layers.Input((64,)), layers.BatchNormalization(momentum=0.5), layers.Dense(4)]
    )
    fitted = make(network, epochs=5).fit(X)
    rows = fitted.transform(X[:7])
    assert_array_equal(fitted.transform(X)[:7], rows)
    averages = [name for name in fitted._model.weights if "moving" in name]
    assert len(averages) == 2
    again = pickle.loads(pickle.dumps(fitted))
    assert_array_equal(again.transform(X[:7]), rows)
    mean = fitted._model.weights[averages[0]]
    # Inputs are standardized, so their mean is 0 but for the last mini-batches.
    assert np.abs(mean).max() < 0.5
    assert np.any(mean != 0)


# --- What the networks may be ---------------------------------------------------------


def test_defaults_are_a_dense_pair(X):
    fitted = make(epochs=20, encoding_dim=8).fit(X)
    assert fitted.transform(X).shape == (300, 8)
    assert fitted.standardized_
    assert fitted.score(X) > 0.6
    assert list(fitted.encoder_.get_layer("encoder").get_layer("dense").kernel.shape)


def test_functions_get_what_they_name(X):
    seen = {}

    def plain(input_shape, units=3):
        seen["encoder"] = input_shape, units
        return encoder(input_shape, 5, units)

    fitted = make(plain, decoder, encoder__units=7).fit(X)
    assert seen["encoder"] == ((64,), 7)
    assert fitted.encoding_dim_ == 5
    with pytest.raises(ValueError, match=r"codes of shape \(5,\).*encoding_dim=6"):
        make(plain, decoder, 6).fit(X)


def test_classes(X):
    class Half(keras.Model):
        def __init__(self, encoding_dim, units=9):
            super().__init__()
            self.hidden = layers.Dense(units, activation="relu")
            self.code = layers.Dense(encoding_dim)

        def call(self, x):
            return self.code(self.hidden(x))

    fitted = make(Half, decoder, encoding_dim=3, encoder__units=11).fit(X)
    assert fitted.transform(X).shape == (300, 3)
    assert fitted.encoder_.get_weights()[2].shape == (64, 11)
    other = clone(fitted).set_params(random_state=1).fit(X)
    assert (other.transform(X) != fitted.transform(X)).any()


def test_convolutions_with_a_map_as_code_and_channels():
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(40, 12, 8, 3))
    down = keras.Sequential(
        [
            layers.Input((12, 8, 3)),
            layers.Conv2D(6, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(4, 3, strides=2, padding="same"),
        ]
    )
    up = keras.Sequential(
        [
            layers.Input((3, 2, 4)),
            layers.Conv2DTranspose(6, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(3, 3, 2, "same", activation="sigmoid"),
        ]
    )
    fitted = make(down, up).fit(X)
    assert fitted.transform(X).shape == (40, 24)
    assert fitted.inverse_transform(fitted.transform(X)).shape == X.shape
    assert not fitted.standardized_  # the last activation is a sigmoid
    flat = clone(fitted).set_params(input_shape=(12, 8, -1)).fit(X.reshape(40, -1))
    assert_array_equal(flat.transform(X), fitted.transform(X))
    assert flat.reconstruct(X.reshape(40, -1)).shape == (40, 288)
    # A built model has its own shape.
    flat = clone(fitted).fit(X.reshape(40, -1))
    assert_allclose(flat.transform(X.reshape(40, -1)), fitted.transform(X), atol=1e-6)


def test_signals():
    t = np.linspace(0, 6, 24)
    X = np.sin(t + np.random.default_rng(0).uniform(0, 6, size=(50, 1)))

    def down(input_shape, encoding_dim):
        return keras.Sequential(
            [
                layers.Input(input_shape),
                layers.Conv1D(4, 5, strides=2, padding="same", activation="relu"),
                layers.Flatten(),
                layers.Dense(encoding_dim),
            ]
        )

    fitted = make(down, None, 2, input_shape=(24, 1), epochs=40).fit(X)
    assert fitted.reconstruct(X).shape == X.shape
    assert fitted.score(X) > 0.8


def test_a_network_from_the_zoo():
    X = np.random.default_rng(0).uniform(size=(8, 32, 32, 3)).astype(np.float32)
    settings = {"include_top": False, "weights": None, "pooling": "avg"}
    zoo = keras.applications.MobileNet((32, 32, 3), alpha=0.25, **settings)
    zoo.trainable = False
    fitted = make(zoo, pretrained=True, epochs=1, decoder__units=(4,)).fit(X)
    assert fitted.transform(X).shape == (8, 256)
    assert_allclose(fitted.transform(X), zoo.predict(X, verbose=0), atol=1e-5)
    assert not fitted.standardized_


def test_frozen_and_pretrained_weights(X):
    first, second = encoder((64,), 4), decoder((64,), 4)
    before = [w.copy() for w in first.get_weights()]
    first.layers[0].trainable = False
    with pytest.raises(ValueError, match=r"'dense.*frozen.*pretrained=True"):
        make(first, second).fit(X)
    fitted = make(first, second, pretrained=True, epochs=3).fit(X)
    kernel, _, code, _ = fitted.encoder_.get_layer("encoder").get_weights()
    assert_array_equal(kernel, before[0])
    assert (code != before[2]).any()
    for now, then in zip(first.get_weights(), before, strict=True):
        assert_array_equal(now, then)
    first.layers[0].trainable = True
    new = make(first, second, epochs=0).fit(X)
    assert (new.encoder_.get_weights()[2] != before[0]).all()
    kept = make(first, second, epochs=0, pretrained="encoder").fit(X)
    assert_array_equal(kept.encoder_.get_layer("encoder").get_weights()[0], before[0])


def test_pretrained_networks_of_equal_shape_are_not_mixed_up(X):
    settings = {"pretrained": True, "epochs": 0}
    pairs = [(encoder((64,), 4), decoder((64,), 4)) for _ in range(2)]
    codes = [make(*pair, **settings).fit(X).transform(X) for pair in pairs]
    for (first, _), found in zip(pairs, codes, strict=True):
        assert_allclose(found, first.predict(X, verbose=0), atol=1e-5)


def test_from_one_model(X):
    rows = keras.Input((64,))
    code = layers.Dense(5, name="bottleneck")(layers.Dense(16, "relu")(rows))
    whole = keras.Model(rows, layers.Dense(64)(layers.Dense(16, "relu")(code)))
    wrapped = KerasAutoencoder.from_model(
        whole, code="bottleneck", pretrained=True, epochs=0
    ).fit(X)
    assert_allclose(wrapped.reconstruct(X), whole.predict(X, verbose=0), atol=1e-5)
    assert wrapped.encoding_dim_ == 5
    nested = keras.Model(rows, wrapped.decoder_(wrapped.encoder_(rows)))
    again = KerasAutoencoder.from_model(
        nested, wrapped.encoder_.name, pretrained=True, epochs=0
    ).fit(X)
    assert_allclose(again.transform(X), wrapped.transform(X), atol=1e-5)
    both = keras.Model(rows, [code, layers.Dense(64)(code)])
    with pytest.raises(ValueError, match="1 inputs and 2 outputs"):
        KerasAutoencoder.from_model(both, code="bottleneck")
    with pytest.raises(ValueError, match="no layer 'middle'.*bottleneck"):
        KerasAutoencoder.from_model(whole, code="middle")
    around = layers.Concatenate()([code, rows])
    skipping = keras.Model(rows, layers.Dense(64)(around))
    with pytest.raises(ValueError, match="a way around it"):
        KerasAutoencoder.from_model(skipping, code="bottleneck")


class Scale(layers.Layer):
    """A layer that Keras does not know, with a weight drawn by Keras' default."""

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1], 1))
        self.bias = self.add_weight(shape=(1,), initializer="zeros")

    def call(self, x):
        self.add_loss(1e-3 * ops.sum(ops.square(x)))
        return x * (1 + self.factor[:, 0]) + self.bias


def with_scale(input_shape, encoding_dim):
    return keras.Sequential(
        [layers.Input(input_shape), Scale(), layers.Dense(encoding_dim)]
    )


def test_layers_of_users(X, tmp_path):
    fitted = make(with_scale, decoder, 4).fit(X)
    assert fitted.history_["loss"][0] > fitted.history_["reconstruction_loss"][0]
    built = make(with_scale((64,), 4), decoder((64,), 4)).fit(X)
    for model in (fitted, built):
        first = model.transform(X)
        for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
            assert_array_equal(again.transform(X), first)
            assert_array_equal(clone(again).fit(X).transform(X), first)
        with pytest.raises(TypeError, match="registered"):
            skae.save(model, tmp_path / "model.skae")
    assert not list(tmp_path.iterdir())


def test_all_weights_are_drawn_anew(X):
    models = [make(with_scale, None, 4, epochs=0, random_state=i) for i in (0, 0, 1)]
    first, same, other = (m.fit(X)._model.weights for m in models)
    name = next(name for name in first if "scale/" in name and first[name].size == 64)
    assert_array_equal(first[name], same[name])
    assert (first[name] != other[name]).all()


# --- Parameters, copies, files --------------------------------------------------------


def test_parameters_of_networks(X):
    model = make(encoder, decoder, encoder__units=8)
    params = model.get_params()
    assert params["encoder__units"] == 8
    assert params["decoder__units"] == 16
    assert "decoder__units" not in model.get_params(deep=False)
    twin = clone(model)
    assert twin.get_params() == params
    twin.set_params(decoder__units=4, encoding_dim=2)
    assert twin.fit(X).decoder_.get_weights()[0].shape == (2, 4)
    with pytest.raises(ValueError, match=r"'encoder__unit'.*\['units'\]"):
        model.set_params(encoder__unit=3)
    with pytest.raises(TypeError, match="no parameter 'units'.*encoder__"):
        clone(make(encoder, units=3)).fit(X)
    assert "encoder__units=8" in repr(model)


def test_search_over_the_parameters_of_networks(X):
    model = make_pipeline(StandardScaler(), make(encoder, decoder, 4, epochs=20))
    grid = {
        "kerasautoencoder__encoder__units": [4, 32],
        "kerasautoencoder__encoding_dim": [2, 8],
    }
    search = GridSearchCV(model, grid, cv=2).fit(X)
    assert search.best_params_["kerasautoencoder__encoding_dim"] == 8
    assert len(set(search.cv_results_["mean_test_score"])) == 4


@keras.saving.register_keras_serializable(package="tests")
class Shift(layers.Layer):
    def call(self, x):
        return x + 1.0


@keras.saving.register_keras_serializable(package="tests")
def registered(input_shape, encoding_dim, units=6):
    return keras.Sequential(
        [
            layers.Input(input_shape),
            layers.Dense(units, "relu"),
            Shift(),
            layers.Dense(3),
        ]
    )


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("kind", ["defaults", "function", "built"])
def test_files(cls, kind, X, tmp_path):
    networks = {
        "defaults": {},
        "function": {"encoder": registered, "encoder__units": 9},
        "built": {"encoder": registered((64,), 3), "decoder": decoder((64,), 3)},
    }[kind]
    model = cls(**networks, encoding_dim=3, epochs=2, random_state=0).fit(X)
    skae.save(model, tmp_path / "model.skae")
    again = skae.load(tmp_path / "model.skae")
    assert_array_equal(again.transform(X), model.transform(X))
    refitted = clone(again).fit(X)
    assert_array_equal(refitted.transform(X), model.transform(X))
    assert again.get_params(deep=False).keys() == model.get_params(deep=False).keys()
    if kind == "built":
        kept, given = again.encoder.get_weights(), model.encoder.get_weights()
        for ours, theirs in zip(kept, given, strict=True):
            assert_array_equal(ours, theirs)


def test_a_file_brings_no_code(X, tmp_path):
    """What its configuration names is refused, and not called."""
    rows = keras.Input((64,))
    model = keras.Model(rows, layers.Lambda(lambda x: x[:, :3], name="cut")(rows))
    fitted = make(model, encoding_dim=3).fit(X)
    with pytest.raises(TypeError, match="a model with .*Lambda"):
        skae.save(fitted, tmp_path / "model.skae")
    network = fitted._model.architecture.encoder
    copied = BuiltNetwork.__new__(BuiltNetwork)
    vars(copied).update(vars(network), own=network.own, _own=network.own)
    with pytest.raises(ValueError, match="'Lambda' of 'keras.layers'"):
        copied.make("encoder")
    for name, module, registered in (
        ("TFSMLayer", "keras.layers", None),
        ("Popen", "subprocess", None),
        ("Lambda", None, "tests>Shift"),  # Keras would go by the name of the class
    ):
        node = {"class_name": name, "module": module, "config": {}}
        node |= {"registered_name": registered} if registered else {}
        vars(copied)["config"] = {**network.config, "config": {"layers": [node]}}
        with pytest.raises(ValueError, match=f"{name!r} of {module!r}"):
            copied.make("encoder")


def test_adapted_layers_are_kept_or_refused(X):
    scaling = layers.Normalization()
    scaling.adapt(X)
    first = keras.Sequential([layers.Input((64,)), scaling, layers.Dense(4)])
    with pytest.raises(ValueError, match="adapted to data.*pretrained=True"):
        make(first).fit(X)
    kept = make(first, pretrained=True, epochs=0).fit(X)
    assert_allclose(kept.transform(X), first.predict(X, verbose=0), atol=1e-4)


def test_training_goes_on_after_a_copy(X):
    model = make(encoder((64,), 4), decoder((64,), 4), warm_start=True).fit(X)
    again = pickle.loads(pickle.dumps(model))
    assert_array_equal(again.fit(X).transform(X), model.fit(X).transform(X))
    assert again.n_iter_ == 4
    with pytest.raises(ValueError, match="after a change of encoder"):
        model.set_params(encoder=encoder((64,), 4, 32)).fit(X)


def test_variables_of_a_function_are_part_of_it(X):
    settings = {"units": 3}

    def closed(input_shape, encoding_dim):
        return encoder(input_shape, encoding_dim, settings["units"])

    first = make(closed, decoder, 4).fit(X)
    settings["units"] = 7
    second = make(closed, decoder, 4).fit(X)
    assert [m.encoder_.get_weights()[2].shape for m in (second,)] == [(64, 7)]
    assert first._model.weights.keys() == second._model.weights.keys()


def test_what_cannot_be_copied_is_refused(X):
    def scaled(by):
        def activation(x):
            return by * x

        return activation

    two = [layers.Dense(4, activation=scaled(by)) for by in (2.0, 50.0)]
    with pytest.raises(ValueError, match="two different 'activation'"):
        make(keras.Sequential([layers.Input((64,)), *two])).fit(X)
    shared = layers.Dense(4)
    one, other = (
        keras.Sequential([layers.Input((n,)), layers.Dense(4), shared]) for n in (64, 4)
    )
    with pytest.raises(ValueError, match=f"share the layer '{shared.name}'"):
        make(one, other).fit(X)

    class Bare(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(4)

        def call(self, x):
            return self.dense(x)

    with pytest.raises(TypeError, match="cannot be copied.*function or a class"):
        make(Bare()).fit(X)
    assert make(Bare, decoder).fit(X).encoding_dim_ == 4


def test_a_function_must_build_anew(X):
    model = encoder((64,), 4)
    with pytest.raises(ValueError, match="the same model twice"):
        make(lambda: model, decoder, 4).fit(X)


# --- Scaling and losses ---------------------------------------------------------------


def test_data_are_standardized_unless_outputs_are_bounded(X):
    scaled = MinMaxScaler().fit_transform(X)
    bounded = make(encoder, decoder, 4, decoder__activation="sigmoid")
    assert not bounded.fit(scaled).standardized_
    assert make(encoder, decoder, 4).fit(scaled).standardized_
    with pytest.warns(UserWarning, match=r"in \[0, 1\], but the data go from -\d"):
        bounded.fit(StandardScaler().fit_transform(X))
    with pytest.raises(ValueError, match="standardize=True, but the decoder's outputs"):
        clone(bounded).set_params(standardize=True).fit(scaled)
    tanh = make(encoder, decoder, 4, decoder__activation="tanh").fit(2 * scaled - 1)
    assert not tanh.standardized_
    with pytest.raises(ValueError, match=r"cross-entropy needs outputs in \[0, 1\]"):
        clone(tanh).set_params(loss="binary_crossentropy").fit(scaled)

    def levels(input_shape, encoding_dim):
        parts = [layers.Embedding(20, 2), layers.Flatten(), layers.Dense(encoding_dim)]
        return keras.Sequential([layers.Input(input_shape), *parts])

    assert not make(levels, decoder, 4).fit(np.round(X)).standardized_


@pytest.mark.parametrize("activation", ["sigmoid", None])
def test_cross_entropy_of_probabilities_and_logits(activation, X):
    X = MinMaxScaler().fit_transform(X)
    first, second = encoder((64,), 4), decoder((64,), 4, activation=activation)
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=activation is None)
    model = make(first, second, epochs=2, loss="binary_crossentropy", **AS_KERAS).fit(X)
    whole, _ = trained_by_keras((first, second), X, 2, 32, loss=cross_entropy)
    expected = whole.predict(X, verbose=0)
    if activation is None:
        expected = 1 / (1 + np.exp(-expected))
    assert_allclose(model.reconstruct(X), expected, atol=1e-5)
    p = np.clip(expected, 1e-7, 1 - 1e-7)
    by_hand = -(X * np.log(p) + (1 - X) * np.log(1 - p)).mean(axis=1)
    assert_allclose(model.reconstruction_error(X), by_hand, rtol=1e-4)


def test_a_variational_network_of_two_or_three_outputs(X):
    def posterior(input_shape, encoding_dim):
        rows = keras.Input(input_shape)
        h = layers.Dense(16, "relu")(rows)
        mean, log_var = layers.Dense(encoding_dim)(h), layers.Dense(encoding_dim)(h)
        return keras.Model(rows, [mean, log_var, mean + log_var])

    vae = KerasVariationalAutoencoder(posterior, decoder, 3, epochs=5, random_state=0)
    assert vae.fit(X).kl_per_dimension_.shape == (3,)
    assert "code/kernel" not in vae._model.weights
    assert vae.sample(4, random_state=0).shape == (4, 64)
    with pytest.raises(ValueError, match="3 outputs.*KerasVariationalAutoencoder"):
        make(posterior, decoder, 3).fit(X)


# --- Mistakes -------------------------------------------------------------------------


def too_short(input_shape, encoding_dim):
    return decoder((60,), encoding_dim)


@pytest.mark.parametrize(
    ("networks", "message"),
    [
        ((encoder, too_short), r"have the shape \(64,\), but.*returns \(60,\)"),
        ((encoder, decoder((64,), 9)), r"decoder takes rows of shape \(9,\).*\(4,\)"),
        ((encoder((60,), 4), decoder), r"encoder takes rows of shape \(60,\).*\(64,\)"),
        (("dense", decoder), r"encoder must be a function.*got 'dense'"),
        ((lambda input_shape: None, decoder), r"must return a keras.Model; got None"),
        ((lambda size: None, decoder), r"missing a required argument: 'size'"),
    ],
)
def test_mistakes(networks, message, X):
    model = make(*networks, encoding_dim=4)
    with pytest.raises((TypeError, ValueError), match=message):
        model.fit(X)
    assert not hasattr(model, "n_features_in_")


def test_images_without_channels(images):
    def down(input_shape, encoding_dim):
        return keras.Sequential(
            [layers.Input(input_shape), layers.Conv2D(2, 3), layers.Flatten()]
        )

    with pytest.raises(ValueError, match=r"\(8, 8\)"):
        make(down).fit(images[..., 0])
    make(down, input_shape=(8, 8, 1)).fit(images[..., 0])


# --- Conditions -----------------------------------------------------------------------


@keras.saving.register_keras_serializable(package="tests")
def told_decoder(input_shape, encoding_dim, condition_shape, units=64):
    code, condition = keras.Input((encoding_dim,)), keras.Input(condition_shape)
    h = layers.Dense(units, "relu")(layers.Concatenate()([code, condition]))
    return keras.Model([code, condition], layers.Dense(input_shape[0])(h))


def test_a_condition_is_the_second_input(tmp_path):
    digits = load_digits()
    X, y = digits.X_train[:600], digits.y_train[:600]
    cvae = KerasConditionalVariationalAutoencoder(
        registered, told_decoder, 3, epochs=30, random_state=0
    ).fit(X, y)
    means = np.array([X[y == k].mean(axis=0) for k in range(10)])
    for digit in (0, 3):
        drawn = cvae.sample(40, y=digit, random_state=0)
        assert np.argmin(np.square(means - drawn.mean(axis=0)).sum(axis=1)) == digit
    skae.save(cvae, tmp_path / "cvae.skae")
    again = skae.load(tmp_path / "cvae.skae")
    assert_array_equal(again.transform(X[:9], y[:9]), cvae.transform(X[:9], y[:9]))
    with pytest.raises(ValueError, match=r"decoder must have two inputs.*\(11,\)"):
        clone(cvae).set_params(decoder=decoder).fit(X, y)
    with pytest.raises(ValueError, match="must have one input.*Conditional"):
        make(encoder, told_decoder((64,), 3, (11,)), 3).fit(X)
    wrong = told_decoder((64,), 3, (9,))
    with pytest.raises(ValueError, match=r"condition of shape \(9,\).*\(11,\)"):
        clone(cvae).set_params(decoder=wrong).fit(X, y)
