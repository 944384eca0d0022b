"""What a fit shows: nothing, a bar on a terminal, plain lines in a log."""

import io
import os
import re
import sys
from types import ModuleType

import keras
import numpy as np
import pytest

from skae import Autoencoder, SparseAutoencoder
from skae.engine import _progress

X = np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32)
SMALL = {"hidden_layer_sizes": (), "batch_size": 16, "random_state": 0}


class Terminal(io.StringIO):
    """An output that can be drawn again."""

    def isatty(self):
        return True


class Stop(keras.callbacks.Callback):
    """Ends training after one epoch."""

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = True


def printed(monkeypatch, verbose, output=None, model=Autoencoder, **params):
    """What a fit writes to `output`."""
    output = io.StringIO() if output is None else output
    monkeypatch.setattr(sys, "stdout", output)
    model(2, verbose=verbose, **{"epochs": 3, **SMALL, **params}).fit(X)
    monkeypatch.undo()
    return output.getvalue()


@pytest.mark.parametrize("output", [io.StringIO, Terminal])
def test_nothing_by_default(monkeypatch, output):
    assert printed(monkeypatch, 0, output()) == ""


def test_a_bar_on_a_terminal(monkeypatch):
    text = printed(monkeypatch, 1, Terminal())
    assert "\r" in text and text.endswith("\n")
    last = text.split("\r")[-1]
    assert "epoch 3/3 [####################]" in last
    assert " - loss: " in last and " - val_loss: " in last


def test_the_bar_is_full_when_training_ends_early(monkeypatch):
    text = printed(monkeypatch, 1, Terminal(), callbacks=[Stop()])
    assert "epoch 1/3 [####################]" in text.split("\r")[-1]


def test_the_bar_counts_epochs_and_fits_the_line(monkeypatch):
    size = os.terminal_size((40, 24))
    monkeypatch.setattr(_progress.shutil, "get_terminal_size", lambda: size)
    monkeypatch.setattr(_progress, "_SECONDS_PER_DRAWING", 0.0)
    drawn = printed(monkeypatch, 1, Terminal()).rstrip("\n").split("\r")[1:]
    assert max(map(len, drawn)) == 39
    found = [re.match(r"epoch (\d)/3 \[(#*)\.*\] 0:00:0", text) for text in drawn]
    assert [int(match[1]) for match in found] == sorted(int(m[1]) for m in found)
    assert [len(match[2]) for match in found] == sorted(len(m[2]) for m in found)
    assert {match[1] for match in found} == {"1", "2", "3"}


def test_a_shorter_line_leaves_nothing_of_a_longer_one(monkeypatch):
    output = Terminal()
    monkeypatch.setattr(sys, "stdout", output)
    line = _progress.OnTerminal()
    line.draw("longer", last=False)
    line.draw("short", last=True)
    assert output.getvalue() == "\rlonger\rshort \n"


def test_a_notebook_keeps_one_line(monkeypatch):
    """An executed notebook has what it was shown last, without control characters."""
    outputs = []

    class Handle:
        def update(self, output, raw):
            outputs[-1] = output

    def display(output, raw, display_id):
        outputs.append(output)
        return Handle()

    class OutStream(io.StringIO):
        """Where a notebook's `print` goes."""

    OutStream.__module__ = "ipykernel.iostream"
    modules = {"IPython": ModuleType("IPython"), "IPython.display": ModuleType("d")}
    modules["IPython.display"].display = display
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    assert printed(monkeypatch, 1, OutStream()) == ""
    ((kind, text),) = outputs[0].items()
    assert len(outputs) == 1 and kind == "text/plain"
    assert text.startswith("epoch 3/3 [####################] 0:00:0")
    assert not re.search(r"[^\x20-\x7e]", text)
    # What a notebook's user sends elsewhere goes there.
    assert printed(monkeypatch, 1).startswith("epoch 3/3 - loss: ")


@pytest.mark.parametrize("verbose", [1, 2])
def test_no_control_characters_in_a_log(monkeypatch, verbose):
    text = printed(monkeypatch, verbose)
    assert not re.search(r"[^\x20-\x7e\n]", text)
    pattern = r"epoch 3/3 - loss: \d\.\d{4} - val_loss: \d\.\d{4} - 0:00:\d\d, 0:00:00 "
    assert re.match(pattern, text.splitlines()[-1])
    # A quick fit is one line; verbose=2 is a line per epoch.
    assert len(text.splitlines()) == (1 if verbose == 1 else 3)


def test_a_long_fit_has_a_line_now_and_then(monkeypatch):
    clock = iter(range(0, 10000, 2))  # each look at the clock takes two seconds
    monkeypatch.setattr(_progress.time, "monotonic", lambda: next(clock))
    lines = _progress.make_progress(1, epochs=10, n_steps=4)
    output = io.StringIO()
    monkeypatch.setattr(sys, "stdout", output)
    logs = {"loss": 0.5, "reconstruction_loss": 0.5}
    for epoch in range(1, 4):
        for step in range(1, 5):
            lines.steps_end(epoch, step, logs)
        lines.epoch_end(epoch, logs)
    lines.train_end(3, logs)
    monkeypatch.undo()
    assert output.getvalue().splitlines() == [
        "epoch 1/10, step 3/4 - loss: 0.5000 - 0:00:08, 0:01:39 left",
        "epoch 2/10, step 2/4 - loss: 0.5000 - 0:00:16, 0:01:31 left",
        "epoch 3/10, step 1/4 - loss: 0.5000 - 0:00:24, 0:01:23 left",
        "epoch 3/10 - loss: 0.5000 - 0:00:32, 0:01:15 left",
    ]


def test_parts_of_the_loss_are_shown_where_there_are_some(monkeypatch):
    text = printed(monkeypatch, 2, model=SparseAutoencoder, penalty="l1")
    assert " - reconstruction_loss: " in text and " - sparsity" in text
