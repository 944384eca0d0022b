"""Options of Keras' optimizers act as in `keras.Model.fit`, or are refused by name."""

import keras
import numpy as np
import pytest
from discovery import make
from keras import optimizers

import skae
from skae import Autoencoder

RATE, EPOCHS = 0.05, 7
SETTINGS = {
    "hidden_layer_sizes": (5,),
    "activation": "tanh",
    "code_activation": "tanh",  # a linear code would be turned after training
    "init": "random",
    "loss": "binary_crossentropy",
    "early_stopping": False,
    "learning_rate": RATE,
    "learning_rate_schedule": "constant",
    "shuffle": False,
    "batch_size": 60,
}


def without_decay_of_biases():
    optimizer = optimizers.AdamW(weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


class Halved(optimizers.SGD):
    """One of the user's own, which nobody has registered."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient, variable, learning_rate / 2)


OPTIONS = {
    "a class of one's own": Halved,
    "use_ema": lambda: optimizers.Adam(use_ema=True, ema_momentum=0.7),
    "loss_scale_factor": lambda: optimizers.SGD(loss_scale_factor=1024.0),
    "exclude_from_weight_decay": without_decay_of_biases,
    "gradient_accumulation_steps": lambda: optimizers.Adam(
        gradient_accumulation_steps=3
    ),
    "ema_overwrite_frequency": lambda: optimizers.SGD(
        use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=2
    ),
    "weight_decay": lambda: optimizers.SGD(weight_decay=0.5),
    "clipnorm": lambda: optimizers.SGD(clipnorm=0.01),
    "global_clipnorm": lambda: optimizers.SGD(global_clipnorm=0.01),
    "clipvalue": lambda: optimizers.SGD(clipvalue=0.001),
    "amsgrad": lambda: optimizers.Adam(amsgrad=True),
    "nesterov": lambda: optimizers.SGD(momentum=0.9, nesterov=True),
    "centered": lambda: optimizers.RMSprop(centered=True, momentum=0.5),
    **{
        name: getattr(optimizers, name)
        for name in (
            "Adam",
            "Nadam",
            "Lion",
            "Lamb",
            "Adamax",
            "Ftrl",
            "Adafactor",
            "Muon",
        )
        if hasattr(optimizers, name)
    },
}
QUICK = ("use_ema", "loss_scale_factor", "exclude_from_weight_decay", "Adam")


@pytest.fixture(scope="module")
def first_weights():
    """Of a fit whose steps change nothing."""
    return lambda X: (
        (
            make(Autoencoder, **{**SETTINGS, "learning_rate": 1e-30}, epochs=1).fit(X)
        )._model.weights
    )


def keras_weights(first, X, optimizer):
    """Those that Keras' own training leaves."""
    inputs = h = keras.Input((X.shape[1],))
    names = ("encoder_0", "code", "decoder_0", "output")
    for name, activation in zip(names, ("tanh", "tanh", "tanh", None), strict=True):
        units = first[f"{name}/bias"].size
        h = keras.layers.Dense(units, activation=activation, name=name)(h)
    model = keras.Model(inputs, h)
    paths = [f"{name}/{part}" for name in names for part in ("kernel", "bias")]
    model.set_weights([first[path] for path in paths])
    optimizer.learning_rate = RATE
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(optimizer, loss, run_eagerly=True)
    model.fit(X, X, batch_size=60, epochs=EPOCHS, shuffle=False, verbose=0)
    return dict(zip(paths, model.get_weights(), strict=True))


@pytest.mark.parametrize(
    "option",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in OPTIONS],
)
def test_options_act_as_in_keras(option, first_weights, X):
    model = make(Autoencoder, **SETTINGS, epochs=EPOCHS, optimizer=OPTIONS[option]())
    model.fit(X)
    expected = keras_weights(first_weights(X), X, OPTIONS[option]())
    for path, weights in expected.items():
        np.testing.assert_allclose(
            model._model.weights[path], weights, rtol=1e-3, atol=1e-5, err_msg=path
        )
    # The program is used again; nothing of the first fit is left in it.
    first = model.transform(X)
    np.testing.assert_array_equal(model.fit(X).transform(X), first)


def test_moving_averages_are_what_is_judged(X):
    settings = {**SETTINGS, "early_stopping": True, "batch_size": 16}
    optimizer = optimizers.Adam(use_ema=True, ema_momentum=0.9)
    model = make(Autoencoder, **settings, epochs=5, optimizer=optimizer)
    model.fit(X, X_val=X[:20])
    error = model.reconstruction_error(X[:20]).mean()
    assert min(model.history_["val_loss"]) == pytest.approx(error, rel=1e-5)


def test_what_is_refused(X):
    schedule = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    elsewhere = optimizers.AdamW()
    elsewhere.exclude_from_weight_decay(var_list=[keras.Variable(np.zeros(2))])
    refused = {
        "LossScaleOptimizer": optimizers.LossScaleOptimizer(optimizers.SGD()),
        "ExponentialDecay": optimizers.SGD(schedule),
        "var_list": elsewhere,
    }
    for name, optimizer in refused.items():
        with pytest.raises(ValueError, match=name):
            make(Autoencoder, optimizer=optimizer).fit(X)


def test_a_file_would_forget_what_does_not_decay(X, tmp_path):
    model = make(Autoencoder, epochs=1, optimizer=without_decay_of_biases()).fit(X)
    with pytest.raises(TypeError, match="optimizer"):
        skae.save(model, tmp_path / "file")
