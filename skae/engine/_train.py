"""The function `train`, used by fits, layer-wise training and fine-tuning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from skae.data import Rows
from skae.engine._baseline import Baseline
from skae.engine._batches import BatchSource
from skae.engine._cache import Buildable, borrowed_program
from skae.engine._checkpoint import CheckpointState
from skae.engine._divergence import all_finite, divergence_error
from skae.engine._loop import Selection, TrainingRun
from skae.engine._settings import FitSettings, ProgramSettings


@dataclass(frozen=True)
class TrainingData:
    """Data for training and validation.

    Parameters
    ----------
    fields : dict of Rows
        "data" and the other fields of the architecture; all have been read before.

    order : ndarray of int
        Indices of the training rows.

    weight : ndarray, default=None
        Sample weights with mean 1 over `order`; None means 1 everywhere.

    held_out : ndarray of int, default=None
        Indices of further rows of `fields`, for validation.

    val : dict of Rows, default=None
        Separate validation data.
    """

    fields: Mapping[str, Rows]
    order: np.ndarray
    weight: np.ndarray | None = None
    held_out: np.ndarray | None = None
    val: Mapping[str, Rows] | None = None

    def without(self, held_out: np.ndarray, order: np.ndarray) -> "TrainingData":
        """Copy with the rows `held_out` for validation, and `order` for training."""
        return replace(self, order=order, held_out=held_out)


@dataclass(frozen=True)
class Observers:
    """Callbacks and functions that are called around training and its epochs.

    `end_epoch` gets a function that returns the result of training so far, and returns
    whether to stop.
    """

    callbacks: list = field(default_factory=list)
    verbose: int = 0
    begin: Callable[[], None] = lambda: None
    begin_epoch: Callable[[], None] = lambda: None
    end_epoch: Callable[[Callable[[], "TrainingResult"]], bool] = lambda trained: False


class TrainingResult(NamedTuple):
    """Weights, history and optimizer state after training."""

    weights: dict[str, np.ndarray]
    code_size: int
    history: dict[str, list[float]]
    n_epochs: int
    state: dict[str, Any] | None
    progress: dict[str, list[float]]
    kept_baseline: bool


def train(
    architecture: Buildable,
    data: TrainingData,
    program_settings: ProgramSettings,
    settings: FitSettings,
    baseline: Baseline,
    *,
    rng: np.random.Generator,
    seed: int,
    go_on: Mapping[str, Any] | None = None,
    keep_state: bool = False,
    progress: CheckpointState | None = None,
    observers: Observers | None = None,
) -> TrainingResult:
    """Train a network of `architecture`, with a program that this fit does not share.

    Parameters
    ----------
    architecture : Buildable

    data : TrainingData

    program_settings : ProgramSettings

    settings : FitSettings

    baseline : Baseline
        The weights that training has to beat, and those with which it begins.

    rng : Generator
        Shuffles the rows.

    seed : int
        Seed of weights, dropout and noise.

    go_on : dict, default=None
        The `state` of the training to continue.

    keep_state : bool, default=False
        Whether to return such a state.

    progress : CheckpointState, default=None
        State to resume from after a crash, and to which progress is written.

    observers : Observers, default=None
        Callbacks and functions that are called around training and its epochs.

    Returns
    -------
    trained : TrainingResult

    Raises
    ------
    FloatingPointError
        Training diverged, and there are no good weights to keep.
    """
    observers = observers or Observers()
    begin_with = baseline.initial_weights and baseline.initial_weights(baseline.weights)
    with borrowed_program(architecture, program_settings) as program:
        initial_weights = None
        if begin_with is not None:
            initial_weights = program.first_weights(seed, begin_with)
        program.reset(seed, baseline.weights, complete=baseline.complete)
        baseline = baseline.completed(program.get_weights())
        if go_on is not None:
            rng.bit_generator.state = go_on["rng"]
            # Another optimizer begins with a new state.
            if go_on["optimizer"] == program.optimizer_id:
                program.set_state(go_on["variables"])
        training, validation = _parts(data, program)

        def trained(run=None):
            history, n_epochs = (run.history, run.n_epochs) if run else ({}, 0)
            progress, kept = (run.progress, run.kept_baseline) if run else ({}, False)
            weights, size = program.get_weights(), program.graph.code_size
            return TrainingResult(
                weights, size, history, n_epochs, None, progress, kept
            )

        observers.begin()
        run = TrainingRun(
            program,
            settings,
            observers.callbacks,
            -(-len(data.order) // program_settings.batch_size),
            verbose=observers.verbose,
            begin_epoch=observers.begin_epoch,
            end_epoch=lambda: observers.end_epoch(trained),
            state=progress,
        )
        run.run(training, validation, rng, baseline, initial_weights)
        found = trained(run)
        _check_finite(found.weights.values(), "the weights", program)
        if not keep_state or run.diverged:  # the next fit has a new optimizer state
            return found
        variables = program.get_state()
        _check_finite(variables, "the optimizer's variables", program)
        state = {"variables": variables, "optimizer": program.optimizer_id}
        return found._replace(state=state | {"rng": rng.bit_generator.state})


def _check_finite(arrays, name: str, program) -> None:
    if not all_finite(arrays):
        what = f"After the last steps some of {name} are infinite or NaN"
        raise divergence_error(what, program.learning_rate)


def _parts(data: TrainingData, program) -> tuple[Selection, Selection | None]:
    batch_size = program.settings.batch_size
    source = BatchSource(data.fields, batch_size, program.put, data.weight)
    validation = None
    if data.held_out is not None and len(data.held_out):
        validation = Selection(source, data.held_out)
    if data.val is not None:
        rows = np.arange(len(data.val["data"]))
        validation = Selection(BatchSource(data.val, batch_size, program.put), rows)
    return Selection(source, data.order), validation
