"""Training settings for "auto": epochs, batch size, patience, learning rate."""

import math

from skae.engine import FEW_VALUES, MANY_ROWS, NARROW_SIZES, FitSettings, is_auto
from skae.fitting._request import FitRequest

# Below this number of steps, compilation with XLA takes longer than it saves.
_STEPS_WORTH_COMPILING = 500
_ROWS_FOR_ALL_EPOCHS = 60000
_RATE, _RATE_OF_MANY_ROWS = 2e-3, 3e-3
# Mini-batches of 256 rows allow a higher learning rate, with which fewer steps are
# enough: half as many for most data. Narrow data need more steps, which are cheaper.
# Data of many columns lose .007 of the explained variance with half of the steps, and
# nothing with two thirds.
_ROWS_FOR_LARGE_STEPS, _LARGE_RATE = 4096, 4e-3
_VALUES_FOR_HALF_THE_STEPS = (FEW_VALUES + 1, 1024)


def auto_batch_size(n_samples: int) -> int:
    """The largest power of two up to ``n_samples / 16``, limited to 16 to 256."""
    return min(256, max(16, 1 << (n_samples // 16).bit_length() >> 1))


def auto_epochs(n_steps_per_epoch: int, n_samples: int = 0, factor: int = 1) -> int:
    """Number of epochs that make about 2700 steps; at least 12, at most 500.

    Above 60000 rows the lower bound decreases, so that the number of steps grows with
    the square root of the number of rows. `factor` multiplies all but the 500.
    """
    least = 12.0 * factor
    if n_samples > _ROWS_FOR_ALL_EPOCHS:
        least *= math.sqrt(_ROWS_FOR_ALL_EPOCHS / n_samples)
    n_epochs = max(2, least, factor * 2700 / n_steps_per_epoch)
    return min(500, math.ceil(n_epochs))


def takes_large_steps(parameters, architecture, n_train: int) -> bool:
    """Whether to take fewer steps at a higher learning rate, if all is "auto"."""
    names = ("hidden_layer_sizes", "learning_rate", "epochs", "batch_size")
    all_open = all(is_auto(getattr(parameters, name, None)) for name in names)
    is_some = _ROWS_FOR_LARGE_STEPS <= n_train < MANY_ROWS
    is_free = not any(getattr(parameters, name, 0) for name in ("l1", "l2"))
    return all_open and is_some and is_free and architecture.auto_training.large_steps


def resolve_epochs(parameters, architecture, n_steps: int, n_train: int) -> int:
    """Number of epochs of `n_steps` steps, for epochs="auto"."""
    if takes_large_steps(parameters, architecture, n_train):
        least, most = _VALUES_FOR_HALF_THE_STEPS
        share = 1 / 2 if least <= architecture.output_size <= most else 2 / 3
        return math.ceil(share * auto_epochs(n_steps, n_train))
    is_open = is_auto(getattr(parameters, "hidden_layer_sizes", None))
    values = architecture.values
    is_narrow = is_open and values["hidden_layer_sizes"] == NARROW_SIZES
    # Steps of a narrow network for many rows are cheap.
    factor = 2 if is_narrow and not values.get("nested") else 1
    n_epochs = auto_epochs(n_steps, n_train, factor)
    auto = architecture.auto_training
    return max(n_epochs, min(auto.min_epochs, math.ceil(auto.min_steps / n_steps)))


def auto_patience(n_steps_per_epoch: int) -> int:
    """Number of epochs that make about 750 steps; at least 10."""
    return max(10, math.ceil(750 / n_steps_per_epoch))


def resolve_learning_rate(parameters, architecture, n_train: int) -> float:
    """The learning rate, with "auto" resolved: it is higher for many rows."""
    rate = parameters.learning_rate
    if takes_large_steps(parameters, architecture, n_train):
        rate = _LARGE_RATE
    elif is_auto(rate):
        rate = _RATE_OF_MANY_ROWS if n_train >= MANY_ROWS else _RATE
    return float(rate)


def resolve_sizes(parameters, n_train: int) -> tuple[int, int, int]:
    """Batch size, steps per epoch and patience, with "auto" resolved."""
    batch_size, patience = parameters.batch_size, parameters.n_iter_no_change
    if is_auto(batch_size):
        batch_size = auto_batch_size(n_train)
    n_steps = math.ceil(n_train / batch_size)
    if is_auto(patience):
        patience = auto_patience(n_steps)
    return batch_size, n_steps, patience


def resolve_training(request: FitRequest, n_train: int) -> tuple[int, int, FitSettings]:
    """Batch size, steps per epoch and the settings, with "auto" resolved."""
    parameters, one_epoch = request.estimator, request.one_epoch
    batch_size, n_steps, patience = resolve_sizes(parameters, n_train)
    epochs = request.max_epochs
    if is_auto(epochs):
        epochs = resolve_epochs(parameters, request.architecture, n_steps, n_train)
    schedule = "constant" if one_epoch else parameters.learning_rate_schedule
    settings = FitSettings(
        epochs=epochs,
        learning_rate=resolve_learning_rate(parameters, request.architecture, n_train),
        learning_rate_schedule=schedule,
        shuffle=bool(parameters.shuffle),
        early_stopping=bool(parameters.early_stopping) and not one_epoch,
        n_iter_no_change=patience,
        tol=float(parameters.tol),
        loss_weights=lambda epoch: parameters._loss_weights(request.n_before + epoch),
    )
    return batch_size, n_steps, settings


def worth_compiling(jit_compile, architecture, n_steps: int) -> bool:
    """`jit_compile`, with "auto" resolved by the family and the number of steps."""
    if is_auto(jit_compile):
        return (
            architecture.auto_training.jit_compile and n_steps >= _STEPS_WORTH_COMPILING
        )
    return bool(jit_compile)
