"""How long and in which steps to train: "auto", decided by the number of rows."""

import math

from skae.architectures import MANY_ROWS, is_auto

# Below so many steps, compiling with XLA takes longer than it saves.
_STEPS_WORTH_COMPILING = 500
_RATE, _RATE_OF_MANY_ROWS = 2e-3, 3e-3


def auto_batch_size(n_samples: int) -> int:
    """The power of two next below ``n_samples / 16``, from 16 to 256."""
    return min(256, max(16, 1 << (n_samples // 16).bit_length() >> 1))


def auto_epochs(n_steps_per_epoch: int) -> int:
    """Epochs that make about 2700 steps; at least 12, at most 500."""
    return min(500, max(12, math.ceil(2700 / n_steps_per_epoch)))


def auto_patience(n_steps_per_epoch: int) -> int:
    """Epochs that make about 750 steps; at least 10."""
    return max(10, math.ceil(750 / n_steps_per_epoch))


def settle_rate(parameters, n_train: int) -> float:
    """The learning rate, with "auto" decided: many rows have little time each."""
    rate = parameters.learning_rate
    if is_auto(rate):
        rate = _RATE_OF_MANY_ROWS if n_train >= MANY_ROWS else _RATE
    return float(rate)


def settle_sizes(parameters, n_train: int) -> tuple[int, int, int]:
    """Batch size, steps per epoch and patience, with "auto" decided."""
    batch_size, patience = parameters.batch_size, parameters.n_iter_no_change
    if is_auto(batch_size):
        batch_size = auto_batch_size(n_train)
    n_steps = math.ceil(n_train / batch_size)
    if is_auto(patience):
        patience = auto_patience(n_steps)
    return batch_size, n_steps, patience


def worth_compiling(jit_compile, architecture, n_steps: int) -> bool:
    """`jit_compile`, with "auto" decided by the family and the number of steps."""
    if is_auto(jit_compile):
        return architecture.jit_worthwhile and n_steps >= _STEPS_WORTH_COMPILING
    return bool(jit_compile)
