"""The autoencoder for tables of mixed types."""

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
    r"""Dense autoencoder for tables of mixed types: numbers, categories and dates.

    Use it for data frames with strings, ordered categories, booleans, dates and missing
    values, for which PCA would need preprocessing. `inverse_transform` returns a data
    frame with the columns, types and categories of the one of `fit`. Codes are as in
    :class:`Autoencoder`.

    Parameters
    ----------
    noise : {"swap", "masking"}, default="swap"
        Noise in training. The reconstruction is compared with the row without noise.

        - "swap": values are replaced by those of other rows of the mini-batch [1]_.
        - "masking": values are removed. For new data with missing values.

    noise_level : float, default=0.0
        Fraction of the values that are replaced or removed; 0 gives a plain
        autoencoder.

    See Also
    --------
    VariationalTableAutoencoder : Variational autoencoder that generates tables.
    Autoencoder : Dense autoencoder for numeric arrays.

    Notes
    -----
    Each column :math:`j` is scaled to mean 0 and variance 1: numbers by `scaling`,
    categories as indicators of their levels, dates as the elapsed time and the position
    in the day, the week and the year. Training minimizes the mean over the rows of

    .. math:: \frac{\sum_j w_j L_j(x_j, \hat x_j)}{\sum_j w_j}, \qquad
              L_j = (x_j - \hat x_j)^2 \ \text{or} \ \frac{-\log \hat p_j(x_j)}{H_j},

    with the weights :math:`w` of the columns, and :math:`H_j` the entropy of a
    category. The loss of each column is thus relative to that of predicting its mean or
    the frequencies of its levels, and with equal weights all columns have the same
    influence. Missing values have an indicator in the input, and are never part of the
    loss.

    Reconstructions have the types of `fit`: numbers have as many decimal places as the
    column had, up to six. Dates have times of the day, days of the week and days of the
    month that occurred, if these are few, in their own time zone. Integers are in the
    observed range; they are exact also beyond 2**53, if the range is not larger than
    that.

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
