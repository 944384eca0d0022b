"""The convolutional conditional variational autoencoder."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.conditional._architecture import ConvConditional
from skae.families.conditional._objective import ConditionalObjective


@with_shared_texts
class ConvConditionalVariationalAutoencoder(ConditionalObjective, BaseAutoencoder):
    r"""Convolutional variational autoencoder of images with a known condition.

    Use it to generate images of a given class or of given numbers (`sample`), to change
    the condition of images and keep their style (`inverse_transform`), and to tell how
    likely an image is for its condition (`score_samples`). To predict the condition,
    train a classifier or a regressor; without conditions use
    :class:`ConvVariationalAutoencoder`.

    Parameters
    ----------
    encoding_dim : int or "auto", default="auto"
        Number of code dimensions, computed by a dense layer. "auto" is half the number
        of values of an image, rounded up, and at most 32 and at most the number of
        values of the last feature map.

    See Also
    --------
    ConditionalVariationalAutoencoder : Dense networks, for tables.
    ConvVariationalAutoencoder : Without conditions.

    Notes
    -----
    The code of a row is the mean of its approximate posterior
    :math:`q(z|x,y) = N(\mu(x,y), \sigma^2(x,y))`, given its condition :math:`y` [1]_.
    Training minimizes the mean over the rows of

    .. math:: -\log p(x|z,y) + \beta \sum_j \tfrac12 (\sigma_j^2 + \mu_j^2 - 1
              - \log \sigma_j^2), \qquad z \sim q(z|x,y)

    in nats, summed over the features. With :math:`\beta = 1` this is the negative
    evidence lower bound of :math:`\log p(x|y)`; larger values give a beta-VAE [2]_. A
    divergence of a code dimension below `free_bits` [3]_ is not penalized. The
    log-variance is clipped to [-12, 8]. The prior is the same for all conditions, so
    that codes have what the condition does not say.

    A class is told as a one-hot vector, a number in standard deviations from its mean
    in `fit`, and that a condition is known by a further 1; the vector of an unknown
    condition is zero. As in classifier-free guidance [4]_, the conditions of a random
    share of the rows (`condition_dropout`) are hidden in each epoch from encoder and
    decoder, so that one network is also a model of rows of unknown condition: that is
    what `transform` and the other methods use without `y`, in a Pipeline for example.
    Validation has all conditions.

    With ``init="pca"`` the baseline is a ridge regression of the data on the condition
    (for classes: the mean of each) and PCA of what it leaves.

    The encoder gets a constant map for each value of the condition beside the channels
    of the image, the decoder the condition beside the code.

    References
    ----------
    .. [1] K. Sohn, H. Lee and X. Yan, "Learning structured output representation using
       deep conditional generative models", NIPS (2015).

    .. [2] I. Higgins et al., "beta-VAE", ICLR (2017).

    .. [3] D. P. Kingma et al., "Improved variational inference with inverse
       autoregressive flow" (free bits), NeurIPS (2016),
       :doi:`10.48550/arXiv.1606.04934`.

    .. [4] J. Ho and T. Salimans, "Classifier-free diffusion guidance", arXiv (2022),
       :doi:`10.48550/arXiv.2207.12598`.

    Examples
    --------
    >>> from skae import ConvConditionalVariationalAutoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> cvae = ConvConditionalVariationalAutoencoder(8, filters=(16, 16), epochs=5,
    ...                                              random_state=0)
    >>> cvae = cvae.fit(digits.X_train.reshape(-1, 8, 8), digits.y_train)
    >>> cvae.sample(2, y=[3, 7], random_state=0).shape  # a three and a seven
    (2, 8, 8)
    """

    _architecture = ConvConditional

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **ConvConditional.layout.parameters,
        **ConvConditional.parameter_constraints,
        **ConditionalObjective._parameter_constraints,
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
        condition_kinds: str | Sequence[str] = "auto",
        condition_dropout: float = 0.2,
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
        self.condition_kinds = condition_kinds
        self.condition_dropout = condition_dropout
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
