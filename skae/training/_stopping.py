"""When to stop, and which weights to keep."""

import math
from collections.abc import Callable

import numpy as np
from scipy.special import stdtrit

from skae.training._divergence import all_finite

# Of many rows: share of the starting loss, times the root of their number.
_LUCK = 0.4


def margin_of_luck(n_rows: int) -> float:
    """Share of the starting loss by which the best of many epochs is better by luck.

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
        The start is left only for a loss that is below its own by more than this
        share of it.
    """

    def __init__(self, tol: float, patience: int, margin: float = 0.0):
        self._tol, self._patience, self._margin = tol, patience, margin
        self.loss, self.epoch = np.inf, 0
        self.weights: dict[str, np.ndarray] | None = None
        self._start: tuple[float, dict[str, np.ndarray]] | None = None
        self._bar = np.inf
        self._informed: Callable[[], dict[str, np.ndarray]] | None = None

    def update(self, epoch: int, loss: float, get_weights) -> bool:
        """Take note of the loss, a number, after `epoch` epochs; 0 is the start.

        Returns False for weights that are not finite: they are never the best.
        """
        if epoch == 0:
            self._start = loss, get_weights()
        elif loss < self.loss - self._tol * abs(self.loss) or self.weights is None:
            weights = get_weights()
            if not all_finite(weights.values()):
                return False
            self.loss, self.epoch, self.weights = loss, epoch, weights
        return True

    def inform(self, get_weights, loss: float) -> None:
        """The start as it would be kept: made with the rows that judge, too.

        Its loss flatters it, so that to be worse is no gain; infinity is no bar.
        """
        self._informed, self._bar = get_weights, loss

    def losses(self) -> dict:
        """Losses of the best epoch and of the start; None where there is none."""
        return {
            "epoch": self.epoch,
            "loss": None if self.weights is None else self.loss,
            "start": self._start[0],
        }

    @property
    def start_weights(self) -> dict[str, np.ndarray]:
        """The weights of the start, as it was judged."""
        return self._start[1]

    def restore(self, losses: dict, weights, start_weights) -> None:
        """Go on from what `losses`, `weights` and `start_weights` were."""
        self.epoch, self.weights = losses["epoch"], weights
        self.loss = np.inf if losses["loss"] is None else losses["loss"]
        self._start = losses["start"], start_weights

    def exhausted(self, epoch: int) -> bool:
        """Whether `patience` epochs have passed since the best one."""
        return epoch - self.epoch >= self._patience

    def choose(self) -> dict[str, np.ndarray] | None:
        """The best weights, or those of the start where nothing was clearly better.

        None when training was interrupted before it began.
        """
        if self._start is None:
            return None
        if not self.prefers_start:
            return self.weights
        return self.start_weights if self._informed is None else self._informed()

    @property
    def prefers_start(self) -> bool:
        """Whether nothing so far was clearly better than the start."""
        if self.weights is None:
            return True
        loss = self._start[0]
        return self.loss >= min(loss - self._margin * abs(loss), self._bar)
