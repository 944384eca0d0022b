"""When to stop, and which weights to keep."""

import numpy as np


class BestWeights:
    """Keeps the weights of the best epoch; says when patience is at its end.

    Parameters
    ----------
    tol : float
        An epoch is better when its loss is below the best one by more than this
        share of it.

    patience : int
        Epochs without a better one after which to stop.
    """

    def __init__(self, tol: float, patience: int):
        self._tol, self._patience = tol, patience
        self.loss, self.epoch = np.inf, 0
        self.weights: dict[str, np.ndarray] | None = None

    def update(self, epoch: int, loss: float, get_weights) -> None:
        """Take note of the loss after `epoch` epochs; 0 is the start."""
        if self.weights is None or loss < self.loss - self._tol * abs(self.loss):
            self.loss, self.epoch, self.weights = loss, epoch, get_weights()

    def exhausted(self, epoch: int) -> bool:
        """Whether `patience` epochs have passed since the best one."""
        return epoch - self.epoch >= self._patience
