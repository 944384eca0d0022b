"""Display of the progress of a fit: nothing, a bar, or lines."""

import shutil
import sys
import time
from collections.abc import Mapping
from datetime import timedelta

# Minimum time between two lines of a plain log.
_SECONDS_PER_LINE = 5.0
# Minimum time between two drawings of a bar.
_SECONDS_PER_DRAWING = 0.1
_BAR_LENGTH = 20


def make_progress(verbose: int, epochs: int, n_steps: int):
    """Make the progress display of `epochs` epochs of `n_steps` steps.

    Parameters
    ----------
    verbose : {0, 1, 2}
        0: nothing. 1: a bar on terminals and in notebooks, else a line every 5
        seconds. 2: a line per epoch.

    epochs, n_steps : int
        Number of epochs, and of steps in each.
    """
    if verbose == 0:
        return Progress()
    if verbose == 1 and sys.stdout.isatty():
        return Bar(epochs, n_steps, OnTerminal())
    if verbose == 1 and _is_notebook():
        return Bar(epochs, n_steps, InNotebook())
    return Lines(epochs, n_steps, 0.0 if verbose == 2 else _SECONDS_PER_LINE)


def _is_notebook() -> bool:
    """Whether the standard output is that of a notebook, and not redirected."""
    return type(sys.stdout).__module__.startswith("ipykernel.")


def _shown(logs: Mapping[str, float]) -> str:
    """Text of the losses; without penalties, the total loss only."""
    if logs and logs["loss"] == logs["reconstruction_loss"]:
        logs = {name: v for name, v in logs.items() if name in ("loss", "val_loss")}
    return "".join(f" - {name}: {value:.4f}" for name, value in logs.items())


class OnTerminal:
    """A line of a terminal that is overwritten."""

    def __init__(self):
        self._output, self._length = sys.stdout, 0

    def draw(self, text: str, last: bool) -> None:
        """Replace the previous text by `text`; the `last` one ends the line."""
        # A longer line would wrap, and only its last part would be overwritten.
        text = text[: shutil.get_terminal_size().columns - 1]
        self._output.write("\r" + text.ljust(self._length) + ("\n" if last else ""))
        self._output.flush()
        self._length = len(text)


class InNotebook:
    """An output of a notebook that is replaced.

    The notebook keeps the last text, without control characters: an executed notebook
    and a page that nbconvert makes of it have one line.
    """

    def __init__(self):
        self._handle = None

    def draw(self, text: str, last: bool) -> None:
        """Show `text` instead of the previous text."""
        from IPython.display import display

        output = {"text/plain": text}
        if self._handle is None:
            self._handle = display(output, raw=True, display_id=True)
        else:
            self._handle.update(output, raw=True)


class Progress:
    """Progress display that shows nothing."""

    def steps_end(self, epoch: int, n_done: int, logs: Mapping[str, float]) -> None:
        """`n_done` steps of the epoch, counted from 1, are done."""

    def epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Epoch `epoch` is done."""

    def train_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Training has ended, after `epoch` epochs."""


class Bar(Progress):
    """One bar for all epochs, with their number, the losses and the remaining time.

    Parameters
    ----------
    epochs, n_steps : int
        Number of epochs, and of steps in each.

    place : OnTerminal or InNotebook
        Where it is drawn.
    """

    def __init__(self, epochs: int, n_steps: int, place: OnTerminal | InNotebook):
        self._epochs, self._n_steps, self._place = epochs, n_steps, place
        self._begin = time.monotonic()
        self._last_time = -float("inf")

    def steps_end(self, epoch, n_done, logs):
        """Draw the bar within an epoch."""
        if n_done < self._n_steps:
            self._draw(epoch, epoch - 1 + n_done / self._n_steps, logs)

    def epoch_end(self, epoch, logs):
        """Draw the bar."""
        self._draw(epoch, epoch, logs)

    def train_end(self, epoch, logs):
        """Draw the full bar, also when training ended early."""
        self._draw(epoch, self._epochs, logs, last=True)

    def _draw(self, epoch: int, epochs_done: float, logs, last: bool = False) -> None:
        now = time.monotonic()
        if not last and now - self._last_time < _SECONDS_PER_DRAWING:
            return
        self._last_time = now
        full = round(_BAR_LENGTH * epochs_done / self._epochs)
        bar = "#" * full + "." * (_BAR_LENGTH - full)
        gone = now - self._begin
        left = _left(gone, epochs_done, self._epochs)
        when = _time(gone) if last else f"{_time(left)} left"
        # Losses come last: there may be too many of them for a line.
        text = f"epoch {epoch}/{self._epochs} [{bar}] {when}{_shown(logs)}"
        self._place.draw(text, last)


class Lines(Progress):
    """Plain lines, with the remaining time."""

    def __init__(self, epochs: int, n_steps: int, seconds_per_line: float):
        self._epochs, self._n_steps = epochs, n_steps
        self._seconds_per_line = seconds_per_line
        self._begin = self._last_time = time.monotonic()
        self._last_epoch = 0

    def steps_end(self, epoch, n_done, logs):
        """Print a line within an epoch if the last one is old enough."""
        if self._seconds_per_line and n_done < self._n_steps and self._due():
            place = f"epoch {epoch}/{self._epochs}, step {n_done}/{self._n_steps}"
            self._print(place, (epoch - 1) + n_done / self._n_steps, logs)

    def epoch_end(self, epoch, logs):
        """Print a line if the last one is old enough."""
        if self._due():
            self._last_epoch = epoch
            self._print(f"epoch {epoch}/{self._epochs}", epoch, logs)

    def train_end(self, epoch, logs):
        """Print the line of the last epoch, unless it was printed."""
        if epoch > self._last_epoch:
            self._print(f"epoch {epoch}/{self._epochs}", self._epochs, logs)

    def _due(self) -> bool:
        return time.monotonic() - self._last_time >= self._seconds_per_line

    def _print(self, place: str, epochs_done: float, logs) -> None:
        self._last_time = time.monotonic()
        gone = self._last_time - self._begin
        left = _left(gone, epochs_done, self._epochs)
        times = f"{_time(gone)}, {_time(left)} left"
        print(f"{place}{_shown(logs)} - {times}", flush=True)


def _left(gone: float, epochs_done: float, epochs: int) -> float:
    return gone / epochs_done * (epochs - epochs_done)


def _time(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
