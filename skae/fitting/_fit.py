"""The function `fit_model`, which runs the steps of a fit."""

import copy
import time
from typing import Any, NamedTuple

import numpy as np

from skae.data import Summary, one_blas_thread
from skae.engine import (
    Architecture,
    Baseline,
    Checkpoint,
    CheckpointState,
    Observers,
    ProgramSettings,
    TrainingData,
    TrainingResult,
    all_finite,
    draw_seed,
    optimizer_config,
    train,
)
from skae.fitting._baseline import baseline_of, state_to_go_on_from
from skae.fitting._identity import fit_identity
from skae.fitting._model import TrainedModel
from skae.fitting._request import FitRequest
from skae.fitting._rotation import RotatedCodes, rotate_codes
from skae.fitting._sizes import resolve_training, worth_compiling
from skae.fitting._split import split, summarize


class FitResult(NamedTuple):
    """Model, history and fitted attributes after a fit."""

    model: TrainedModel
    history: dict[str, list[float]]
    n_epochs: int
    callbacks: list
    attributes: dict[str, Any]


def fit_model(request: FitRequest) -> FitResult:
    """Fit a model: summarize data, split, find the baseline, train, rotate codes."""
    began = time.perf_counter()
    if request.previous is not None:
        _check_same_network(request.previous.architecture, request.architecture)
    data, summary = summarize(request)
    callbacks, progress = _callbacks(request, data)
    rng = np.random.default_rng(progress.seed)
    data = split(data, request, rng)
    baseline = baseline_of(request, data, summary, progress.seed, rng)
    trained = _train(request, data, baseline, callbacks, progress, rng)
    seconds = [now - began for now in trained.progress["seconds"]]
    attributes: dict[str, Any] = {
        "progress_": {**trained.progress, "seconds": seconds},
        "kept_initialization_": trained.kept_baseline,
    }
    model = _model(request.architecture, trained)
    rotated = None if request.one_epoch else _rotate(model, request, data, summary)
    if rotated is not None:
        if model.state is not None:  # the state belongs to the codes before rotation
            model.state["weights"] = model.weights
        model = rotated.model
        attributes["explained_variance_ratio_"] = rotated.explained_variance_ratio
    return FitResult(model, trained.history, trained.n_epochs, callbacks, attributes)


def _train(
    request: FitRequest,
    data: TrainingData,
    baseline: Baseline,
    callbacks: list,
    progress: CheckpointState,
    rng: np.random.Generator,
) -> TrainingResult:
    estimator, architecture, tasks = (
        request.estimator,
        request.architecture,
        request.tasks,
    )
    batch_size, n_steps, settings = resolve_training(request, len(data.order))
    jit_compile = worth_compiling(
        estimator.jit_compile, architecture, settings.epochs * n_steps
    )
    optimizer = optimizer_config(estimator.optimizer)
    return train(
        architecture,
        data,
        ProgramSettings(batch_size, optimizer, jit_compile),
        settings,
        baseline,
        rng=rng,
        seed=progress.seed,
        go_on=state_to_go_on_from(request),
        keep_state=estimator.warm_start or request.one_epoch,
        progress=progress,
        observers=Observers(
            callbacks,
            int(estimator.verbose),
            begin=lambda: tasks.begin(settings.epochs),
            begin_epoch=tasks.epoch_begin,
            end_epoch=lambda trained: tasks.epoch_end(
                lambda: {"_model": _model(architecture, trained())}
            ),
        ),
    )


def _model(architecture: Architecture, trained: TrainingResult) -> TrainedModel:
    return TrainedModel(
        architecture.for_inference(), trained.weights, trained.code_size, trained.state
    )


def _rotate(
    model: TrainedModel, request: FitRequest, data: TrainingData, summary: Summary
) -> RotatedCodes | None:
    """Rotate the codes of the model, if they are linear; else None."""
    linear = request.estimator._rotations_of(request.architecture)
    if linear is None:
        return None
    try:
        with one_blas_thread(), np.errstate(all="ignore"):
            rotated = rotate_codes(model, linear, data.fields, data.weight, summary)
    except np.linalg.LinAlgError:  # because of infinity or NaN
        finite = False
    else:
        finite = rotated is None or all_finite(rotated.model.weights.values())
    if not finite:
        raise FloatingPointError(
            "Training diverged: codes or reconstructions of some rows are infinite or "
            "NaN. Lower learning_rate, or look for values far out in the data."
        )
    return rotated


def _check_same_network(old: Architecture, new: Architecture) -> None:
    changes = old.changes(new.for_inference())
    if changes:
        raise ValueError(
            f"Training cannot go on after a change of {', '.join(changes)}: that is "
            "another network. Set warm_start=False, or fit a clone."
        )


def _callbacks(request: FitRequest, data: TrainingData) -> tuple[list, CheckpointState]:
    """Copies of Keras' callbacks, and the state of the `Checkpoint` among them."""
    estimator = request.estimator
    callbacks = list(estimator.callbacks or ())
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
    identity = ""
    if checkpoints:
        before = [] if request.previous is None else request.previous.weights.values()
        arrays = [*([] if data.weight is None else [data.weight]), *before]
        identity = fit_identity(estimator, (data.fields, data.val), arrays)
    progress = CheckpointState(
        checkpoints[0] if checkpoints else None,
        identity,
        lambda: draw_seed(estimator.random_state),
    )
    return copy.deepcopy(callbacks), progress
