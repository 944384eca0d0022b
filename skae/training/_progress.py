"""What a fit shows while it runs: nothing, a bar, or lines."""

import sys
import time
from collections.abc import Mapping
from datetime import timedelta

# A plain log gets a line as often as somebody who watches it would look.
_SECONDS_PER_LINE = 5.0


def make_progress(verbose: int, epochs: int, n_steps: int):
    """Progress of `epochs` epochs of `n_steps` steps, as `verbose` has it.

    Parameters
    ----------
    verbose : {0, 1, 2}
        Nothing; a bar where the output can be drawn again, else a line now and then; a
        line per epoch.

    epochs, n_steps : int
        Number of epochs, and of steps in each.
    """
    if verbose == 0:
        return Progress()
    if verbose == 1 and _can_redraw():
        return Bar(epochs, n_steps)
    return Lines(epochs, n_steps, 0.0 if verbose == 2 else _SECONDS_PER_LINE)


def _can_redraw() -> bool:
    return sys.stdout.isatty() or "ipykernel" in sys.modules


def _shown(logs: Mapping[str, float]) -> dict[str, float]:
    """Without penalties, the total is the whole story."""
    if logs and logs["loss"] == logs["reconstruction_loss"]:
        return {name: v for name, v in logs.items() if name in ("loss", "val_loss")}
    return dict(logs)


class Progress:
    """Shows nothing."""

    def steps_end(self, epoch: int, n_done: int, logs: Mapping[str, float]) -> None:
        """`n_done` steps of the epoch, counted from 1, are done."""

    def epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Epoch `epoch` is done."""

    def train_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Training has ended, after `epoch` epochs."""


class Bar(Progress):
    """Keras' progress bar: one for all epochs; hundreds would hide the loss."""

    def __init__(self, epochs: int, n_steps: int):
        import keras

        self._n_steps = n_steps
        self._bar = keras.utils.Progbar(epochs * n_steps)

    def steps_end(self, epoch, n_done, logs):
        """Draw the bar."""
        if n_done < self._n_steps:
            self._draw((epoch - 1) * self._n_steps + n_done, logs)

    def epoch_end(self, epoch, logs):
        """Draw the bar."""
        self._draw(epoch * self._n_steps, logs)

    def train_end(self, epoch, logs):
        """Draw the full bar, also when training ended early."""
        self._bar.target = max(1, epoch * self._n_steps)
        self._draw(self._bar.target, logs, last=True)

    def _draw(self, n_done, logs, last=False):
        # Values of now; Keras would average those of all steps.
        self._bar.stateful_metrics.update(logs)
        self._bar.update(n_done, list(_shown(logs).items()), finalize=last)


class Lines(Progress):
    """Plain lines, with the time that is left."""

    def __init__(self, epochs: int, n_steps: int, seconds_per_line: float):
        self._epochs, self._n_steps = epochs, n_steps
        self._seconds_per_line = seconds_per_line
        self._begin = self._last_time = time.monotonic()
        self._last_epoch = 0

    def steps_end(self, epoch, n_done, logs):
        """Print a line if the last one is long ago, in the middle of an epoch too."""
        if self._seconds_per_line and n_done < self._n_steps and self._due():
            place = f"epoch {epoch}/{self._epochs}, step {n_done}/{self._n_steps}"
            self._print(place, (epoch - 1) + n_done / self._n_steps, logs)

    def epoch_end(self, epoch, logs):
        """Print a line if the last one is long enough ago."""
        if self._due():
            self._last_epoch = epoch
            self._print(f"epoch {epoch}/{self._epochs}", epoch, logs)

    def train_end(self, epoch, logs):
        """Print the last epoch's line, if that was not yet done."""
        if epoch > self._last_epoch:
            self._print(f"epoch {epoch}/{self._epochs}", self._epochs, logs)

    def _due(self) -> bool:
        return time.monotonic() - self._last_time >= self._seconds_per_line

    def _print(self, place: str, epochs_done: float, logs) -> None:
        self._last_time = time.monotonic()
        gone = self._last_time - self._begin
        left = gone / epochs_done * (self._epochs - epochs_done)
        values = "".join(f" - {name}: {v:.4f}" for name, v in _shown(logs).items())
        print(f"{place}{values} - {_time(gone)}, {_time(left)} left", flush=True)


def _time(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
