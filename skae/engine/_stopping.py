"""Early stopping, and the choice of the weights to keep."""

import math

import numpy as np
from scipy.special import stdtrit

from skae.engine._divergence import all_finite

# The margin for many rows, times the square root of their number.
_LUCK = 0.4


def margin_of_luck(n_rows: int) -> float:
    """Relative margin by which the loss of the best of many epochs is lower by chance.

    It is a share of the loss of the baseline. For few held-out rows it is wider, by the
    ratio of the quantiles of Student's t and the normal distribution.
    """
    wider = stdtrit(max(1, n_rows - 1), 0.975) / stdtrit(math.inf, 0.975)
    return float(_LUCK * wider / math.sqrt(n_rows))


class BestWeights:
    """Weights of the best epoch, and the criterion of early stopping.

    Parameters
    ----------
    tol : float
        Relative tolerance: an epoch is better if its loss is below the best loss by
        more than this share of it.

    patience : int
        Number of epochs without improvement after which to stop.

    margin : float, default=0.0
        Relative margin: the weights of an epoch replace the baseline only if their
        loss is below that of the baseline by more than this share of it.
    """

    def __init__(self, tol: float, patience: int, margin: float = 0.0):
        self._tol, self._patience, self._margin = tol, patience, margin
        self.loss, self.epoch = np.inf, 0
        self.weights: dict[str, np.ndarray] | None = None
        self.baseline_loss: float | None = None
        # Upper limit of the loss that beats the baseline, whatever the margin.
        self.bar = np.inf

    def update(self, epoch: int, loss: float, get_weights) -> bool:
        """Record the loss, a number, after an epoch, counted from 1.

        Returns False if the weights of a better epoch are not finite: they are not
        kept.
        """
        if loss < self.loss - self._tol * abs(self.loss) or self.weights is None:
            weights = get_weights()
            if not all_finite(weights.values()):
                return False
            self.loss, self.epoch, self.weights = loss, epoch, weights
        return True

    def losses(self) -> dict:
        """The best epoch, its loss and that of the baseline; None if there is none."""
        return {
            "epoch": self.epoch,
            "loss": None if self.weights is None else self.loss,
            "start": self.baseline_loss,
        }

    def restore(self, losses: dict, weights) -> None:
        """Restore the state from `losses()` and the weights of the best epoch."""
        self.epoch, self.weights = losses["epoch"], weights
        self.loss = np.inf if losses["loss"] is None else losses["loss"]
        self.baseline_loss = losses["start"]

    def exhausted(self, epoch: int) -> bool:
        """Whether `patience` epochs have passed since the best one."""
        return epoch - self.epoch >= self._patience

    @property
    def prefers_baseline(self) -> bool:
        """Whether no loss so far was below that of the baseline by the margin."""
        if self.weights is None:
            return True
        loss = self.baseline_loss
        return self.loss >= min(loss - self._margin * abs(loss), self.bar)
