"""The sparse autoencoder: few active code units per row."""

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skae._sklearn import Interval, StrOptions
from skae.architectures import SparseArchitecture
from skae.base import BaseAutoencoder
from skae.estimator._docstrings import with_shared_texts
from skae.losses import RECONSTRUCTION_LOSSES


@with_shared_texts
class SparseAutoencoder(BaseAutoencoder):
    r"""Dense autoencoder whose code has few active units per row.

    Use it for features: each row switches on a handful of the code's units, and each
    unit stands for something that recurs. The code may be as large as the data or
    larger. When you want few dimensions and not few active ones, use
    :class:`Autoencoder`.

    Training minimizes the mean over the rows of the reconstruction loss plus
    `sparsity_weight` times

    .. math:: \frac1n \sum_{i=1}^n \sum_j |z_{ij}| \quad (\text{"l1"}), \qquad
        \sum_j \rho \log\frac{\rho}{\hat\rho_j}
        + (1 - \rho) \log\frac{1 - \rho}{1 - \hat\rho_j} \quad (\text{"kl"}),

    with :math:`\hat\rho_j` the mean of code unit :math:`j` over the mini-batch and
    :math:`\rho` the `sparsity_target`. Both are sums over the units and means over the
    rows: neither depends on the batch size. (Keras divides an activity regularizer by
    the batch size: its L1 is ours with the same weight, and a divergence of weight
    :math:`w` in a Keras layer is ours of weight :math:`w` over the batch size.)

    Parameters
    ----------
    encoding_dim : int, default=128
        Number of code dimensions (latent dimensions, components). It may be larger than
        the number of features.

    code_activation : str or callable, default="sigmoid"
        Activation of the code. The penalty "kl" needs "sigmoid" or "hard_sigmoid";
        "relu" goes well with "l1".

    penalty : {"l1", "kl"}, default="l1"
        What is asked of the code: small absolute values, or a mean activity of each
        unit near `sparsity_target`.

    sparsity_weight : float, default=1e-3
        Weight of the penalty. The divergence wants more than the absolute values: 0.05,
        for example.

    sparsity_target : float, default=0.1
        Mean activity :math:`\rho` that "kl" asks of each unit, between 0 and 1.

    Attributes
    ----------
    history_ : dict of lists
        Per epoch: "loss", "reconstruction_loss" and "sparsity", the penalty times its
        weight, averaged over the epoch's steps; with validation data the same after the
        epoch, under "val_loss" and so on. NaN in epochs, of an earlier fit or
        `partial_fit`, that did not have such a series.

    See Also
    --------
    Autoencoder : Dense, starting at PCA.
    StackedAutoencoder : Trained layer by layer.

    References
    ----------
    .. [1] A. Ng, "Sparse autoencoder", CS294A lecture notes, Stanford (2011).

    .. [2] A. Makhzani and B. Frey, "k-sparse autoencoders", ICLR (2014),
       :doi:`10.48550/arXiv.1312.5663`.

    Examples
    --------
    >>> from skae import SparseAutoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> sparse = SparseAutoencoder(64, penalty="kl", sparsity_weight=0.05, epochs=200,
    ...                            random_state=0)
    >>> codes = sparse.fit(digits.X_train).transform(digits.X_test)
    >>> codes.shape
    (540, 64)
    >>> bool(codes.mean() < 0.2)
    True
    """

    _architecture = SparseArchitecture
    _outside_graph = ("sparsity_weight",)

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **SparseArchitecture.parameter_constraints,
        "code_activation": [str, callable],
        "loss": [StrOptions(set(RECONSTRUCTION_LOSSES))],
        "sparsity_weight": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        encoding_dim: int = 128,
        *,
        hidden_layer_sizes: int | Sequence[int] = (),
        activation: str | Callable = "elu",
        code_activation: str | Callable = "sigmoid",
        loss: str = "squared_error",
        penalty: str = "l1",
        sparsity_weight: float = 1e-3,
        sparsity_target: float = 0.1,
        dropout: float = 0.0,
        tied_weights: bool = False,
        optimizer: Any = "adam",
        learning_rate: float = 2e-3,
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
        self.code_activation = code_activation
        self.loss = loss
        self.penalty = penalty
        self.sparsity_weight = sparsity_weight
        self.sparsity_target = sparsity_target
        self.dropout = dropout
        self.tied_weights = tied_weights
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

    def _strengths(self, epoch):
        return {"sparsity": float(self.sparsity_weight)}
