"""What a fit shows: nothing, a bar on a terminal, plain lines in a log."""

import io
import re
import sys

import keras
import numpy as np
import pytest

from skae import Autoencoder, SparseAutoencoder
from skae.training import _progress

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
    assert "12/12" in last and " - loss: " in last and " - val_loss: " in last


def test_the_bar_is_full_when_training_ends_early(monkeypatch):
    text = printed(monkeypatch, 1, Terminal(), callbacks=[Stop()])
    assert "4/4" in text.split("\r")[-1]


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
