"""The dense variational autoencoder."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae.architectures import DenseVariational
from skae.base import BaseAutoencoder
from skae.objectives import VariationalObjective


class VariationalAutoencoder(VariationalObjective, BaseAutoencoder):
    r"""Dense variational autoencoder.

    Use it to make up new rows (`sample`), to judge how usual a row is
    (`score_samples`), and for smooth codes. For compression, or
    features before a classifier, :class:`Autoencoder` is quicker and never worse than
    PCA.

    A code is the mean of the posterior :math:`q(z|x) = N(\mu(x), \sigma^2(x))`.
    Training minimizes the mean over the rows of

    .. math:: -\log p(x|z) + \beta \sum_j \tfrac12 (\sigma_j^2 + \mu_j^2 - 1
              - \log \sigma_j^2), \qquad z \sim q(z|x)

    in nats, summed over the features: with :math:`\beta = 1`, minus the evidence lower
    bound. The log-variance is clamped between -12 and 8.

    Parameters
    ----------
    encoding_dim : int, default=8
        Number of code dimensions (latent dimensions, components).

    hidden_layer_sizes : int or sequence of int, default=(128, 64)
        Units of the encoder's hidden layers; the decoder has the same in reverse.
        ``()`` means none.

    activation : str or callable, default="elu"
        Activation of the hidden layers, by its Keras name or as a function of a tensor.

    likelihood : {"gaussian", "bernoulli"}, default="gaussian"
        Distribution of a row given its code, independent over the features.

        - "gaussian": for data of any range. Data are centred per feature and divided by
          one global scale; the standard deviation is one number, learned.
        - "bernoulli": for data in [0, 1], such as pixels, best when they are binary.

    beta : float, default=1.0
        Weight of the divergence. 1 is the evidence lower bound; more makes simpler
        codes, less better reconstructions.

    warm_up_epochs : int, default=0
        Epochs over which the weight of the divergence rises from 0 to `beta`. Helps
        against codes that carry nothing.

    free_bits : float, default=0.0
        Nats per code dimension that the divergence of a mini-batch may have for free.

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
        Per epoch: "loss", "reconstruction_loss" and "kl", the divergence times its
        weight, in nats per row of the data as the network sees them, averaged over the
        epoch's steps; with validation data the same after the epoch, under "val_loss"
        and so on, with the full `beta`. NaN in epochs, of an earlier fit or
        `partial_fit`, that did not have such a series.

    kl_per_dimension_ : ndarray of shape (encoding_dim,)
        Mean divergence of each code dimension, in nats, over up to 4096 training rows.

    active_units_ : ndarray of bool of shape (encoding_dim,)
        Whether the variance of the code dimension over these rows is above 0.01.

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
    ConvVariationalAutoencoder : For images.

    References
    ----------
    .. [1] D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", ICLR (2014),
       :doi:`10.48550/arXiv.1312.6114`.

    .. [2] I. Higgins et al., "beta-VAE", ICLR (2017).

    .. [3] D. P. Kingma et al., "Improved variational inference with inverse
       autoregressive flow" (free bits), NeurIPS (2016),
       :doi:`10.48550/arXiv.1606.04934`.

    Examples
    --------
    >>> from skae import VariationalAutoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> vae = VariationalAutoencoder(
    ...     4, likelihood="bernoulli", epochs=20, random_state=0
    ... )
    >>> vae = vae.fit(digits.X_train)
    >>> vae.transform(digits.X_test).shape
    (540, 4)
    >>> vae.sample(3, random_state=0).shape
    (3, 64)
    >>> bool(vae.score_samples(digits.X_test).mean() > -35)  # nats per row
    True
    """

    _architecture = DenseVariational

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **DenseVariational.parameter_constraints,
        **VariationalObjective._parameter_constraints,
    }

    def __init__(
        self,
        encoding_dim: int = 8,
        *,
        hidden_layer_sizes: int | Sequence[int] = (128, 64),
        activation: str | Callable = "elu",
        likelihood: str = "gaussian",
        beta: float = 1.0,
        warm_up_epochs: int = 0,
        free_bits: float = 0.0,
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
        self.likelihood = likelihood
        self.beta = beta
        self.warm_up_epochs = warm_up_epochs
        self.free_bits = free_bits
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
