"""What a fit is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from skae.data import Rows
from skae.engine import Architecture
from skae.estimator import EpochTasks
from skae.fitting._model import TrainedModel


@dataclass(frozen=True)
class FitRequest:
    """The arguments of `fit`, after they were read and checked.

    Parameters
    ----------
    estimator : autoencoder
        Asked for its training parameters and by its hooks; no attribute is set.

    architecture : Architecture
        What determines the network.

    fields : dict of Rows
        "data" and what belongs to it.

    weight : ndarray, default=None
        Of each row.

    val : dict of Rows, default=None
        Other data to validate on.

    tasks : EpochTasks
        Who is told of the epochs.

    previous : TrainedModel, default=None
        What to go on from, after `n_before` epochs.

    one_epoch : bool, default=False
        Whether this is `partial_fit`.
    """

    estimator: Any
    architecture: Architecture
    fields: Mapping[str, Rows]
    weight: np.ndarray | None
    val: Mapping[str, Rows] | None
    tasks: EpochTasks
    previous: TrainedModel | None = None
    n_before: int = 0
    one_epoch: bool = False

    @property
    def max_epochs(self) -> int | str:
        """Largest number of epochs, or "auto"."""
        return 1 if self.one_epoch else self.estimator._max_epochs()

    @property
    def is_validated(self) -> bool:
        """Whether the loss after an epoch decides what is kept."""
        return bool(self.estimator.early_stopping) and self.max_epochs != 0
