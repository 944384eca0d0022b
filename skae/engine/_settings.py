"""Settings of a program and of a fit."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class ProgramSettings(NamedTuple):
    """Settings of a program beside its graph; hashable except for `optimizer`."""

    batch_size: int
    optimizer: dict
    jit_compile: bool


@dataclass(frozen=True)
class FitSettings:
    """Settings of a fit that do not affect the program.

    `loss_weights` maps an epoch, from 1 to infinity, to the weights of the terms of the
    loss.
    """

    epochs: int
    learning_rate: float
    learning_rate_schedule: str
    shuffle: bool
    early_stopping: bool
    n_iter_no_change: int
    tol: float
    loss_weights: Callable[[float], dict[str, float]]

    def learning_rate_at(self, epoch: int) -> float:
        """Learning rate of an epoch, from 1: constant, or cosine decay to zero."""
        if self.learning_rate_schedule == "constant":
            return self.learning_rate
        progress = (epoch - 1) / self.epochs
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))
