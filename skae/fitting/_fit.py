"""From checked rows to a trained model: the order of things in a fit."""

import copy
import hashlib
import math

import numpy as np

from skae.data._rows import Pairs, Rows, Summary
from skae.estimator._tasks import EpochTasks
from skae.fitting._model import TrainedModel, make_blueprint
from skae.training import (
    Checkpoint,
    Feed,
    FitSettings,
    FitState,
    Part,
    ProgramSettings,
    TrainingRun,
    borrowed_program,
    draw_seed,
    optimizer_config,
)

# Fewer rows than this are all trained on: a tenth of them would say nothing.
_LEAST_ROWS_TO_SPLIT = 10
# Below so many steps, compiling with XLA takes longer than it saves.
_STEPS_WORTH_COMPILING = 500


def auto_batch_size(n_samples: int) -> int:
    """The power of two next below ``n_samples / 16``, from 16 to 256."""
    return min(256, max(16, 1 << (n_samples // 16).bit_length() >> 1))


def auto_epochs(n_steps_per_epoch: int) -> int:
    """Epochs that make about 3000 steps; at least 15, at most 500."""
    return min(500, max(15, math.ceil(3000 / n_steps_per_epoch)))


def auto_patience(n_steps_per_epoch: int) -> int:
    """Epochs that make about 750 steps; at least 10."""
    return max(10, math.ceil(750 / n_steps_per_epoch))


def fit_model(
    estimator,
    rows: Rows,
    sample_weight: np.ndarray | None,
    val: Rows | None,
    tasks: EpochTasks,
    *,
    continuing: bool,
    one_epoch: bool,
) -> None:
    """Train `estimator` on `rows`, and set its fitted attributes at the very end.

    `continuing` goes on from the present weights, `one_epoch` is `partial_fit`.
    """
    order, weight = _weigh(rows, sample_weight)
    summary = _summarize(estimator, rows, val, weight)
    spec = _make_spec(estimator, rows, val)
    sample_shape = rows.sample_shape[1:] if spec._paired else rows.sample_shape
    blueprint = make_blueprint(spec, sample_shape)
    previous = estimator._model if continuing else None
    callbacks, checkpoint = _copy_callbacks(estimator.callbacks)
    fit = ""
    if checkpoint is not None:
        fit = _fit_id(estimator, rows, val, weight, summary, previous)
    progress = FitState(checkpoint, fit, lambda: draw_seed(estimator.random_state))
    seed = progress.seed
    rng = np.random.default_rng(seed)
    if previous is None:
        loss = estimator._reconstruction_loss()
        start = loss.start(estimator._scaling(summary))
        start |= estimator._start(rows, summary, weight, rng)
    else:
        _check_same_graph(previous, spec)
        start = previous.weights
    held_out = None
    if estimator.early_stopping and val is None and not one_epoch:
        order, held_out = _split(order, estimator.validation_fraction, rng)

    batch_size, n_steps, settings = _settle(estimator, len(order), one_epoch)
    program_settings = ProgramSettings(
        batch_size=batch_size,
        optimizer=optimizer_config(estimator.optimizer),
        jit_compile=worth_compiling(estimator, settings.epochs * n_steps),
    )
    with borrowed_program(blueprint, program_settings) as program:
        program.reset(seed, start)
        if previous is not None and previous.state is not None:
            rng.bit_generator.state = previous.state["rng"]
            # Another optimizer begins anew.
            if previous.state["optimizer"] == program.optimizer_id:
                program.set_state(previous.state["variables"])
        feed = Feed(rows, batch_size, program.put, weight)
        validation = None if held_out is None else Part(feed, held_out)
        if val is not None:
            validation = Part(Feed(val, batch_size, program.put), np.arange(len(val)))

        def trained(state=None):
            weights, n_codes = program.get_weights(), program.graph.code_size
            return TrainedModel(
                _inference_spec(spec), sample_shape, weights, n_codes, state
            )

        tasks.begin(settings.epochs)
        run = TrainingRun(
            program,
            settings,
            callbacks,
            n_steps,
            verbose=int(estimator.verbose),
            begin_epoch=tasks.epoch_begin,
            end_epoch=lambda: tasks.epoch_end(lambda: {"_model": trained()}),
            state=progress,
        )
        run.run(Part(feed, order), validation, rng)
        state = None
        if estimator.warm_start or one_epoch:
            state = {
                "variables": program.get_state(),
                "optimizer": program.optimizer_id,
                "rng": rng.bit_generator.state,
            }
        model = trained(state)

    if previous is None:
        estimator.history_, estimator.n_iter_ = {}, 0
    estimator._model = model
    _extend(estimator.history_, run.history, estimator.n_iter_, run.n_epochs)
    estimator.n_iter_ += run.n_epochs
    estimator.callbacks_ = callbacks


def _weigh(rows: Rows, sample_weight):
    """The rows to use, and weights with mean 1 over them."""
    order = np.arange(len(rows))
    if sample_weight is None:
        return order, None
    # A row of weight 0 must not even take a place in a mini-batch.
    order = np.flatnonzero(sample_weight)
    if len(order) == 0:
        raise ValueError("sample_weight is zero for all rows: nothing to learn from.")
    return order, sample_weight / sample_weight[order].mean(dtype=np.float64)


def _summarize(estimator, rows: Rows, val: Rows | None, weight) -> Summary:
    """Look at every value once, before any training."""
    loss = estimator._reconstruction_loss()
    summary = rows.summarize(weight)
    loss.check(summary)
    if val is not None:
        loss.check(val.summarize())
    return summary


def _make_spec(estimator, rows: Rows | Pairs, val: Rows | Pairs | None):
    """A copy of `estimator` with nothing but what determines its graph.

    A hook that reads another parameter while the graph is built fails here, and not
    by a program that silently keeps the first value.
    """
    spec = object.__new__(type(estimator))
    vars(spec).update(copy.deepcopy(dict(estimator._graph_parameters())))
    spec._paired = isinstance(rows, Pairs)
    spec._padded = rows.padded or (val is not None and val.padded)
    return spec


def _inference_spec(spec):
    """`spec` for data that may be padded, whatever the training data were."""
    if not spec._takes_padding:
        return spec
    spec = copy.copy(spec)
    spec._padded = True
    return spec


def _check_same_graph(previous: TrainedModel, spec) -> None:
    old, new = vars(previous.spec), vars(spec)
    changed = [
        f"{name.replace('_paired', 'training with targets')} from {old[name]!r} to "
        f"{new[name]!r}"
        for name in new
        # Which penalties and masks there are makes another loss, but the same network.
        if name not in ("_penalty_names", "_padded")
        and repr(old[name]) != repr(new[name])
    ]
    if changed:
        raise ValueError(
            f"Training cannot go on after a change of {', '.join(changed)}: that is "
            "another network. Set warm_start=False, or fit a clone."
        )


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


def settle_sizes(estimator, n_train: int) -> tuple[int, int, int]:
    """Batch size, steps per epoch and patience, with "auto" decided."""
    batch_size, patience = estimator.batch_size, estimator.n_iter_no_change
    if batch_size == "auto":
        batch_size = auto_batch_size(n_train)
    n_steps = math.ceil(n_train / batch_size)
    if patience == "auto":
        patience = auto_patience(n_steps)
    return batch_size, n_steps, patience


def _settle(estimator, n_train: int, one_epoch: bool) -> tuple[int, int, FitSettings]:
    """Batch size, steps per epoch and the settings, with "auto" decided."""
    batch_size, n_steps, patience = settle_sizes(estimator, n_train)
    epochs = 1 if one_epoch else estimator._largest_epochs()
    if epochs == "auto":
        epochs = auto_epochs(n_steps)
    schedule = "constant" if one_epoch else estimator.learning_rate_schedule
    n_before = getattr(estimator, "n_iter_", 0)
    settings = FitSettings(
        epochs=epochs,
        learning_rate=float(estimator.learning_rate),
        learning_rate_schedule=schedule,
        shuffle=bool(estimator.shuffle),
        early_stopping=bool(estimator.early_stopping) and not one_epoch,
        n_iter_no_change=patience,
        tol=float(estimator.tol),
        strengths=lambda epoch: estimator._penalty_strengths(n_before + epoch),
    )
    return batch_size, n_steps, settings


def _extend(history: dict[str, list], new: dict[str, list], n_old: int, n_new: int):
    """Append to all series; NaN stands where an epoch did not have one."""
    for name in history | new:
        values = history.setdefault(name, [math.nan] * n_old)
        values.extend(new.get(name, [math.nan] * n_new))


def worth_compiling(estimator, n_steps: int) -> bool:
    """`jit_compile`, with "auto" decided by the family and the number of steps."""
    if estimator.jit_compile == "auto":
        return estimator._jit_worthwhile and n_steps >= _STEPS_WORTH_COMPILING
    return bool(estimator.jit_compile)


def _copy_callbacks(callbacks) -> tuple[list, Checkpoint | None]:
    """Copies of Keras' callbacks, and our own one."""
    callbacks = list(callbacks or ())
    checkpoints = [c for c in callbacks if isinstance(c, Checkpoint)]
    callbacks = [c for c in callbacks if not isinstance(c, Checkpoint)]
    if len(checkpoints) > 1:
        raise ValueError(f"One Checkpoint is enough; got {len(checkpoints)}.")
    for callback in callbacks:
        if not hasattr(callback, "on_epoch_end"):
            raise ValueError(
                "callbacks must be keras.callbacks.Callback instances or a "
                f"skae.Checkpoint; got {callback!r}."
            )
    return copy.deepcopy(callbacks), checkpoints[0] if checkpoints else None


def _fit_id(estimator, rows, val, weight, summary, previous) -> str:
    """Equal for fits that a checkpoint may connect: same data, same parameters."""
    import keras

    digest = hashlib.sha256(f"{keras.version()} {keras.backend.backend()}".encode())
    parameters = estimator.get_params() | {"callbacks": None, "verbose": 0}
    texts = [f"{name}={_text(value)}" for name, value in sorted(parameters.items())]
    sizes = (rows.sample_shape, len(rows), 0 if val is None else len(val))
    digest.update(repr((type(estimator).__name__, texts, sizes)).encode())
    arrays = [weight, *summary] if weight is not None else [*summary]
    if previous is not None:
        arrays += previous.weights.values()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _text(value) -> str:
    """`value` as text that is the same in the next process."""
    if isinstance(value, np.random.RandomState):
        return "RandomState"
    if hasattr(value, "get_config"):
        # Keras counts the names of its objects up.
        config = {k: v for k, v in value.get_config().items() if k != "name"}
        return f"{type(value).__qualname__}({config})"
    return getattr(value, "__qualname__", repr(value))
