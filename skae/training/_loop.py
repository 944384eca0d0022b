"""Epochs: shuffling, validation, history, stopping."""

import math
import time
import warnings
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from skae.losses import RECONSTRUCTION
from skae.training._blocks import Feed
from skae.training._checkpoint import FitState
from skae.training._settings import FitSettings
from skae.training._stopping import BestWeights, margin_of_luck

# Ctrl-C and the progress bar wait for the end of a call.
_STEPS_PER_CALL = 128
# Of fewer held-out rows than this, those of one fit may all be better by luck.
_FEW_ROWS = 30


class Selection(NamedTuple):
    """Some rows of a feed: those to train on, or those to validate on."""

    feed: Feed
    order: np.ndarray


class TrainingRun:
    """One fit of one program that has been reset for it.

    After `run`, the program has the weights to keep, and `history` a list of values
    per term of the loss. `progress` has the time, and the reconstruction loss of the
    weights that would be kept, before the first epoch and after each. `start_weights`
    are the first candidate, if there was a choice; `kept_start`: whether it won.

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

    state : FitState, default=None
        Where to go on, and where to write how far training is.
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
        state: FitState | None = None,
    ):
        from skae.training._callbacks import Callbacks

        self._program, self._settings = program, settings
        self._begin_epoch, self._end_epoch = begin_epoch, end_epoch
        self._state = state or FitState()
        self._callbacks = Callbacks(
            callbacks, program, epochs=settings.epochs, n_steps=n_steps, verbose=verbose
        )
        self.history: dict[str, list[float]] = {}
        self.progress: dict[str, list[float]] = {"seconds": [], "loss": []}
        self.kept_start = False
        self.start_weights: dict[str, np.ndarray] | None = None

    @property
    def n_epochs(self) -> int:
        """Number of epochs completed."""
        return len(self.history.get("loss", ()))

    def run(
        self,
        training: Selection,
        validation: Selection | None,
        rng: np.random.Generator,
        departure: Mapping[str, np.ndarray] | None = None,
        informed: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        """Train for as many epochs as the settings and the callbacks allow.

        Training begins with the weights of the program, or with `departure`; those of
        the program are a candidate in any case, which is kept as `informed` has it.
        """
        best = None
        if self._settings.early_stopping:
            best = self._best_weights(validation)
        self._callbacks.train_begin()
        try:
            self._epochs(training, validation, rng, best, departure, informed)
            self._state.end()
        except KeyboardInterrupt:
            warnings.warn(
                f"Training was interrupted in epoch {self.n_epochs + 1}; the model "
                "trained so far is kept.",
                stacklevel=4,
            )
        weights = None if best is None else best.choose()
        if weights is not None:
            self._program.set_weights(weights)
            self.kept_start, self.start_weights = best.prefers_start, best.start_weights
        last = {name: values[-1] for name, values in self.history.items()}
        self._callbacks.train_end(self.n_epochs, last)

    def _best_weights(self, validation: Selection | None) -> BestWeights:
        settings = self._settings
        margin = 0.0 if validation is None else margin_of_luck(len(validation.order))
        return BestWeights(settings.tol, settings.n_iter_no_change, margin)

    def _epochs(self, training, validation, rng, best, departure, informed) -> None:
        settings, program = self._settings, self._program
        if best is not None:
            # What training starts from may already be the best, PCA for example.
            watched = training if validation is None else validation
            evaluated = self._evaluate(watched)
            best.update(0, evaluated["loss"], program.get_weights)
            self._note(evaluated)
            if informed is not None:
                best.inform(informed, self._bar(informed, watched))
        if departure is not None:
            program.set_weights(departure)
        n_done = self._state.restore(program, rng, best, self.history)
        if best is not None and n_done and best.exhausted(n_done):
            return  # killed between its last epoch and its end
        kept = evaluated if best is not None else {}
        for epoch in range(n_done + 1, settings.epochs + 1):
            self._begin_epoch()
            logs = self._train_epoch(epoch, training, rng)
            if validation is not None:
                evaluated = self._evaluate(validation)
                logs |= {f"val_{name}": value for name, value in evaluated.items()}
            for name, value in logs.items():
                self.history.setdefault(name, []).append(value)
            if best is not None:
                loss = logs.get("val_loss", logs["loss"])
                best.update(epoch, loss, program.get_weights)
                if best.epoch == epoch and not best.prefers_start:
                    kept = {k.removeprefix("val_"): v for k, v in logs.items()}
                self._note(kept)
            self._state.epoch_end(epoch, program, rng, best, self.history)
            # Both are asked, whatever the first one says.
            stop = self._callbacks.epoch_end(epoch, logs) | self._end_epoch()
            if stop or (best is not None and best.exhausted(epoch)):
                break

    def _bar(self, informed, part: Selection) -> float:
        """Loss of what knows the rows; of many rows it tells who has the outliers."""
        if len(part.order) >= _FEW_ROWS:
            return math.inf
        before = self._program.get_weights()
        self._program.set_weights(informed)
        loss = self._evaluate(part)["loss"]
        self._program.set_weights(before)
        return loss

    def _note(self, logs: Mapping[str, float]) -> None:
        self.progress["seconds"].append(time.perf_counter())
        self.progress["loss"].append(logs.get(RECONSTRUCTION, logs["loss"]))

    def _train_epoch(self, epoch, part: Selection, rng) -> dict[str, float]:
        program, settings, callbacks = self._program, self._settings, self._callbacks
        if settings.learning_rate_schedule != "constant" or epoch == 1:
            # Otherwise the rate is left alone: a callback may have changed it.
            program.set_learning_rate(settings.learning_rate_at(epoch))
        program.set_strengths(settings.strengths(epoch))
        callbacks.epoch_begin(epoch)
        order = rng.permutation(part.order) if settings.shuffle else part.order
        size = 1 if callbacks.every_step else _STEPS_PER_CALL
        sums, mass, n_done = 0.0, 0.0, 0
        for block in part.feed.blocks(order, epoch):
            for start in range(0, block.n_steps, size):
                stop = min(start + size, block.n_steps)
                callbacks.steps_begin(n_done)
                sums = sums + program.train(block, start, stop)
                mass += float(block.weight[start:stop].sum())
                n_done += stop - start
                logs = self._logs(sums, mass)
                self._check_finite(logs["loss"], epoch)
                callbacks.steps_end(epoch, n_done, logs)
        return logs

    def _evaluate(self, part: Selection) -> dict[str, float]:
        # With the final strengths, so that epochs of a warm-up can be compared.
        self._program.set_strengths(self._settings.strengths(math.inf))
        sums, mass = 0.0, 0.0
        for block in part.feed.blocks(part.order):
            sums = sums + self._program.evaluate(block)
            mass += float(block.weight.sum())
        return self._logs(sums, mass)

    def _logs(self, sums, mass) -> dict[str, float]:
        values = (float(value) for value in sums / mass)
        return dict(zip(self._program.graph.term_names, values, strict=True))

    def _check_finite(self, loss: float, epoch: int) -> None:
        if not math.isfinite(loss):
            rate = self._settings.learning_rate_at(epoch)
            raise FloatingPointError(
                f"The training loss became {loss} in epoch {epoch}, at a learning rate "
                f"of {rate:g}. Lower learning_rate (to {rate / 10:g}, say), weaken the "
                "penalties, or scale the data; the estimator is not fitted."
            )
