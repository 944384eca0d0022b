"""The hooks of an estimator: what a family of autoencoders may override."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from skae._moved import check_hooks
from skae.data import Rows
from skae.engine import Architecture, Baseline
from skae.estimator._tasks import EpochTasks


class FamilyHooks(ABC):
    """The hooks, with their default implementations."""

    # What a family may override, and when it is called (docs/architecture.md).
    HOOKS: ClassVar[dict[str, str]] = {
        "_architecture": "always",
        "_outside_graph": "before training",
        "_graph_values": "before training",
        "_fields": "reading data",
        "_training_weight": "reading data",
        "_training_fields": "before training",
        "_data_values": "before training",
        "_baseline": "before training",
        "_loss_weights": "each epoch",
        "_max_epochs": "before training",
        "_finish": "after training",
        "_test_params": "tests",
    }

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        check_hooks(
            cls,
            renamed={
                "_counted": "_training_weight",
                "_facts": "_data_values",
                "_largest_epochs": "_max_epochs",
                "_strengths": "_loss_weights",
            },
            gone={
                "_linear_code": "the architecture's linear_code() tells it, with "
                "`limits` for terms that have a weight"
            },
        )

    @property
    @abstractmethod
    def _architecture(self) -> type[Architecture]:
        """Class of the architecture, whose hooks build the network: an attribute."""

    # Parameters, other than training parameters, that the graph does not depend on.
    _outside_graph: ClassVar[tuple[str, ...]] = ()

    def _graph_values(self) -> dict[str, Any]:
        """Parameters that the graph depends on, by name, with their values."""
        return {name: getattr(self, name) for name in self._graph_parameters()}

    def _loss_weights(self, epoch: float) -> dict[str, float]:
        """Weights of the terms of the loss by name; all epochs have the same names.

        `epoch` is counted from 1; infinity stands for the end of training.
        "reconstruction_loss" has the weight 1 by default.
        """
        return {}

    def _fields(self, y: Any, n_rows: int, *, reset: bool = False) -> dict[str, Rows]:
        """Fields other than "data", from `y`, which may be None; `reset` in a fit."""
        return {}

    def _training_weight(
        self, rows: Rows, weight, tasks: EpochTasks
    ) -> np.ndarray | None:
        """Weights of the training rows, or None."""
        return weight

    def _training_fields(self, fields, val, weight, known):
        """Add fields of training alone; `known` is the previous model in `partial_fit`.

        Returns the fields of the training data and those of the validation data.
        """
        return fields, val

    def _data_values(self) -> dict[str, Any]:
        """Values of the data of the fit that the architecture needs."""
        return {}

    def _baseline(self, architecture, fields, summary, weight, rng) -> Baseline:
        """Baseline that training has to beat, and the initial weights."""
        return architecture.baseline(fields["data"], summary, weight, rng)

    def _max_epochs(self) -> int | str:
        """Maximum number of epochs of the whole network."""
        return self.epochs

    def _finish(  # noqa: B027 (most have nothing to set)
        self, fields: Mapping[str, Rows], weight: np.ndarray | None
    ) -> None:
        """Set further fitted attributes after training; `weight` has one per row."""

    @classmethod
    def _test_params(cls) -> dict[str, Any]:
        """Small settings for the common tests."""
        settings = {
            **{"epochs": 3, "encoding_dim": 2, "batch_size": 16},
            **{"hidden_layer_sizes": (4,), "filters": (8,), "image_shape": (1, -1)},
        }
        return {k: settings[k] for k in cls._get_param_names() if k in settings}
