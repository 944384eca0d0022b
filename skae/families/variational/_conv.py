"""The convolutional variational autoencoder."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.variational._architecture import ConvVariational
from skae.families.variational._objective import VariationalObjective


@with_shared_texts
class ConvVariationalAutoencoder(VariationalObjective, BaseAutoencoder):
    r"""Convolutional variational autoencoder, for images.

    Use it to generate images (`sample`), to estimate how likely an image is
    (`score_samples`), and for smooth codes. Its reconstructions are blurred: for
    compression, or features before a classifier, use :class:`ConvAutoencoder`.

    Parameters
    ----------
    encoding_dim : int or "auto", default="auto"
        Number of code dimensions, computed by a dense layer. "auto" is half the number
        of values of an image, rounded up, and at most 32 and at most the number of
        values of the last feature map.

    See Also
    --------
    VariationalAutoencoder : Dense variational autoencoder, for tables.
    ConvAutoencoder : Convolutional autoencoder, with sharper reconstructions.

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
    >>> from skae import ConvVariationalAutoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> vae = ConvVariationalAutoencoder(4, filters=(16,), likelihood="bernoulli",
    ...                                  epochs=5, random_state=0)
    >>> vae = vae.fit(digits.X_train.reshape(-1, 8, 8))
    >>> vae.sample(3, random_state=0).shape
    (3, 8, 8)
    """

    _architecture = ConvVariational

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **ConvVariational.layout.parameters,
        **ConvVariational.parameter_constraints,
        **VariationalObjective._parameter_constraints,
    }

    def __init__(
        self,
        encoding_dim: int | str = "auto",
        *,
        image_shape: Sequence[int] | None = None,
        filters: int | Sequence[int] | str = "auto",
        kernel_size: int = 3,
        pooling: str = "stride",
        upsampling: str = "transposed",
        activation: str | Callable = "gelu",
        likelihood: str = "gaussian",
        init: str = "pca",
        beta: float = 1.0,
        warm_up_epochs: int = 0,
        free_bits: float = 0.0,
        optimizer: Any = "adam",
        learning_rate: float | str = "auto",
        learning_rate_schedule: str = "cosine",
        epochs: int | str = "auto",
        batch_size: int | str = 64,
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
        self.image_shape = image_shape
        self.filters = filters
        self.kernel_size = kernel_size
        self.pooling = pooling
        self.upsampling = upsampling
        self.activation = activation
        self.likelihood = likelihood
        self.init = init
        self.beta = beta
        self.warm_up_epochs = warm_up_epochs
        self.free_bits = free_bits
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
