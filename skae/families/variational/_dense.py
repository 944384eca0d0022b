"""The dense variational autoencoder."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.variational._architecture import DenseVariational
from skae.families.variational._objective import VariationalObjective


@with_shared_texts
class VariationalAutoencoder(VariationalObjective, BaseAutoencoder):
    r"""Dense variational autoencoder.

    Use it to generate rows (`sample`), to estimate how likely a row is
    (`score_samples`), and for smooth codes. For compression, or features before a
    classifier, :class:`Autoencoder` is faster and never worse than PCA.

    See Also
    --------
    Autoencoder : Dense autoencoder, initialized with PCA.
    ConvVariationalAutoencoder : Convolutional variational autoencoder, for images.

    Notes
    -----
    The code of a row is the mean of its approximate posterior
    :math:`q(z|x) = N(\mu(x), \sigma^2(x))` [1]_. Training minimizes the mean over the
    rows of

    .. math:: -\log p(x|z) + \beta \sum_j \tfrac12 (\sigma_j^2 + \mu_j^2 - 1
              - \log \sigma_j^2), \qquad z \sim q(z|x)

    in nats, summed over the features. With :math:`\beta = 1` this is the negative
    evidence lower bound; larger values give a beta-VAE [2]_. A divergence of a code
    dimension below `free_bits` [3]_ is not penalized. The log-variance is clipped to
    [-12, 8].

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
        encoding_dim: int | str = "auto",
        *,
        hidden_layer_sizes: int | str | Sequence[int] = "auto",
        activation: str | Callable = "elu",
        likelihood: str = "gaussian",
        init: str = "pca",
        beta: float = 1.0,
        warm_up_epochs: int = 0,
        free_bits: float = 0.0,
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
        self.likelihood = likelihood
        self.init = init
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
