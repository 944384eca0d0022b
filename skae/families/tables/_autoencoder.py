"""The autoencoder of tables of mixed types."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.tables._architecture import TableArchitecture
from skae.families.tables._objective import TableObjective


@with_shared_texts
class TableAutoencoder(TableObjective, BaseAutoencoder):
    r"""Dense autoencoder of data frames: numbers, categories, dates and gaps.

    Use it for tables as they are, where PCA would need numbers alone: strings, ordered
    categories, booleans, dates and missing values go in, and `inverse_transform` gives
    a data frame back, with the columns, types and categories of the one of `fit`.

    Each column :math:`j` is brought to mean 0 and variance 1: numbers by `scaling`,
    categories as indicators of their levels, dates as how far along they are and where
    in the day, the week and the year. The codes of these are as in
    :class:`Autoencoder`. Training minimizes the mean over the rows of

    .. math:: \frac{\sum_j w_j L_j(x_j, \hat x_j)}{\sum_j w_j}, \qquad
              L_j = (x_j - \hat x_j)^2 \ \text{or} \ \frac{-\log \hat p_j(x_j)}{H_j},

    with the weights :math:`w` of the columns, and :math:`H_j` the entropy of a
    category: each column counts alike, in units of what is left of it if one predicts
    its mean or the shares of its levels. A missing value is part of the input, beside a
    sign that it is missing, and never of the loss.

    What comes back has the types of `fit`: numbers with as many digits behind the point
    as all of them had, up to six; dates at times of the day, days of the week and days
    of the month that occurred, in their own time zone, where these are few; integers
    between the least and the greatest, exact also beyond 2**53 where these two lie no
    further apart.

    Parameters
    ----------
    noise : {"swap", "masking"}, default="swap"
        What is done to values in training, where the reconstruction is compared with
        the row as it was.

        - "swap": they are replaced by those of other rows of the mini-batch [1]_.
        - "masking": they are taken away. For data that will have gaps.

    noise_level : float, default=0.0
        Share of the values that are hit; 0 is a plain autoencoder.

    See Also
    --------
    VariationalTableAutoencoder : Makes up rows.
    Autoencoder : For arrays of numbers.

    References
    ----------
    .. [1] J. Yoon, Y. Zhang, J. Jordon and M. van der Schaar, "VIME: extending the
       success of self- and semi-supervised learning to tabular domain", NeurIPS (2020).

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.datasets import load_iris
    >>> from skae import TableAutoencoder
    >>> iris = load_iris(as_frame=True)
    >>> frame = iris.data.assign(kind=pd.Categorical(iris.target_names[iris.target]))
    >>> model = TableAutoencoder(2, epochs=20, random_state=0).fit(frame)
    >>> model.transform(frame).shape
    (150, 2)
    >>> model.reconstruct(frame).dtypes.equals(frame.dtypes)
    True
    """

    _architecture = TableArchitecture

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **TableArchitecture.parameter_constraints,
        **TableArchitecture.layout.parameters,
    }

    def __init__(
        self,
        encoding_dim: int | str = "auto",
        *,
        hidden_layer_sizes: int | str | Sequence[int] = "auto",
        activation: str | Callable = "gelu",
        noise: str = "swap",
        noise_level: float = 0.0,
        init: str = "pca",
        dropout: float = 0.0,
        scaling: str = "standard",
        categorical_features: "ArrayLike | str | None" = "from_dtype",
        column_kinds: Mapping | None = None,
        column_weight: "Mapping | ArrayLike | None" = None,
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
