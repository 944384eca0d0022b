"""Train a fitted autoencoder's encoder and a linear head on targets."""

import copy
import dataclasses
import math
from typing import NamedTuple

import numpy as np

from skae.data._rows import Rows
from skae.fitting._fit import settle_sizes, worth_compiling
from skae.fitting._model import TrainedModel, make_blueprint
from skae.training import (
    Blueprint,
    Feed,
    FitSettings,
    Part,
    ProgramSettings,
    TrainingRun,
    borrowed_program,
    optimizer_config,
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
        return codes @ self.kernel + self.bias


class LabelledRows:
    """Flat rows of data with their targets behind."""

    padded = False

    def __init__(self, rows: Rows, targets: np.ndarray):
        self._rows, self._targets = rows, targets
        self.n_outputs = targets.shape[1]
        self._n_inputs = int(np.prod(rows.sample_shape))
        self.sample_shape = (self._n_inputs + self.n_outputs,)
        self.row_bytes = 4 * self.sample_shape[0]

    def __len__(self):
        return len(self._rows)

    def gather(self, indices, out):
        data = np.empty((len(indices), *self._rows.sample_shape), dtype=np.float32)
        self._rows.gather(indices, data)
        out[: len(indices), : self._n_inputs] = data.reshape(len(indices), -1)
        out[: len(indices), self._n_inputs :] = self._targets[indices]


def fine_tune(
    estimator,
    autoencoder,
    rows: LabelledRows,
    order: np.ndarray,
    held_out: np.ndarray,
    head: Head,
    *,
    classes: bool,
    rng: np.random.Generator,
) -> tuple[TrainedModel, Head, dict[str, list[float]]]:
    """Train encoder and head together; `autoencoder` is not changed.

    Parameters
    ----------
    estimator : EncoderClassifier or EncoderRegressor
        Has the training parameters.

    autoencoder : fitted autoencoder

    rows : LabelledRows
        All rows, which have been read before.

    order, held_out : ndarray of int
        The rows to train on, and those to validate on, perhaps none.

    head : Head
        What the head starts from.

    classes : bool
        Whether the targets are classes.

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
    blueprint = _blueprint(before, rows.n_outputs, classes)
    batch_size, n_steps, patience = settle_sizes(estimator, len(order))
    settings = _settings(estimator, n_steps, patience)
    program_settings = ProgramSettings(
        batch_size,
        optimizer_config("adam"),
        worth_compiling(autoencoder, settings.epochs * n_steps),
    )
    with borrowed_program(blueprint, program_settings) as program:
        paths = [weight.path for weight in program.graph.encoder.weights]
        start = {path: before.weights[path] for path in paths}
        program.reset(
            int(rng.integers(2**31)), start | dict(zip(_HEAD, head, strict=True))
        )
        feed = Feed(rows, batch_size, program.put)
        validation = Part(feed, held_out) if len(held_out) else None
        run = TrainingRun(
            program, settings, [], n_steps, verbose=int(estimator.verbose)
        )
        run.run(Part(feed, order), validation, rng)
        weights = program.get_weights()
    head = Head(*(weights.pop(name) for name in _HEAD))
    model = dataclasses.replace(
        before, weights=before.weights | weights, state=None, _live={}
    )
    history = {k: v for k, v in run.history.items() if k in ("loss", "val_loss")}
    return model, head, history


def _blueprint(model: TrainedModel, n_outputs: int, classes: bool) -> Blueprint:
    inner = make_blueprint(model.spec, model.sample_shape)

    def build():
        from skae.networks import build_supervised_graph

        return build_supervised_graph(inner.build(), n_outputs, classes=classes)

    return Blueprint(key=("supervised", inner.key, n_outputs, classes), build=build)


def _settings(estimator, n_steps: int, patience: int) -> FitSettings:
    epochs = estimator.fine_tune_epochs
    if epochs == "auto":
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
    autoencoder = copy.copy(autoencoder)
    autoencoder._model = model
    return autoencoder
