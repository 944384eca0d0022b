"""When to stop, and which weights to keep."""

import math

import numpy as np
from scipy.special import stdtrit

from skae.engine._divergence import all_finite

# Of many rows: share of the baseline's loss, times the root of their number.
_LUCK = 0.4


def margin_of_luck(n_rows: int) -> float:
    """Share of the baseline's loss by which the best of many epochs is better by luck.

    For few held-out rows it is wider, as Student's distribution is than the normal one.
    """
    wider = stdtrit(max(1, n_rows - 1), 0.975) / stdtrit(math.inf, 0.975)
    return float(_LUCK * wider / math.sqrt(n_rows))


class BestWeights:
    """Keeps the weights of the best epoch; says when patience is at its end.

    Parameters
    ----------
    tol : float
        An epoch is better when its loss is below the best one by more than this
        share of it.

    patience : int
        Epochs without a better one after which to stop.

    margin : float
        The baseline is left only for a loss that is below its own by more than this
        share of it.
    """

    def __init__(self, tol: float, patience: int, margin: float = 0.0):
        self._tol, self._patience, self._margin = tol, patience, margin
        self.loss, self.epoch = np.inf, 0
        self.weights: dict[str, np.ndarray] | None = None
        self.baseline_loss: float | None = None
        # Not to be left for more than this either, whatever the margin.
        self.bar = np.inf

    def update(self, epoch: int, loss: float, get_weights) -> bool:
        """Take note of the loss, a number, after an epoch, counted from 1.

        Returns False for weights that are not finite: they are never the best.
        """
        if loss < self.loss - self._tol * abs(self.loss) or self.weights is None:
            weights = get_weights()
            if not all_finite(weights.values()):
                return False
            self.loss, self.epoch, self.weights = loss, epoch, weights
        return True

    def losses(self) -> dict:
        """Losses of the best epoch and of the baseline; None where there is none."""
        return {
            "epoch": self.epoch,
            "loss": None if self.weights is None else self.loss,
            "start": self.baseline_loss,
        }

    def restore(self, losses: dict, weights) -> None:
        """Go on from what `losses` and `weights` were."""
        self.epoch, self.weights = losses["epoch"], weights
        self.loss = np.inf if losses["loss"] is None else losses["loss"]
        self.baseline_loss = losses["start"]

    def exhausted(self, epoch: int) -> bool:
        """Whether `patience` epochs have passed since the best one."""
        return epoch - self.epoch >= self._patience

    @property
    def prefers_baseline(self) -> bool:
        """Whether no loss so far was clearly below that of the baseline."""
        if self.weights is None:
            return True
        loss = self.baseline_loss
        return self.loss >= min(loss - self._margin * abs(loss), self.bar)
