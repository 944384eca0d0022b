"""From checked rows to a trained model: the order of things in a fit."""

import copy
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from skae.architectures import MANY_ROWS, Architecture, LinearCode, is_auto
from skae.data._rows import Rows, Summary, some_rows
from skae.data._threads import one_blas_thread
from skae.estimator._tasks import EpochTasks
from skae.fitting._broken_rows import warn_of_one_row
from skae.fitting._codes import Turned, turn_codes
from skae.fitting._identity import fit_identity
from skae.fitting._model import TrainedModel
from skae.fitting._sizes import (
    settle_epochs,
    settle_rate,
    settle_sizes,
    worth_compiling,
)
from skae.training import (
    Checkpoint,
    FitSettings,
    FitState,
    ProgramSettings,
    Trained,
    TrainingData,
    Watchers,
    all_finite,
    draw_seed,
    margin_of_luck,
    optimizer_config,
    train,
)

# Rows that tell how well candidates reconstruct.
_JUDGES = 8192
# Fewer rows than this are all trained on: a tenth of them would say nothing.
_LEAST_ROWS_TO_SPLIT = 10

Start = Callable[
    [Rows, Summary, np.ndarray | None, np.random.Generator], dict[str, np.ndarray]
]
Depart = Callable[
    [dict[str, np.ndarray], Rows, np.ndarray | None, np.random.Generator],
    dict[str, np.ndarray],
]


@dataclass(frozen=True)
class Plan:
    """What an estimator asks of a fit, beside its training parameters.

    Parameters
    ----------
    architecture : Architecture

    start : callable
        First weights from the data: ``start(rows, summary, weight, rng)``.

    depart : callable
        Those with which training begins: ``depart(start, rows, weight, rng)``; `start`
        itself, or others, beside which `start` remains a candidate.

    strengths : callable
        An epoch, from 1 to infinity, to the strengths of the terms of the loss.

    epochs : int or "auto"
        Largest number of epochs.

    linear_code : LinearCode, default=None
        How the codes may be turned after training.

    previous : TrainedModel, default=None
        What to go on from.

    one_epoch : bool, default=False
        Whether this is `partial_fit`.

    reconstructs : bool, default=False
        Whether the start is kept as well where a smaller loss reconstructs the rows
        held out less well.
    """

    architecture: Architecture
    start: Start
    depart: Depart
    strengths: Callable[[float], dict[str, float]]
    epochs: int | str
    linear_code: LinearCode | None = None
    previous: TrainedModel | None = None
    one_epoch: bool = False
    reconstructs: bool = False


class Fitted(NamedTuple):
    """What a fit leaves behind."""

    model: TrainedModel
    history: dict[str, list[float]]
    n_epochs: int
    callbacks: list
    attributes: dict[str, Any]


def fit_model(
    parameters,
    plan: Plan,
    fields: Mapping[str, Rows],
    sample_weight: np.ndarray | None,
    val: Mapping[str, Rows] | None,
    tasks: EpochTasks,
) -> Fitted:
    """Train a model on `fields`.

    `parameters` is an estimator, of which the training parameters are read and nothing
    is changed.
    """
    began = time.perf_counter()
    architecture, previous = plan.architecture, plan.previous
    if previous is not None:
        _check_same_network(previous.architecture, architecture)
    order, weight = _weigh(len(fields["data"]), sample_weight)
    summary = _look(architecture, fields, weight)
    if val is not None:
        _look(architecture, val)
    warn_of_one_row(fields["data"], weight, summary, tasks)
    callbacks, checkpoint = _copy_callbacks(parameters.callbacks)
    identity = ""
    if checkpoint is not None:
        before = [] if previous is None else previous.weights.values()
        arrays = [*([] if weight is None else [weight]), *before]
        identity = fit_identity(parameters, (fields, val), arrays)
    progress = FitState(
        checkpoint, identity, lambda: draw_seed(parameters.random_state)
    )
    rng = np.random.default_rng(progress.seed)
    held_out = None
    is_judged = parameters.early_stopping and plan.epochs != 0
    if is_judged and val is None and not plan.one_epoch:
        order, held_out = _split(order, parameters.validation_fraction, rng)
        if held_out is not None:
            for rows in fields.values():
                rows.hold_out(held_out)
    departure = informed = go_on = None
    if previous is None:
        data = fields["data"]
        others = _without(weight, held_out, data)
        start = plan.start(data, summary, others, rng)
        departure = plan.depart(start, data, weight, rng)
        if others is not weight:

            def informed():
                alone = np.random.default_rng(progress.seed)
                return plan.start(data, summary, weight, alone)

    else:
        start, go_on = _go_on(previous, plan.one_epoch)
    batch_size, n_steps, settings = _settle(parameters, plan, len(order))

    def model(trained: Trained) -> TrainedModel:
        return TrainedModel(
            architecture.for_inference(),
            trained.weights,
            trained.code_size,
            trained.state,
        )

    trained = train(
        architecture,
        TrainingData(fields, order, weight, held_out, val),
        ProgramSettings(
            batch_size,
            optimizer_config(parameters.optimizer),
            worth_compiling(
                parameters.jit_compile, architecture, settings.epochs * n_steps
            ),
        ),
        settings,
        start=start,
        departure=None if departure is start else departure,
        informed=informed,
        rng=rng,
        seed=progress.seed,
        complete=previous is not None,
        go_on=go_on,
        keep_state=parameters.warm_start or plan.one_epoch,
        progress=progress,
        watchers=Watchers(
            callbacks,
            int(parameters.verbose),
            begin=lambda: tasks.begin(settings.epochs),
            begin_epoch=tasks.epoch_begin,
            end_epoch=lambda trained: tasks.epoch_end(
                lambda: {"_model": model(trained())}
            ),
        ),
    )
    had_a_choice = previous is None and trained.start_weights is not None
    if plan.reconstructs and had_a_choice and not trained.kept_start:
        first = trained._replace(weights=trained.start_weights)
        judges = _held_out_rows(fields, held_out, val)
        if not _is_clearly_better(model(trained), model(first), judges):
            trained = trained.at_start()
    seconds = [now - began for now in trained.progress["seconds"]]
    attributes: dict[str, Any] = {
        "progress_": {**trained.progress, "seconds": seconds},
        "kept_initialization_": trained.kept_start,
    }
    found = model(trained)
    if plan.linear_code is not None and not plan.one_epoch:
        turned = _turn(found, plan.linear_code, fields, weight, summary)
        if turned is not None:
            if found.state is not None:  # which belongs to the codes as they were
                found.state["weights"] = found.weights
            found = turned.model
            ratio = turned.explained_variance_ratio
            attributes["explained_variance_ratio_"] = ratio
    return Fitted(found, trained.history, trained.n_epochs, callbacks, attributes)


def _turn(model: TrainedModel, *arguments) -> Turned | None:
    """What `turn_codes` makes of the model; an error where codes are not finite."""
    try:
        with one_blas_thread(), np.errstate(all="ignore"):
            turned = turn_codes(model, *arguments)
    except np.linalg.LinAlgError:  # of infinity or NaN
        finite = False
    else:
        finite = turned is None or all_finite(turned.model.weights.values())
    if not finite:
        raise FloatingPointError(
            "Training diverged: codes or reconstructions of some rows are infinite or "
            "NaN. Lower learning_rate, or look for values far out in the data."
        )
    return turned


def _weigh(n_rows: int, sample_weight):
    """The rows to use, and weights with mean 1 over them."""
    order = np.arange(n_rows)
    if sample_weight is None:
        return order, None
    # A row of weight 0 must not even take a place in a mini-batch.
    order = np.flatnonzero(sample_weight)
    if len(order) == 0:
        raise ValueError("sample_weight is zero for all rows: nothing to learn from.")
    return order, sample_weight / sample_weight[order].mean(dtype=np.float64)


def _look(architecture: Architecture, fields, weight=None) -> Summary:
    """See every value once, before any training; the moments of what is compared."""
    summaries = {
        name: rows.summarize(weight if name in ("data", "target") else None)
        for name, rows in fields.items()
        if rows.dtype.kind == "f"
    }
    summary = summaries.get("target", summaries["data"])
    architecture.reconstruction_loss().check(summary)
    return summary


def _check_same_network(old: Architecture, new: Architecture) -> None:
    changes = old.changes(new.for_inference())
    if changes:
        raise ValueError(
            f"Training cannot go on after a change of {', '.join(changes)}: that is "
            "another network. Set warm_start=False, or fit a clone."
        )


def _go_on(previous: TrainedModel, one_epoch: bool):
    """Weights to go on from, and the state that belongs to them."""
    state = previous.state or {}
    if "weights" not in state:
        return previous.weights, previous.state
    if one_epoch:  # the codes stay where they are, and the optimizer begins anew
        return previous.weights, None
    return state["weights"], state


def _held_out_rows(fields, held_out, val) -> dict[str, np.ndarray]:
    """Some of the rows that training did not see, or of all where there are none."""
    if val is not None:
        return some_rows(val, None, _JUDGES)
    weight = None
    if held_out is not None:
        weight = np.zeros(len(fields["data"]), dtype=bool)
        weight[held_out] = True
    return some_rows(fields, weight, _JUDGES)


def _is_clearly_better(
    model: TrainedModel, other: TrainedModel, rows: Mapping[str, np.ndarray]
) -> bool:
    """Whether a model reconstructs rows better than another, and not by luck."""
    margin = margin_of_luck(len(rows["data"]))
    return _error(model, rows) < (1 - margin) * _error(other, rows)


def _error(model: TrainedModel, rows: Mapping[str, np.ndarray]) -> float:
    """Sum of the squared errors of reconstructions, in the units of the data."""
    loss = model.architecture.reconstruction_loss()
    target = loss.comparable(rows.get("target", rows["data"]))
    return float(np.nansum(np.square(model.run("autoencoder", rows) - target)))


def _without(weight, held_out, rows: Rows) -> np.ndarray | None:
    """Weights with which the first weights do not know the rows that judge them.

    Of many rows, a tenth more or less makes no difference that is worth a copy.
    """
    if held_out is None or len(rows) >= MANY_ROWS:
        return weight
    weight = np.ones(len(rows), dtype=np.float32) if weight is None else weight.copy()
    weight[held_out] = 0
    return weight


def _split(order, fraction: float, rng):
    """Rows to train on and rows to validate on; no validation for very few rows."""
    if len(order) < _LEAST_ROWS_TO_SPLIT:
        return order, None
    n_held_out = max(1, round(fraction * len(order)))
    if n_held_out == len(order):
        raise ValueError(
            f"validation_fraction={fraction} leaves none of the {len(order)} rows to "
            "train on."
        )
    order = rng.permutation(order)
    return order[n_held_out:], order[:n_held_out]


def _settle(parameters, plan: Plan, n_train: int) -> tuple[int, int, FitSettings]:
    """Batch size, steps per epoch and the settings, with "auto" decided."""
    batch_size, n_steps, patience = settle_sizes(parameters, n_train)
    epochs = 1 if plan.one_epoch else plan.epochs
    if is_auto(epochs):
        epochs = settle_epochs(parameters, plan.architecture, n_steps, n_train)
    schedule = "constant" if plan.one_epoch else parameters.learning_rate_schedule
    settings = FitSettings(
        epochs=epochs,
        learning_rate=settle_rate(parameters, plan.architecture, n_train),
        learning_rate_schedule=schedule,
        shuffle=bool(parameters.shuffle),
        early_stopping=bool(parameters.early_stopping) and not plan.one_epoch,
        n_iter_no_change=patience,
        tol=float(parameters.tol),
        strengths=plan.strengths,
    )
    return batch_size, n_steps, settings


def _copy_callbacks(callbacks) -> tuple[list, Checkpoint | None]:
    """Copies of Keras' callbacks, and our own one."""
    callbacks = list(callbacks or ())
    checkpoints = [c for c in callbacks if isinstance(c, Checkpoint)]
    callbacks = [c for c in callbacks if not isinstance(c, Checkpoint)]
    if len(checkpoints) > 1:
        raise ValueError(f"One Checkpoint is enough; got {len(checkpoints)}.")
    for callback in callbacks:
        is_class = isinstance(callback, type)
        if is_class or not hasattr(callback, "on_epoch_end"):
            advice = f" Write {callback.__name__}(...)." if is_class else ""
            raise ValueError(
                "callbacks must be keras.callbacks.Callback instances or a "
                f"skae.Checkpoint; got {callback!r}.{advice}"
            )
    return copy.deepcopy(callbacks), checkpoints[0] if checkpoints else None
