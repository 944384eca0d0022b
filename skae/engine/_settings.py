"""Settings of a program and of a fit."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class ProgramSettings(NamedTuple):
    """What determines a program beside its graph. Hashable apart from the config."""

    batch_size: int
    optimizer: dict
    jit_compile: bool


@dataclass(frozen=True)
class FitSettings:
    """How to train; nothing here changes the program.

    `strengths` maps an epoch, from 1 to infinity, to the weights of the penalties.
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
        """Learning rate of an epoch, from 1: constant, or half a cosine to zero."""
        if self.learning_rate_schedule == "constant":
            return self.learning_rate
        progress = (epoch - 1) / self.epochs
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))
