"""The sparse autoencoder: few active code units per row."""

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skae._sklearn import Interval, StrOptions
from skae.architectures import SparseArchitecture
from skae.base import BaseAutoencoder
from skae.losses import RECONSTRUCTION_LOSSES


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

    hidden_layer_sizes : int or sequence of int, default=()
        Units of the encoder's hidden layers; the decoder has the same in reverse.

    activation : str or callable, default="elu"
        Activation of the hidden layers, by its Keras name or as a function of a tensor.

    code_activation : str or callable, default="sigmoid"
        Activation of the code. The penalty "kl" needs "sigmoid" or "hard_sigmoid";
        "relu" goes well with "l1".

    loss : {"squared_error", "binary_crossentropy"}, default="squared_error"
        Reconstruction loss :math:`L`, a mean over the features.

        - "squared_error": for data of any range, which are centred per feature and
          divided by one global scale, the root of the variance averaged over the
          features. The loss is in units of that variance: the share that is not
          explained.
        - "binary_crossentropy": for data in [0, 1], such as pixels. The output is a
          sigmoid, and the loss is in nats.

    penalty : {"l1", "kl"}, default="l1"
        What is asked of the code: small absolute values, or a mean activity of each
        unit near `sparsity_target`.

    sparsity_weight : float, default=1e-3
        Weight of the penalty. The divergence wants more than the absolute values: 0.05,
        for example.

    sparsity_target : float, default=0.1
        Mean activity :math:`\rho` that "kl" asks of each unit, between 0 and 1.

    dropout : float, default=0.0
        Fraction of hidden units set to zero at random in each training step.

    tied_weights : bool, default=False
        Whether the decoder uses the encoder's kernels, transposed. Half the parameters.

    optimizer : str or keras.optimizers.Optimizer, default="adam"
        Optimizer, by its Keras name or as an example. The learning rate of an example
        is replaced by `learning_rate`.

    learning_rate : float, default=2e-3
        Learning rate at the start.

    learning_rate_schedule : {"cosine", "constant"}, default="cosine"
        "cosine" lowers the learning rate from epoch to epoch, along half a cosine that
        would reach zero after `epochs`; "constant" leaves it alone.

    epochs : int or "auto", default="auto"
        Largest number of passes over the training data. "auto" makes about 3000 steps,
        but at least 15 and at most 500 passes.

    batch_size : int or "auto", default="auto"
        Rows per step. "auto" is the power of two next below a sixteenth of the training
        rows, between 16 and 256.

    shuffle : bool, default=True
        Whether to draw the mini-batches anew in each epoch.

    early_stopping : bool, default=True
        Whether to hold rows out, stop when their loss no longer falls, and keep the
        weights of the best epoch. The start counts as an epoch: it is kept when nothing
        was better by more than a quarter of the relative standard error, 1 over the
        root of the number of held-out rows. With fewer than 10 rows, the training loss
        is used.

    validation_fraction : float, default=0.1
        Fraction of the rows that `early_stopping` holds out, unless `fit` gets `X_val`.

    n_iter_no_change : int or "auto", default="auto"
        Epochs without a better one after which `early_stopping` stops. "auto" makes
        about 750 steps, but at least 10 epochs.

    tol : float, default=0.0
        An epoch is better when its loss is below the best one by more than this share.

    warm_start : bool, default=False
        Whether `fit` goes on from the present weights and optimizer state.

    callbacks : list of keras.callbacks.Callback or Checkpoint, default=None
        Copied for each fit; the copies are at `callbacks_`. Their model is the
        autoencoder in training. A callback with batch hooks makes training slower: the
        compiled program then returns after each step. A :class:`~skae.Checkpoint` lets
        a fit go on after its process was killed.

    jit_compile : bool or "auto", default="auto"
        Whether to compile with XLA, on the TensorFlow backend. "auto" does for 500
        steps or more.

    random_state : int, RandomState instance or None, default=None
        Decides weights, mini-batches, held-out rows and dropout. The same integer gives
        the same codes, bit for bit, on the same machine.

    verbose : {0, 1, 2}, default=0
        Silent; a progress bar with loss and time left (lines where the output is no
        terminal); or a line per epoch.

    Attributes
    ----------
    encoder_ : keras.Model
        From data to codes. Like the other two, it is a copy: training it further does
        not change the estimator.

    decoder_ : keras.Model
        From codes to data.

    autoencoder_ : keras.Model
        From data to reconstructions: `decoder_` applied to `encoder_`.

    history_ : dict of lists
        Per epoch: "loss", "reconstruction_loss" and "sparsity", the penalty times its
        weight, averaged over the epoch's steps; with validation data the same after the
        epoch, under "val_loss" and so on. NaN in epochs, of an earlier fit or
        `partial_fit`, that did not have such a series.

    n_iter_ : int
        Number of epochs trained.

    callbacks_ : list of keras.callbacks.Callback
        The callbacks that took part in the fit.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, when `X` has names that are all strings.

    Raises
    ------
    ValueError
        From `fit`, for parameters and data that cannot be used.
    FloatingPointError
        From `fit`, when the loss overflows.

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
