"""The variational autoencoder for tables of mixed types."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.tables._architecture import VariationalTable
from skae.families.tables._objective import TableObjective
from skae.families.tables._samples import TableSamples
from skae.families.variational import VariationalObjective


@with_shared_texts
class VariationalTableAutoencoder(
    TableSamples, TableObjective, VariationalObjective, BaseAutoencoder
):
    r"""Variational autoencoder for tables of mixed types, to generate synthetic data.

    Use it to generate synthetic rows of a data frame (`sample`), also by conditional
    sampling, and to estimate how likely a row is (`score_samples`). For codes, use
    :class:`TableAutoencoder`. Columns are read and written as there.

    Parameters
    ----------
    encoding_dim : int or "auto", default="auto"
        Number of code dimensions (latent dimensions, components). "auto" is the number
        of values in a row, of which a date has one to seven, and at most 12; dimensions
        that are not needed stay unused.

    Attributes
    ----------
    mixture_ : sklearn.mixture.GaussianMixture
        Mixture fitted to the codes, from which `sample` draws.

    See Also
    --------
    TableAutoencoder : Autoencoder for tables, for codes before PCA and classifiers.
    AutoencoderDensity : Gaussian mixture on the codes of any autoencoder.

    Notes
    -----
    The code of a row is the mean of its approximate posterior
    :math:`q(z|x) = N(\mu(x), \sigma^2(x))`. Training minimizes the mean over the rows
    of

    .. math:: -\sum_j \log p(x_j|z) + \beta \sum_k \tfrac12 (\sigma_k^2 +
              \mu_k^2 - 1 - \log \sigma_k^2), \qquad z \sim q(z|x)

    in nats, summed over the columns that are not missing. Numbers, on the scale of
    `scaling`, have a normal distribution whose standard deviation is learned per
    column [1]_, and is at least 0.05; categories have the probabilities of their
    levels. The numbers that represent a date share its weight.

    After training a Gaussian mixture is fitted to codes drawn from the posteriors of
    the training rows, with one component per 200 codes and at most 100. Rows are
    sampled from this mixture instead of the prior [2]_.

    References
    ----------
    .. [1] L. Xu, M. Skoularidou, A. Cuesta-Infante and K. Veeramachaneni, "Modeling
       tabular data using conditional GAN" (and TVAE), NeurIPS (2019),
       :doi:`10.48550/arXiv.1907.00503`.

    .. [2] P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black and B. Schoelkopf, "From
       variational to deterministic autoencoders", ICLR (2020),
       :doi:`10.48550/arXiv.1903.12436`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.datasets import load_iris
    >>> from skae import VariationalTableAutoencoder
    >>> iris = load_iris(as_frame=True)
    >>> frame = iris.data.assign(kind=pd.Categorical(iris.target_names[iris.target]))
    >>> model = VariationalTableAutoencoder(4, epochs=100, random_state=0).fit(frame)
    >>> rows = model.sample(50, conditions={"kind": "setosa"}, random_state=0)
    >>> rows.shape, set(rows["kind"])
    ((50, 5), {'setosa'})
    >>> bool(rows["petal length (cm)"].mean() < frame["petal length (cm)"].mean())
    True
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
        encoding_dim: int | str = "auto",
        *,
        hidden_layer_sizes: int | str | Sequence[int] = "auto",
        activation: str | Callable = "gelu",
        init: str = "random",
        beta: float = 0.3,
        warm_up_epochs: int = 0,
        free_bits: float = 0.0,
        dropout: float = 0.0,
        scaling: str = "quantile",
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
