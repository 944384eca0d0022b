"""The conditional variational autoencoder of networks of the user."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.conditional import ConditionalObjective
from skae.families.keras_networks._architecture import KerasConditional
from skae.families.keras_networks._parameters import NetworkParameters


@with_shared_texts
class KerasConditionalVariationalAutoencoder(
    NetworkParameters, ConditionalObjective, BaseAutoencoder
):
    r"""Conditional variational autoencoder of Keras networks of your own.

    Use it to generate rows of a given class or of given numbers (`sample`), and to
    change the condition of rows, with an encoder and a decoder in Keras that have the
    condition as their second input.

    Parameters
    ----------
    encoder : callable, keras.Model or None, default=None
        Network from a row and its condition to the mean and the log-variance of the
        code, or to features from which two dense layers compute both, as in
        :class:`KerasVariationalAutoencoder`. Functions get the shape of a condition as
        `condition_shape`, if they name this argument: one value per class, or one for
        a column of numbers, and one that is 1 if the condition is known. An encoder
        with one input is not told the condition.

    encoding_dim : int or "auto", default="auto"
        Number of code dimensions. "auto" is that of the mean if the encoder returns it;
        otherwise, and for a function with an argument `encoding_dim`, half the number
        of values of a row, rounded up, and at most 32.

    See Also
    --------
    ConditionalVariationalAutoencoder : Dense, with a linear baseline.
    KerasVariationalAutoencoder : The same without conditions.

    Notes
    -----
    The code of a row is the mean of its approximate posterior
    :math:`q(z|x,y) = N(\mu(x,y), \sigma^2(x,y))`, given its condition :math:`y` [1]_.
    Training minimizes the mean over the rows of

    .. math:: -\log p(x|z,y) + \beta \sum_j \tfrac12 (\sigma_j^2 + \mu_j^2 - 1
              - \log \sigma_j^2), \qquad z \sim q(z|x,y)

    in nats, plus the losses that layers add. :class:`ConditionalVariationalAutoencoder`
    tells how conditions are given to the network, and hidden from it in training.

    References
    ----------
    .. [1] K. Sohn, H. Lee and X. Yan, "Learning structured output representation using
       deep conditional generative models", NIPS (2015).

    Examples
    --------
    >>> import keras
    >>> from keras import layers
    >>> from skae import KerasConditionalVariationalAutoencoder
    >>> from skae.datasets import load_digits
    >>> def decoder(input_shape, encoding_dim, condition_shape):
    ...     code, condition = keras.Input((encoding_dim,)), keras.Input(condition_shape)
    ...     h = layers.Concatenate()([code, condition])
    ...     h = layers.Dense(128, activation="relu")(h)
    ...     return keras.Model([code, condition], layers.Dense(input_shape[0])(h))
    >>> digits = load_digits()
    >>> cvae = KerasConditionalVariationalAutoencoder(
    ...     decoder=decoder, encoding_dim=4, epochs=5, random_state=0
    ... )
    >>> cvae = cvae.fit(digits.X_train, digits.y_train)
    >>> cvae.sample(5, y=3, random_state=0).shape  # five images of a three
    (5, 64)
    """

    _architecture = KerasConditional
    _outside_graph = (
        *NetworkParameters._outside_graph,
        *ConditionalObjective._outside_graph,
    )

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **KerasConditional.layout.parameters,
        **KerasConditional.parameter_constraints,
        **NetworkParameters._parameter_constraints,
        **ConditionalObjective._parameter_constraints,
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
        condition_kinds: str | Sequence[str] = "auto",
        condition_dropout: float = 0.2,
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
        self._set_network_parameters(network_parameters)

    def _graph_values(self):
        size = self._condition_encoder_.width
        return super()._graph_values() | {"condition_size": size}

    @classmethod
    def _test_params(cls):
        # Codes that begin at random say little after a few small steps.
        return {**super()._test_params(), "learning_rate": 0.01, "beta": 0.01}
