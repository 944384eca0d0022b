"""One way to train: fits, layers of a stack and fine-tuning come by here."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from skae.data._rows import Rows
from skae.training._blocks import Feed
from skae.training._cache import Buildable, borrowed_program
from skae.training._checkpoint import FitState
from skae.training._divergence import all_finite, divergence_error
from skae.training._loop import Selection, TrainingRun
from skae.training._settings import FitSettings, ProgramSettings


@dataclass(frozen=True)
class TrainingData:
    """What to train on, and what to validate on.

    Parameters
    ----------
    fields : dict of Rows
        "data" and the other fields of the architecture; all have been read before.

    order : ndarray of int
        The rows to train on.

    weight : ndarray, default=None
        Sample weights with mean 1 over `order`; None means 1 everywhere.

    held_out : ndarray of int, default=None
        Further rows of `fields`, to validate on.

    val : dict of Rows, default=None
        Other data to validate on.
    """

    fields: Mapping[str, Rows]
    order: np.ndarray
    weight: np.ndarray | None = None
    held_out: np.ndarray | None = None
    val: Mapping[str, Rows] | None = None


@dataclass(frozen=True)
class Watchers:
    """Who is told of the epochs.

    `end_epoch` gets a function that returns the weights so far, and returns whether to
    stop.
    """

    callbacks: list = field(default_factory=list)
    verbose: int = 0
    begin: Callable[[], None] = lambda: None
    begin_epoch: Callable[[], None] = lambda: None
    end_epoch: Callable[[Callable[[], "Trained"]], bool] = lambda trained: False


class Trained(NamedTuple):
    """What training leaves behind."""

    weights: dict[str, np.ndarray]
    code_size: int
    history: dict[str, list[float]]
    n_epochs: int
    state: dict[str, Any] | None
    progress: dict[str, list[float]]
    kept_start: bool
    start_weights: dict[str, np.ndarray] | None
    informed_weights: Callable[[], dict[str, np.ndarray]] | None

    def at_start(self) -> "Trained":
        """The same, had the first candidate been kept."""
        progress = dict(self.progress)
        progress["loss"] = progress["loss"][:1] * len(progress["loss"])
        informed = self.informed_weights
        weights = self.start_weights if informed is None else informed()
        return self._replace(weights=weights, kept_start=True, progress=progress)


def train(
    architecture: Buildable,
    data: TrainingData,
    program_settings: ProgramSettings,
    settings: FitSettings,
    *,
    start: Mapping[str, np.ndarray],
    departure: Mapping[str, np.ndarray] | None = None,
    informed: Callable[[], Mapping[str, np.ndarray]] | None = None,
    rng: np.random.Generator,
    seed: int,
    complete: bool = False,
    go_on: Mapping[str, Any] | None = None,
    keep_state: bool = False,
    progress: FitState | None = None,
    watchers: Watchers | None = None,
) -> Trained:
    """Train a network of `architecture`, in a program that no other fit uses meanwhile.

    Parameters
    ----------
    architecture : Buildable

    data : TrainingData

    program_settings : ProgramSettings

    settings : FitSettings

    start : dict of ndarray
        First weights, by name; `seed` decides on all others.

    departure : dict of ndarray, default=None
        Those with which training begins, if others: `start` is then only the first
        candidate for the weights to keep.

    informed : callable, default=None
        Returns `start` as it is to be kept, if it may know more than the rows held out
        allow: asked only where it is.

    rng : Generator
        Shuffles the rows.

    seed : int
        Decides on weights, dropout and noise.

    complete : bool, default=False
        Whether `start` must have all weights: those of a fit that is to go on.

    go_on : dict, default=None
        The `state` of training that is to go on.

    keep_state : bool, default=False
        Whether to return such a state.

    progress : FitState, default=None
        Where to go on after a crash, and where to write how far training is.

    watchers : Watchers, default=None

    Returns
    -------
    trained : Trained

    Raises
    ------
    FloatingPointError
        Training diverged, and there is nothing good to keep.
    """
    watchers = watchers or Watchers()
    with borrowed_program(architecture, program_settings) as program:
        departed = None
        if departure is not None:
            departed = program.first_weights(seed, departure)
        program.reset(seed, start, complete=complete)
        if informed is not None:
            informed = _completed(informed, program.get_weights())
        if go_on is not None:
            rng.bit_generator.state = go_on["rng"]
            # Another optimizer begins anew.
            if go_on["optimizer"] == program.optimizer_id:
                program.set_state(go_on["variables"])
        training, validation = _parts(data, program)

        def trained(run=None):
            history, n_epochs = (run.history, run.n_epochs) if run else ({}, 0)
            weights, size = program.get_weights(), program.graph.code_size
            progress, kept = (run.progress, run.kept_start) if run else ({}, False)
            start = run.start_weights if run else None
            return Trained(
                weights,
                size,
                history,
                n_epochs,
                None,
                progress,
                kept,
                start,
                informed,
            )

        watchers.begin()
        run = TrainingRun(
            program,
            settings,
            watchers.callbacks,
            -(-len(data.order) // program_settings.batch_size),
            verbose=watchers.verbose,
            begin_epoch=watchers.begin_epoch,
            end_epoch=lambda: watchers.end_epoch(trained),
            state=progress,
        )
        run.run(training, validation, rng, departed, informed)
        found = trained(run)
        _check_finite(found.weights.values(), "the weights", program)
        if not keep_state or run.diverged:  # the optimizer begins anew
            return found
        variables = program.get_state()
        _check_finite(variables, "the optimizer's variables", program)
        state = {"variables": variables, "optimizer": program.optimizer_id}
        return found._replace(state=state | {"rng": rng.bit_generator.state})


def _completed(some: Callable, weights: Mapping[str, np.ndarray]) -> Callable:
    """`some` weights where it has them, those of `weights` for all others; once."""

    @functools.cache
    def complete():
        own = some()
        return {
            name: np.array(np.broadcast_to(own.get(name, w), w.shape), dtype=w.dtype)
            for name, w in weights.items()
        }

    return complete


def _check_finite(arrays, name: str, program) -> None:
    if not all_finite(arrays):
        what = f"After the last steps some of {name} are infinite or NaN"
        raise divergence_error(what, program.learning_rate)


def _parts(data: TrainingData, program) -> tuple[Selection, Selection | None]:
    batch_size = program.settings.batch_size
    feed = Feed(data.fields, batch_size, program.put, data.weight)
    validation = None
    if data.held_out is not None and len(data.held_out):
        validation = Selection(feed, data.held_out)
    if data.val is not None:
        rows = np.arange(len(data.val["data"]))
        validation = Selection(Feed(data.val, batch_size, program.put), rows)
    return Selection(feed, data.order), validation
