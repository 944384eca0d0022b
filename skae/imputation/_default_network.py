"""Default networks of an imputer: their number, sizes and training steps.

Sizes and steps depend on the table.
"""

import math
from typing import NamedTuple

import numpy as np

from skae.engine import MANY_ROWS
from skae.fitting import resolve_sizes

_SOME_ROWS, _MANY_LEVELS = 2000, 128
_MIN_EPOCHS, _MAX_EPOCHS = 12, 250
# Most training steps times levels: steps with many levels take longer.
_MAX_WORK = 1e6
_WIDTHS, _CODE_SIZE = (64, 256), 64


class Effort(NamedTuple):
    """Amount of training for a table."""

    n_networks: int
    n_steps: int
    learning_rate: float | str


def effort(n_rows: int, n_levels: int) -> Effort:
    """Effort for a table: for large ones fewer networks, and fewer, larger steps.

    These impute as well: mini-batches are large there, and forests contribute.
    """
    if n_rows >= MANY_ROWS:
        return Effort(2, 2000, "auto")
    if n_rows >= _SOME_ROWS or n_levels >= _MANY_LEVELS:
        return Effort(2, 1200, 4e-3)
    return Effort(4, 6000, "auto")


def sized(network, n_rows: int, width: int, n_levels: int):
    """Set the sizes and epochs of an unfitted `network` for a table."""
    units = int(np.clip(math.ceil(4 * width / 32) * 32, *_WIDTHS))
    network.set_params(
        encoding_dim=_CODE_SIZE,
        hidden_layer_sizes=(units, units),
        init="random",
        dropout=0.1,
    )
    _, n_steps, _ = resolve_sizes(network, n_rows)
    _, steps, rate = effort(n_rows, n_levels)
    epochs = math.ceil(min(steps, _MAX_WORK / max(n_levels, 1)) / n_steps)
    epochs = int(np.clip(epochs, _MIN_EPOCHS, _MAX_EPOCHS))
    # Hidden values validate the blend: all rows can be used for training.
    return network.set_params(epochs=epochs, learning_rate=rate, early_stopping=False)
