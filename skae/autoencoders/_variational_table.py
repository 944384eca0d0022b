"""The variational autoencoder of tables of mixed types."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from skae.architectures import VariationalTable
from skae.base import BaseAutoencoder
from skae.estimator._docstrings import with_shared_texts
from skae.objectives import TableObjective, VariationalObjective


@with_shared_texts
class VariationalTableAutoencoder(
    TableObjective, VariationalObjective, BaseAutoencoder
):
    r"""Variational autoencoder of data frames.

    TODO

    Parameters
    ----------
    encoding_dim : int, default=16
        Number of code dimensions (latent dimensions, components).

    noise : {"swap", "masking"}, default="masking"
        TODO

    noise_level : float or "auto", default="auto"
        TODO
    """

    _architecture = VariationalTable

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **VariationalTable.parameter_constraints,
        **VariationalObjective._parameter_constraints,
        **VariationalTable.layout.parameters,
    }

    def __init__(
        self,
        encoding_dim: int = 16,
        *,
        hidden_layer_sizes: int | str | Sequence[int] = "auto",
        activation: str | Callable = "gelu",
        noise: str = "masking",
        noise_level: float | str = "auto",
        init: str = "pca",
        beta: float = 1.0,
        warm_up_epochs: int = 0,
        free_bits: float = 0.0,
        dropout: float = 0.0,
        scaling: str = "quantile",
        categorical_features: ArrayLike | str | None = "from_dtype",
        column_kinds: Mapping | None = None,
        column_weight: Mapping | ArrayLike | None = None,
        handle_unknown: str = "missing",
        max_levels: int = 255,
        optimizer: Any = "adam",
        learning_rate: float | str = "auto",
        learning_rate_schedule: str = "cosine",
        epochs: int | str = "auto",
        batch_size: int | str = "auto",
        shuffle: bool = True,
        early_stopping: bool = True,
        validation_fraction: float = 0.1,
        n_iter_no_change: int | str = "auto",
        tol: float = 0.0,
        warm_start: bool = False,
        callbacks: list | None = None,
        jit_compile: bool | str = "auto",
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ):
        self.encoding_dim = encoding_dim
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.noise = noise
        self.noise_level = noise_level
        self.init = init
        self.beta = beta
        self.warm_up_epochs = warm_up_epochs
        self.free_bits = free_bits
        self.dropout = dropout
        self.scaling = scaling
        self.categorical_features = categorical_features
        self.column_kinds = column_kinds
        self.column_weight = column_weight
        self.handle_unknown = handle_unknown
        self.max_levels = max_levels
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.epochs = epochs
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.jit_compile = jit_compile
        self.random_state = random_state
        self.verbose = verbose
