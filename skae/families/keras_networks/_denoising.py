"""The denoising autoencoder of networks of the user."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.denoising import DenoisingObjective
from skae.families.keras_networks._architecture import KerasDenoising
from skae.families.keras_networks._parameters import NetworkParameters
from skae.losses import LOSS_CONSTRAINTS


@with_shared_texts
class KerasDenoisingAutoencoder(NetworkParameters, DenoisingObjective, BaseAutoencoder):
    r"""Denoising autoencoder of Keras networks of your own.

    Use it to remove noise from data, with an encoder and a decoder in Keras.
    `reconstruct` denoises. Noise is added during training only, never by `transform`.
    If there are noisy rows together with their clean versions, pass both:
    ``fit(X_noisy, target=X_clean)``.

    Parameters
    ----------
    encoding_dim : int or "auto", default="auto"
        Number of code dimensions, for networks that are built by it. "auto" is the
        number of outputs of the encoder; for a function with an argument
        `encoding_dim` it is half the number of values of a row, rounded up, and at
        most 32.

    loss : str, keras.losses.Loss or callable, default="squared_error"
        Reconstruction loss of the clean rows, as in :class:`KerasAutoencoder`:
        "squared_error", "absolute_error", "huber", "binary_crossentropy", a loss of
        Keras, or a function ``(y_true, y_pred)``, of standardized data or of data as
        they are (`standardize`).

    See Also
    --------
    KerasAutoencoder : The same without noise.
    DenoisingAutoencoder : Dense denoising autoencoder, with PCA as its baseline.
    ConvDenoisingAutoencoder : Convolutional denoising autoencoder, for images.

    Notes
    -----
    Training [1]_ minimizes the mean over the rows of

    .. math:: L(x, g(f(\tilde x))), \qquad \tilde x \sim C(x),

    with encoder :math:`f`, decoder :math:`g`, and :math:`C` the distribution of the
    noisy row, plus the losses that layers add.

    References
    ----------
    .. [1] P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, "Extracting and
       composing robust features with denoising autoencoders", ICML (2008),
       :doi:`10.1145/1390156.1390294`.

    Examples
    --------
    >>> import numpy as np
    >>> from skae import KerasDenoisingAutoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> denoiser = KerasDenoisingAutoencoder(
    ...     encoder__units=(256,), noise_level=0.5, epochs=30, random_state=0
    ... )
    >>> denoiser = denoiser.fit(digits.X_train)
    >>> noise = np.random.default_rng(0).normal(scale=0.5, size=digits.X_test.shape)
    >>> clean = denoiser.reconstruct(digits.X_test + noise)
    >>> bool(np.mean((clean - digits.X_test) ** 2) < 0.4 * np.mean(noise**2))
    True
    """

    _architecture = KerasDenoising

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **KerasDenoising.layout.parameters,
        **KerasDenoising.parameter_constraints,
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
        noise: str = "gaussian",
        noise_level: float | str = "auto",
        clip_noise: bool | str = "auto",
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
        self.noise = noise
        self.noise_level = noise_level
        self.clip_noise = clip_noise
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
