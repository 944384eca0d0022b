"""Train a fitted autoencoder's encoder and a linear head on targets."""

import copy
import dataclasses
import math
from typing import NamedTuple

import numpy as np

from skae.architectures import SupervisedArchitecture, is_auto
from skae.data._rows import Rows
from skae.fitting import TrainedModel, settle_sizes, worth_compiling
from skae.training import (
    FitSettings,
    ProgramSettings,
    TrainingData,
    Watchers,
    optimizer_config,
    train,
)

# Few steps: the encoder knows the data already, and there are few targets.
_STEPS = 1000
_MOST_EPOCHS = 100
_HEAD = ("head/kernel", "head/bias")


class Head(NamedTuple):
    """Codes to outputs: ``codes @ kernel + bias``."""

    kernel: np.ndarray  # (encoding_dim, n_outputs)
    bias: np.ndarray  # (n_outputs,)

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Outputs of shape (n_samples, n_outputs)."""
        # The order of the sums depends on the size of the batch. In float64 a row's
        # outputs do not, once they are rounded.
        outputs = codes.astype(np.float64) @ self.kernel + self.bias
        return outputs.astype(np.float32)


def fine_tune(
    estimator,
    autoencoder,
    fields: dict[str, Rows],
    labels: np.ndarray,
    order: np.ndarray,
    held_out: np.ndarray,
    head: Head,
    rng: np.random.Generator,
) -> tuple[TrainedModel, Head, dict[str, list[float]]]:
    """Train encoder and head together; `autoencoder` is not changed.

    Parameters
    ----------
    estimator : EncoderClassifier or EncoderRegressor
        Has the training parameters.

    autoencoder : fitted autoencoder

    fields : dict of Rows
        All rows, which have been read before.

    labels : ndarray
        Positions of classes, as integers, or targets of shape (n_samples, n_outputs).

    order, held_out : ndarray of int
        The rows to train on, and those to validate on, perhaps none.

    head : Head
        What the head starts from.

    rng : Generator
        Decides on everything random.

    Returns
    -------
    model : TrainedModel
        That of the autoencoder with the encoder's new weights.

    head : Head

    history : dict
        "loss" and, with held-out rows, "val_loss" per epoch.
    """
    before = autoencoder._model
    classes = labels.dtype.kind == "i"
    architecture = SupervisedArchitecture(
        before.architecture, n_outputs=len(head.bias), classes=classes
    )
    batch_size, n_steps, patience = settle_sizes(estimator, len(order))
    settings = _settings(estimator, n_steps, patience)
    label = Rows(labels, type(estimator).__name__, dtype=labels.dtype)
    jit_compile = worth_compiling(
        autoencoder.jit_compile, before.architecture, settings.epochs * n_steps
    )
    seen = {name: fields[name] for name in architecture.fields if name != "label"}
    trained = train(
        architecture,
        TrainingData({**seen, "label": label}, order, held_out=held_out),
        ProgramSettings(batch_size, optimizer_config("adam"), jit_compile),
        settings,
        start=before.weights_of("encoder") | dict(zip(_HEAD, head, strict=True)),
        seed=int(rng.integers(2**31)),
        rng=rng,
        watchers=Watchers(verbose=int(estimator.verbose)),
    )
    weights = dict(trained.weights)
    head = Head(*(weights.pop(name) for name in _HEAD))
    model = dataclasses.replace(
        before, weights=before.weights | weights, state=None, _live={}
    )
    history = {k: v for k, v in trained.history.items() if k in ("loss", "val_loss")}
    return model, head, history


def _settings(estimator, n_steps: int, patience: int) -> FitSettings:
    epochs = estimator.fine_tune_epochs
    if is_auto(epochs):
        epochs = min(_MOST_EPOCHS, math.ceil(_STEPS / n_steps))
    return FitSettings(
        epochs=epochs,
        learning_rate=float(estimator.learning_rate),
        learning_rate_schedule="cosine",
        shuffle=True,
        early_stopping=bool(estimator.early_stopping),
        n_iter_no_change=patience,
        tol=0.0,
        strengths=lambda epoch: {},
    )


def with_model(autoencoder, model: TrainedModel):
    """A copy of a fitted autoencoder that has `model` for its own."""
    twin = copy.copy(autoencoder)
    for name, value in vars(autoencoder).items():
        # The model is replaced: its weights need no copy.
        setattr(twin, name, model if name == "_model" else copy.deepcopy(value))
    return twin
