"""The inputs of a fit."""

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
    """The arguments of `fit`, after validation.

    Parameters
    ----------
    estimator : autoencoder
        Provides training parameters and hooks; its attributes are not set.

    architecture : Architecture
        Specification of the network.

    fields : dict of Rows
        "data" and the other fields.

    weight : ndarray or None
        Weight of each row.

    val : dict of Rows or None
        Separate validation data.

    tasks : EpochTasks
        Calls scikit-learn's callbacks.

    previous : TrainedModel, default=None
        Model from which training continues.

    n_before : int, default=0
        Number of epochs of `previous`.

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
        """Maximum number of epochs, or "auto"."""
        return 1 if self.one_epoch else self.estimator._max_epochs()

    @property
    def is_validated(self) -> bool:
        """Whether the loss after each epoch decides which weights are kept."""
        is_open = not self.one_epoch and self.max_epochs != 0
        return is_open and bool(self.estimator.early_stopping)
