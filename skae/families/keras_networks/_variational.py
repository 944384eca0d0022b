"""The variational autoencoder of networks of the user."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.keras_networks._architecture import KerasVariational
from skae.families.keras_networks._parameters import NetworkParameters
from skae.families.variational import VariationalObjective


@with_shared_texts
class KerasVariationalAutoencoder(
    NetworkParameters, VariationalObjective, BaseAutoencoder
):
    r"""Variational autoencoder of Keras networks of your own.

    Use it to generate rows (`sample`), to estimate how likely a row is
    (`score_samples`), and for smooth codes, with an encoder and a decoder in Keras.

    Parameters
    ----------
    encoder : callable, keras.Model or None, default=None
        Network from a row to the mean and the log-variance of its code, as two outputs;
        a third one, a sample as in many tutorials, is not used. Or a network with one
        output, from which two dense layers compute both. It is a function
        ``(input_shape, encoding_dim, **parameters)`` or a class, which get those of
        these arguments that they name, and those given as ``encoder__<name>``; a built
        ``keras.Model``, of which each fit trains a copy; or None, for dense layers as
        in :class:`KerasAutoencoder`.

    encoding_dim : int or "auto", default="auto"
        Number of code dimensions. "auto" is that of the mean if the encoder returns it;
        otherwise, and for a function with an argument `encoding_dim`, half the number
        of values of a row, rounded up, and at most 32.

    See Also
    --------
    KerasAutoencoder : The same without a prior.
    VariationalAutoencoder : Dense variational autoencoder, with PCA as its baseline.
    ConvVariationalAutoencoder : Convolutional variational autoencoder, for images.

    Notes
    -----
    The code of a row is the mean of its approximate posterior
    :math:`q(z|x) = N(\mu(x), \sigma^2(x))` [1]_. Training minimizes the mean over the
    rows of

    .. math:: -\log p(x|z) + \beta \sum_j \tfrac12 (\sigma_j^2 + \mu_j^2 - 1
              - \log \sigma_j^2), \qquad z \sim q(z|x)

    in nats, summed over the features, plus the losses that layers add. The log-variance
    is clipped to [-12, 8]. With ``likelihood="bernoulli"`` the outputs of the decoder
    are probabilities if its last activation keeps them in [0, 1], and otherwise logits.

    References
    ----------
    .. [1] D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", ICLR (2014),
       :doi:`10.48550/arXiv.1312.6114`.

    Examples
    --------
    >>> import keras
    >>> from keras import layers
    >>> from skae import KerasVariationalAutoencoder
    >>> from skae.datasets import load_digits
    >>> def encoder(input_shape, encoding_dim):
    ...     inputs = keras.Input(input_shape)
    ...     h = layers.Dense(128, activation="relu")(inputs)
    ...     mean, log_var = layers.Dense(encoding_dim)(h), layers.Dense(encoding_dim)(h)
    ...     return keras.Model(inputs, [mean, log_var])
    >>> digits = load_digits()
    >>> vae = KerasVariationalAutoencoder(
    ...     encoder, encoding_dim=4, likelihood="bernoulli", epochs=20, random_state=0
    ... )
    >>> vae = vae.fit(digits.X_train)
    >>> vae.transform(digits.X_test).shape
    (540, 4)
    >>> vae.sample(3, random_state=0).shape
    (3, 64)
    """

    _architecture = KerasVariational
    _outside_graph = (
        *NetworkParameters._outside_graph,
        *VariationalObjective._outside_graph,
    )

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **KerasVariational.layout.parameters,
        **KerasVariational.parameter_constraints,
        **NetworkParameters._parameter_constraints,
        **VariationalObjective._parameter_constraints,
    }

    def __init__(
        self,
        encoder: Any = None,
        decoder: Any = None,
        encoding_dim: int | str = "auto",
        *,
        input_shape: Sequence[int] | None = None,
        pretrained: bool | str = False,
        likelihood: str = "gaussian",
        standardize: bool | str = "auto",
        beta: float = 1.0,
        warm_up_epochs: int = 0,
        free_bits: float = 0.0,
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
        **network_parameters: Any,
    ):
        self.encoder = encoder
        self.decoder = decoder
        self.encoding_dim = encoding_dim
        self.input_shape = input_shape
        self.pretrained = pretrained
        self.likelihood = likelihood
        self.standardize = standardize
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
        self._set_network_parameters(network_parameters)

    @classmethod
    def _test_params(cls):
        # Codes that begin at random say little after a few small steps.
        return {**super()._test_params(), "learning_rate": 0.01, "beta": 0.01}
