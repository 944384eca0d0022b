"""The training loop: epochs, shuffling, validation, history, early stopping."""

import math
import time
import warnings
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skae._callers import level_of_user
from skae.engine._baseline import Baseline, Weights
from skae.engine._batches import BatchSource
from skae.engine._callbacks import Callbacks
from skae.engine._checkpoint import CheckpointState
from skae.engine._divergence import divergence_error, divergence_warning, has_diverged
from skae.engine._settings import FitSettings
from skae.engine._stopping import BestWeights, margin_of_luck
from skae.losses import RECONSTRUCTION

# An upper limit, since Ctrl-C and the progress bar wait for the end of a call.
_STEPS_PER_CALL = 128
# With fewer held-out rows than this, all of them may be reconstructed better by chance.
_FEW_ROWS = 30


class Selection(NamedTuple):
    """Some rows of a batch source: for training or for validation."""

    source: BatchSource
    order: np.ndarray

    def batch(self) -> "Selection":
        """A selection as large as a mini-batch, evenly spaced from first to last."""
        size = min(self.source.batch_size, len(self.order))
        places = np.linspace(0, len(self.order) - 1, size).astype(np.intp)
        return Selection(self.source, self.order[places])


class TrainingRun:
    """One fit of one program that has been reset for it.

    After `run`, the program has the weights to keep, and `history` a list of values
    per term of the loss. `diverged` is True if training ended because an epoch after
    the first one diverged. `progress` has the time, and the reconstruction loss of the
    weights that would be kept, before the first epoch and after each. `kept_baseline`
    is True if training did not beat the baseline.

    Parameters
    ----------
    program : Program

    settings : FitSettings

    callbacks : list of keras.callbacks.Callback

    n_steps : int
        Steps of one epoch.

    verbose : {0, 1, 2}
        Silent, a progress bar, or a line per epoch.

    begin_epoch, end_epoch : callable
        Called around each epoch; training stops when `end_epoch` returns True.

    state : CheckpointState, default=None
        State to resume from, and to which progress is written.
    """

    def __init__(
        self,
        program,
        settings: FitSettings,
        callbacks: list,
        n_steps: int,
        verbose: int = 0,
        begin_epoch: Callable[[], None] = lambda: None,
        end_epoch: Callable[[], bool] = lambda: False,
        state: CheckpointState | None = None,
    ):
        self._program, self._settings = program, settings
        self._begin_epoch, self._end_epoch = begin_epoch, end_epoch
        self._state = state or CheckpointState()
        self._callbacks = Callbacks(
            callbacks, program, epochs=settings.epochs, n_steps=n_steps, verbose=verbose
        )
        self.history: dict[str, list[float]] = {}
        self.progress: dict[str, list[float]] = {"seconds": [], "loss": []}
        self.kept_baseline = self.diverged = False
        self._first_loss = 0.0

    @property
    def n_epochs(self) -> int:
        """Number of epochs completed."""
        return len(self.history.get("loss", ()))

    def run(
        self,
        training: Selection,
        validation: Selection | None,
        rng: np.random.Generator,
        baseline: Baseline,
        initial_weights: Weights | None = None,
    ) -> None:
        """Train for as many epochs as the settings and the callbacks allow.

        Training begins with the weights of the program, which are those of `baseline`,
        or with `initial_weights`. In either case the baseline is a candidate for the
        weights to keep.

        Raises
        ------
        FloatingPointError
            Training diverged, and there are no good weights to keep.
        """
        best = None
        if self._settings.early_stopping:
            best = self._best_weights(validation)
        self._callbacks.train_begin()
        try:
            evaluated = self._before(training, validation, best, baseline)
            if initial_weights is not None:
                self._program.set_weights(initial_weights)
            self._epochs(training, validation, rng, best, evaluated)
            self._state.end()
        except KeyboardInterrupt:
            warnings.warn(
                f"Training was interrupted in epoch {self.n_epochs + 1}; the model "
                "trained so far is kept.",
                stacklevel=level_of_user(),
            )
        if best is not None:
            self._keep_best(best, baseline)
        elif self.n_epochs:
            self._program.finalize()
        if self.n_epochs and not self._is_validated(validation):
            self._check_end(training)
        last = {name: values[-1] for name, values in self.history.items()}
        self._callbacks.train_end(self.n_epochs, last)

    def _keep_best(self, best: BestWeights, baseline: Baseline) -> None:
        if best.baseline_loss is None:  # interrupted before its evaluation
            return
        if best.weights is not None and has_diverged(best.loss, self._first_loss):
            raise self._error(f"No epoch had a loss below {best.loss:g}")
        self.kept_baseline = best.prefers_baseline
        if not self.kept_baseline and not baseline.is_beaten_by(best.weights):
            self.kept_baseline = True
            losses = self.progress["loss"]
            losses[:] = losses[:1] * len(losses)
        kept = baseline.to_keep() if self.kept_baseline else best.weights
        self._program.set_weights(kept)

    def _check_end(self, training: Selection) -> None:
        """Raise if the last steps diverged, for models without validation."""
        # For rows that change per epoch, the last epoch's are in memory already.
        found = self._evaluate(training.batch(), self.n_epochs)["loss"]
        if has_diverged(found, self._first_loss):
            raise self._error(f"After the last steps the loss is {found:g}")

    def _best_weights(self, validation: Selection | None) -> BestWeights:
        settings = self._settings
        margin = 0.0 if validation is None else margin_of_luck(len(validation.order))
        return BestWeights(settings.tol, settings.n_iter_no_change, margin)

    def _epochs(self, training, validation, rng, best, evaluated) -> None:
        settings, program = self._settings, self._program
        n_done = self._state.restore(program, rng, best, self.history)
        if best is not None and n_done and best.exhausted(n_done):
            return  # killed between its last epoch and its end
        kept = evaluated
        for epoch in range(n_done + 1, settings.epochs + 1):
            self._begin_epoch()
            logs = self._train_epoch(epoch, training, rng)
            with program.averaged():
                is_finite = self._validate(epoch, logs, validation, best)
            loss = logs.get("val_loss", logs["loss"])
            if not is_finite:
                self._end_early(epoch, loss, best)
                break
            for name, value in logs.items():
                self.history.setdefault(name, []).append(value)
            if best is not None:
                if best.epoch == epoch and not best.prefers_baseline:
                    kept = {k.removeprefix("val_"): v for k, v in logs.items()}
                self._note(kept)
            self._state.epoch_end(epoch, program, rng, best, self.history)
            # Both are called, whatever the first one returns.
            stop = self._callbacks.epoch_end(epoch, logs) | self._end_epoch()
            if stop or (best is not None and best.exhausted(epoch)):
                break

    def _validate(self, epoch: int, logs: dict[str, float], validation, best) -> bool:
        """Add validation losses to `logs`; returns whether all values are finite."""
        if not math.isfinite(logs["loss"]):
            return False
        if validation is not None:
            evaluated = self._evaluate(validation)
            logs |= {f"val_{name}": value for name, value in evaluated.items()}
        loss = logs.get("val_loss", logs["loss"])
        if best is None or not math.isfinite(loss):
            return math.isfinite(loss)
        return best.update(epoch, loss, self._program.get_weights)

    def _before(self, training, validation, best, baseline) -> dict[str, float]:
        """Evaluate the baseline."""
        evaluated: dict[str, float] = {}
        watched = training if validation is None else validation
        if best is not None:
            evaluated = self._evaluate(watched)
            best.baseline_loss = evaluated["loss"]
            self._note(evaluated)
            if baseline.refitted is not None:
                best.bar = self._loss_of_refitted(baseline, watched)
        if self._is_validated(validation):
            self._first_loss = evaluated["loss"]
        elif self._settings.epochs:
            self._first_loss = self._evaluate(training.batch())["loss"]
        if not math.isfinite(self._first_loss):
            raise FloatingPointError(
                f"The loss is {self._first_loss} before the first step: look for "
                "values far out in the data, or in those to validate on."
            )
        return evaluated

    def _is_validated(self, validation) -> bool:
        """Whether the weights to keep are chosen on held-out rows."""
        return self._settings.early_stopping and validation is not None

    def _end_early(self, epoch: int, loss: float, best: BestWeights | None) -> None:
        """Warn that an epoch diverged; raise if there is no earlier one to keep."""
        part = "loss" if not math.isfinite(loss) else "weights"
        found = loss if part == "loss" else "infinite or NaN"
        rate = self._program.learning_rate
        what = f"The {part} became {found} in epoch {epoch}"
        what += f", at a learning rate of {rate:g}"
        if best is None or best.weights is None:
            raise self._error(what)
        self.diverged = True
        which = "those before training" if best.prefers_baseline else ""
        which = which or f"the weights after epoch {best.epoch}"
        message = divergence_warning(what, rate, which)
        warnings.warn(message, ConvergenceWarning, stacklevel=level_of_user())

    def _error(self, what: str) -> FloatingPointError:
        return divergence_error(what, self._program.learning_rate)

    def _loss_of_refitted(self, baseline: Baseline, part: Selection) -> float:
        """Loss on `part` of the baseline refitted to all rows, for few held-out rows.

        Training has to beat it as well. For many rows the difference depends mainly on
        which part has the outliers, so the bar is infinite.
        """
        if len(part.order) >= _FEW_ROWS:
            return math.inf
        self._program.set_weights(baseline.to_keep())
        loss = self._evaluate(part)["loss"]
        self._program.set_weights(baseline.weights)
        return loss

    def _note(self, logs: Mapping[str, float]) -> None:
        self.progress["seconds"].append(time.perf_counter())
        self.progress["loss"].append(logs.get(RECONSTRUCTION, logs["loss"]))

    def _train_epoch(self, epoch, part: Selection, rng) -> dict[str, float]:
        program, settings, callbacks = self._program, self._settings, self._callbacks
        if settings.learning_rate_schedule != "constant" or epoch == 1:
            # Otherwise it is not set again: a callback may have changed it.
            program.set_learning_rate(settings.learning_rate_at(epoch))
        program.set_loss_weights(settings.loss_weights(epoch))
        callbacks.epoch_begin(epoch)
        order = rng.permutation(part.order) if settings.shuffle else part.order
        size = 1 if callbacks.every_step else _STEPS_PER_CALL
        sums, mass, n_done = 0.0, 0.0, 0
        for block in part.source.blocks(order, epoch):
            for start in range(0, block.n_steps, size):
                stop = min(start + size, block.n_steps)
                callbacks.steps_begin(n_done)
                sums = sums + program.train(block, start, stop)
                mass += float(block.weight[start:stop].sum())
                n_done += stop - start
                logs = self._logs(sums, mass)
                if not math.isfinite(logs["loss"]):
                    return logs
                callbacks.steps_end(epoch, n_done, logs)
        return logs

    def _evaluate(self, part: Selection, epoch: int = 0) -> dict[str, float]:
        # With the final weights of the terms, so that epochs of a warm-up can be
        # compared.
        self._program.set_loss_weights(self._settings.loss_weights(math.inf))
        sums, mass = 0.0, 0.0
        for block in part.source.blocks(part.order, epoch):
            sums = sums + self._program.evaluate(block)
            mass += float(block.weight.sum())
        return self._logs(sums, mass)

    def _logs(self, sums, mass) -> dict[str, float]:
        values = (float(value) for value in sums / mass)
        return dict(zip(self._program.graph.term_names, values, strict=True))
