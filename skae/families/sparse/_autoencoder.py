"""The sparse autoencoder: few active code units per row."""

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skae._sklearn import Interval
from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.sparse._architecture import SparseArchitecture
from skae.losses import LOSS_CONSTRAINTS


@with_shared_texts
class SparseAutoencoder(BaseAutoencoder):
    r"""Sparse autoencoder: a dense autoencoder with few active code units per row.

    Use it to learn features: each row activates few units of the code, and each unit
    represents a pattern that recurs in the data. The code may be as large as the data
    or larger (overcomplete). For few dimensions instead of few active ones, use
    :class:`Autoencoder`.

    By default, ``penalty="topk"``, only the `n_active` largest positive units are kept,
    in training as in `transform`; all others are exactly zero. Without hidden layers
    this is a dictionary: each row is a linear combination of at most `n_active` atoms.
    A small code is not sparse: if all units may be active, there is no selection, codes
    have both signs, and PCA is the baseline.

    Parameters
    ----------
    encoding_dim : int or "auto", default="auto"
        Number of code dimensions (latent dimensions, components). It may be larger than
        the number of features. "auto" is the number of features, and at most 128: more
        than in other families, because few of them are active in each row.

    code_activation : str or callable, default="linear"
        Activation of the code, before the selection by "topk". All but "linear" require
        ``init="random"``. The penalty "kl" requires "sigmoid" or "hard_sigmoid"; for
        "l1", "relu" is a good choice.

    init : {"pca", "random"}, default="pca"
        Initialization, and baseline of the fit.

        - "pca": if "topk" allows fewer active units than there are, the atoms are
          initialized with random rows of the data, minus their mean. In all other
          cases the initialization is PCA, which is kept if training finds nothing
          better on held-out rows. With hidden layers these are weights of a linear path
          parallel to the network, which contributes nothing at first.
        - "random": a plain network, as in the textbooks.

    penalty : {"topk", "l1", "kl"}, default="topk"
        Kind of sparsity: at most `n_active` nonzero units per row, a penalty on the
        absolute values, or a mean activity of each unit close to `sparsity_target`.

    n_active : int or "auto", default="auto"
        Maximum number of active units per row, for "topk". "auto" means all of up to 32
        units; for more units it is the square root of their number, but at least 10: 11
        of 128, 32 of 1024. With ``encoding_dim="auto"`` it is at most half of them.

    sparsity_weight : float, default=1e-3
        Weight of the penalty; not used by "topk". "kl" needs a larger weight than "l1":
        0.05, for example.

    sparsity_target : float, default=0.1
        Target :math:`\rho` of the mean activity of each unit for "kl", between 0 and 1.

    Attributes
    ----------
    history_ : dict of lists
        Per epoch: "loss", "reconstruction_loss" and (not for "topk") "sparsity", the
        penalty times its weight, averaged over the epoch's steps; with validation data
        also their values on these after the epoch, as "val_loss" and so on. NaN in
        epochs, of an earlier fit or `partial_fit`, that did not record the series.

    See Also
    --------
    Autoencoder : Dense autoencoder, initialized with PCA.
    sklearn.decomposition.MiniBatchDictionaryLearning : Sparse codes by optimization.

    Notes
    -----
    ``penalty="topk"`` is the k-sparse autoencoder [1]_. Without hidden layers, with
    :math:`a = W s(x) + b` and :math:`s` a scaling,

    .. math:: z_j = \begin{cases} a_j & a_j > 0 \text{ is among the largest} \\
        0 & \text{otherwise,} \end{cases} \qquad
        \hat x = s^{-1}\Big(\sum_j z_j v_j + c\Big),

    so each row is a linear combination of at most `n_active` atoms :math:`v_j`. The
    selection in a row depends on that row alone.

    The other penalties are those of the textbooks [2]_. With them, training minimizes
    the mean over the rows of the reconstruction loss plus `sparsity_weight` times

    .. math:: \frac1n \sum_{i=1}^n \sum_j |z_{ij}| \quad (\text{"l1"}), \qquad
        \sum_j \rho \log\frac{\rho}{\hat\rho_j}
        + (1 - \rho) \log\frac{1 - \rho}{1 - \hat\rho_j} \quad (\text{"kl"}),

    with :math:`\hat\rho_j` the mean of code unit :math:`j` over the mini-batch and
    :math:`\rho` the `sparsity_target`. Both are sums over the units and means over the
    rows, so neither depends on the batch size. Keras, in contrast, divides an activity
    regularizer by the batch size: its L1 penalty equals this one with the same weight,
    and a divergence of weight :math:`w` in a Keras layer corresponds to a weight of
    :math:`w` divided by the batch size here.

    References
    ----------
    .. [1] A. Makhzani and B. Frey, "k-sparse autoencoders", ICLR (2014),
       :doi:`10.48550/arXiv.1312.5663`.

    .. [2] A. Ng, "Sparse autoencoder", CS294A lecture notes, Stanford (2011).

    Examples
    --------
    >>> from skae import SparseAutoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> sparse = SparseAutoencoder(64, epochs=40, random_state=0)
    >>> codes = sparse.fit(digits.X_train).transform(digits.X_test)
    >>> codes.shape
    (540, 64)
    >>> int((codes != 0).sum(axis=1).max())
    10
    >>> sparse.score(digits.X_test) > 0.8
    True
    """

    _architecture = SparseArchitecture
    _outside_graph = ("sparsity_weight",)

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **SparseArchitecture.parameter_constraints,
        "code_activation": [str, callable],
        "loss": LOSS_CONSTRAINTS,
        "sparsity_weight": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        encoding_dim: int | str = "auto",
        *,
        hidden_layer_sizes: int | Sequence[int] = (),
        activation: str | Callable = "elu",
        code_activation: str | Callable = "linear",
        loss: str | Callable = "squared_error",
        init: str = "pca",
        penalty: str = "topk",
        n_active: int | str = "auto",
        sparsity_weight: float = 1e-3,
        sparsity_target: float = 0.1,
        dropout: float = 0.0,
        tied_weights: bool = False,
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
        self.code_activation = code_activation
        self.loss = loss
        self.init = init
        self.penalty = penalty
        self.n_active = n_active
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

    def _loss_weights(self, epoch):
        if self.penalty == "topk":
            return {}
        return {"sparsity": float(self.sparsity_weight)}

    @classmethod
    def _test_params(cls):
        return super()._test_params() | {"encoding_dim": 4, "n_active": 2}
