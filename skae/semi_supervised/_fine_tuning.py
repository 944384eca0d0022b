"""Fine-tuning of a pretrained encoder and a linear head on targets."""

import copy
import dataclasses
import math
from typing import NamedTuple

import numpy as np

from skae.data import Rows, ShiftedRows
from skae.engine import (
    Baseline,
    FitSettings,
    Observers,
    ProgramSettings,
    TrainingData,
    is_auto,
    optimizer_config,
    train,
)
from skae.fitting import TrainedModel, resolve_sizes, worth_compiling
from skae.semi_supervised._architecture import SupervisedArchitecture

# Few steps: the encoder is pretrained, and there are few targets.
_STEPS = 1000
_MAX_EPOCHS = 100
_HEAD = ("head/kernel", "head/bias")


class Head(NamedTuple):
    """Linear map from codes to outputs: ``codes @ kernel + bias``."""

    kernel: np.ndarray  # (encoding_dim, n_outputs)
    bias: np.ndarray  # (n_outputs,)

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Return outputs of shape (n_samples, n_outputs)."""
        # The order of summation depends on the size of the batch. With sums in float64,
        # rounded to float32, the outputs of a row do not.
        outputs = codes.astype(np.float64) @ self.kernel + self.bias
        return outputs.astype(np.float32)


class FineTuning:
    """Joint training of a pretrained encoder and a head.

    Parameters
    ----------
    estimator : EncoderClassifier or EncoderRegressor
        Estimator with the training parameters.

    autoencoder : fitted autoencoder
        Not modified.

    fields : dict of Rows
        All rows, already checked.

    held_out : ndarray of int
        Rows for validation, possibly none.

    head : Head
        Initial head.

    rng : Generator
        Source of all random numbers.

    max_shift : int, default=0
        Largest shift of images in training, in pixels.

    unit : float, default=1.0
        Unit of the codes in training, so that the effective step size does not depend
        on the scale of the data.

    Attributes
    ----------
    autoencoder : fitted autoencoder
        Copy with the encoder's current weights.

    head : Head

    history : dict of lists
        "loss" and, with held-out rows, "val_loss" per epoch.
    """

    def __init__(
        self,
        estimator,
        autoencoder,
        fields,
        held_out,
        head,
        rng,
        max_shift=0,
        unit=1.0,
    ):
        self._estimator, self._fields, self._held_out = estimator, fields, held_out
        self._rng, self._max_shift = rng, max_shift
        self.autoencoder, self.head = autoencoder, head
        linear = autoencoder._rotations_of(autoencoder._model.architecture)
        # The scale of other codes does not depend on the data.
        in_units = linear is not None and linear.scales
        self._makers = (*linear.makers, linear.bias) if in_units else ()
        self._unit = unit if in_units else 1.0
        self.history: dict[str, list[float]] = {}

    def train(self, labels: np.ndarray, order: np.ndarray) -> None:
        """Train from the current weights.

        Parameters
        ----------
        labels : ndarray
            Labels of all rows: positions of classes, as integers, or targets of shape
            (n_samples, n_outputs).

        order : ndarray of int
            The rows to train on.
        """
        estimator, before = self._estimator, self.autoencoder._model
        classes = labels.dtype.kind == "i"
        architecture = SupervisedArchitecture(
            before.architecture, n_outputs=len(self.head.bias), classes=classes
        )
        batch_size, n_steps, patience = resolve_sizes(estimator, len(order))
        settings = _settings(estimator, n_steps, patience)
        label = Rows(labels, type(estimator).__name__, dtype=labels.dtype)
        jit_compile = worth_compiling(
            self.autoencoder.jit_compile, before.architecture, settings.epochs * n_steps
        )
        names = [name for name in architecture.fields if name != "label"]
        fields = {name: self._fields[name] for name in names} | {"label": label}
        seed = int(self._rng.integers(2**31))
        if self._max_shift:
            fields["data"] = ShiftedRows(fields["data"], self._max_shift, seed)
        head = {
            "head/kernel": self.head.kernel * self._unit,
            "head/bias": self.head.bias,
        }
        start = self._in_units(before.weights_of("encoder"), 1 / self._unit) | head
        trained = train(
            architecture,
            TrainingData(fields, order, held_out=self._held_out),
            ProgramSettings(batch_size, optimizer_config("adam"), jit_compile),
            settings,
            Baseline(start),
            seed=seed,
            rng=self._rng,
            observers=Observers(verbose=int(estimator.verbose)),
        )
        weights = self._in_units(trained.weights, self._unit)
        kernel, bias = (weights.pop(name) for name in _HEAD)
        self.head = Head(kernel / self._unit, bias)
        model = dataclasses.replace(
            before, weights=before.weights | weights, state=None, _live={}
        )
        self.autoencoder = _with_model(self.autoencoder, model)
        for name in ("loss", "val_loss"):
            if name in trained.history:
                self.history.setdefault(name, []).extend(trained.history[name])

    def _in_units(self, weights, factor: float) -> dict[str, np.ndarray]:
        """Scale the weights so that codes are `factor` times as large."""
        found = dict(weights)
        for name in self._makers:
            found[name] = np.asarray(found[name] * np.float32(factor), np.float32)
        return found


def _settings(estimator, n_steps: int, patience: int) -> FitSettings:
    epochs = estimator.fine_tune_epochs
    if is_auto(epochs):
        epochs = min(_MAX_EPOCHS, math.ceil(_STEPS / n_steps))
    return FitSettings(
        epochs=epochs,
        learning_rate=float(estimator.learning_rate),
        learning_rate_schedule="cosine",
        shuffle=True,
        early_stopping=bool(estimator.early_stopping),
        n_iter_no_change=patience,
        tol=0.0,
        loss_weights=lambda epoch: {},
    )


def _with_model(autoencoder, model: TrainedModel):
    """Copy a fitted autoencoder, with `model` in place of its own."""
    twin = copy.copy(autoencoder)
    for name, value in vars(autoencoder).items():
        # The model is replaced: its weights need no copy.
        setattr(twin, name, model if name == "_model" else copy.deepcopy(value))
    return twin
