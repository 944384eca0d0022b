"""The dense conditional variational autoencoder."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.conditional._architecture import DenseConditional
from skae.families.conditional._objective import ConditionalObjective


@with_shared_texts
class ConditionalVariationalAutoencoder(ConditionalObjective, BaseAutoencoder):
    r"""Dense variational autoencoder of rows with a known condition.

    Use it to generate rows of a given class or of given numbers (`sample`), to change
    the condition of rows and keep all else (`inverse_transform`), to tell how likely a
    row is for its condition (`score_samples`), and for codes without what the condition
    explains. To predict the condition, train a classifier or a regressor; without
    conditions use :class:`VariationalAutoencoder`.

    See Also
    --------
    ConvConditionalVariationalAutoencoder : The same for images.
    VariationalAutoencoder : Without conditions.
    VariationalTableAutoencoder : Tables of mixed types, with conditional sampling.

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
    >>> from skae import ConditionalVariationalAutoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> cvae = ConditionalVariationalAutoencoder(8, epochs=20, random_state=0)
    >>> cvae = cvae.fit(digits.X_train, digits.y_train)
    >>> cvae.sample(5, y=3, random_state=0).shape  # five images of a three
    (5, 64)
    >>> style = cvae.transform(digits.X_test, digits.y_test)
    >>> sevens = cvae.inverse_transform(style, 7)  # in the handwriting of each row
    >>> bounds = cvae.score_samples(digits.X_test, digits.y_test)
    >>> wrong = cvae.score_samples(digits.X_test, (digits.y_test + 1) % 10)
    >>> bool((bounds > wrong).mean() > 0.9)
    True
    """

    _architecture = DenseConditional

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **DenseConditional.parameter_constraints,
        **ConditionalObjective._parameter_constraints,
    }

    def __init__(
        self,
        encoding_dim: int | str = "auto",
        *,
        hidden_layer_sizes: int | str | Sequence[int] = "auto",
        activation: str | Callable = "elu",
        likelihood: str = "gaussian",
        init: str = "pca",
        condition_kinds: str | Sequence[str] = "auto",
        condition_dropout: float = 0.2,
        beta: float = 1.0,
        warm_up_epochs: int = 0,
        free_bits: float = 0.0,
        dropout: float = 0.0,
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
        self.condition_kinds = condition_kinds
        self.condition_dropout = condition_dropout
        self.beta = beta
        self.warm_up_epochs = warm_up_epochs
        self.free_bits = free_bits
        self.dropout = dropout
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
