"""The autoencoder of networks of the user."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.keras_networks._architecture import KerasArchitecture
from skae.families.keras_networks._parameters import NetworkParameters
from skae.losses import LOSS_CONSTRAINTS


@with_shared_texts
class KerasAutoencoder(NetworkParameters, BaseAutoencoder):
    r"""Autoencoder of Keras networks of your own.

    Use it if you have an encoder and a decoder in Keras, from a tutorial, a paper or a
    model zoo. It makes them a scikit-learn transformer: for Pipelines, searches over
    the parameters of the networks, early stopping, data frames, files. The networks may
    have any layers, and rows any shape. If dense or convolutional layers will do,
    :class:`Autoencoder` and :class:`ConvAutoencoder` have PCA as their baseline, which
    networks of your own have not.

    Parameters
    ----------
    encoding_dim : int or "auto", default="auto"
        Number of code dimensions, for networks that are built by it. "auto" is the
        number of outputs of the encoder; for a function with an argument
        `encoding_dim` it is half the number of values of a row, rounded up, and at
        most 32.

    loss : str, keras.losses.Loss or callable, default="squared_error"
        Reconstruction loss :math:`L`, with the names of :class:`Autoencoder`:
        "squared_error", "absolute_error", "huber" or "binary_crossentropy"; or a loss
        of Keras, or a function ``(y_true, y_pred)``. It compares what the networks get
        and return: standardized data, or data as they are (`standardize`). For a
        cross-entropy the data are in [0, 1]; outputs are probabilities if the last
        activation keeps them in [0, 1], and logits if it is linear.

    See Also
    --------
    Autoencoder : Dense autoencoder, with PCA as its baseline.
    KerasDenoisingAutoencoder : The same with noise in training.
    KerasVariationalAutoencoder : Variational autoencoder of networks of your own.

    Notes
    -----
    Training minimizes the mean over the rows of the loss
    :math:`L(x, g(f(x)))`, with encoder :math:`f` and decoder :math:`g`, plus the
    losses that layers add: regularizers of weights and activities, ``add_loss``.

    Weights are drawn with `random_state` by their initializers [1]_. Layers with a
    state are trained and saved as in Keras: batch normalization [2]_ sees the rows of
    the mini-batch, and `transform` uses its moving averages. Masks of layers are not
    used in the loss. If a layer may depend on the whole mini-batch (batch
    normalization, activity regularizers, functions of ``keras.ops``, classes of your
    own), a last mini-batch of fewer rows runs in a program of its own, without XLA.

    Encoder and decoder are copied one by one: they cannot share layers with weights.

    Files hold functions and classes that are registered with
    ``keras.saving.register_keras_serializable``, and built models of Keras' own layers
    and registered ones. Loading a file never calls anything else.

    References
    ----------
    .. [1] X. Glorot and Y. Bengio, "Understanding the difficulty of training deep
       feedforward neural networks", AISTATS (2010).

    .. [2] S. Ioffe and C. Szegedy, "Batch normalization: accelerating deep network
       training by reducing internal covariate shift", ICML (2015),
       :doi:`10.48550/arXiv.1502.03167`.

    Examples
    --------
    >>> import keras
    >>> from keras import layers
    >>> from skae import KerasAutoencoder
    >>> from skae.datasets import load_digits
    >>> def encoder(input_shape, encoding_dim, units=64):
    ...     return keras.Sequential(
    ...         [
    ...             layers.Input(input_shape),
    ...             layers.Dense(units, activation="relu"),
    ...             layers.BatchNormalization(),
    ...             layers.Dense(encoding_dim),
    ...         ]
    ...     )
    >>> def decoder(input_shape, encoding_dim, units=64):
    ...     return keras.Sequential(
    ...         [
    ...             layers.Input((encoding_dim,)),
    ...             layers.Dense(units, activation="relu"),
    ...             layers.Dense(input_shape[0]),
    ...         ]
    ...     )
    >>> digits = load_digits()
    >>> autoencoder = KerasAutoencoder(
    ...     encoder, decoder, 8, encoder__units=128, epochs=10, random_state=0
    ... )
    >>> codes = autoencoder.fit(digits.X_train).transform(digits.X_test)
    >>> codes.shape
    (540, 8)
    >>> sorted(autoencoder.get_params())[:4]
    ['batch_size', 'callbacks', 'decoder', 'decoder__units']
    """

    _architecture = KerasArchitecture

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **KerasArchitecture.layout.parameters,
        **KerasArchitecture.parameter_constraints,
        **NetworkParameters._parameter_constraints,
        "loss": LOSS_CONSTRAINTS,
    }

    def __init__(
        self,
        encoder: Any = None,
        decoder: Any = None,
        encoding_dim: int | str = "auto",
        *,
        input_shape: Sequence[int] | None = None,
        pretrained: bool | str = False,
        loss: str = "squared_error",
        standardize: bool | str = "auto",
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
        self.loss = loss
        self.standardize = standardize
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
