"""The dense denoising autoencoder."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.denoising._architecture import DenseDenoising
from skae.families.denoising._objective import DenoisingObjective
from skae.losses import LOSS_CONSTRAINTS


@with_shared_texts
class DenoisingAutoencoder(DenoisingObjective, BaseAutoencoder):
    r"""Dense denoising autoencoder.

    Use it to remove noise from data, or to learn features that are robust to it.
    `reconstruct` denoises. Noise is added during training only, never by `transform`.
    If there are noisy rows together with their clean versions, pass both:
    ``fit(X_noisy, target=X_clean)``.

    Parameters
    ----------
    encoding_dim : int or "auto", default="auto"
        Number of code dimensions (latent dimensions, components). It may be larger than
        the number of features, because the noise acts as a regularization. "auto" is
        half the number of features, rounded up, and at most 32.

    See Also
    --------
    Autoencoder : Dense autoencoder, initialized with PCA.
    ConvDenoisingAutoencoder : Convolutional denoising autoencoder, for images.

    Notes
    -----
    Training [1]_ minimizes the mean over the rows of

    .. math:: L(x, g(f(\tilde x))), \qquad \tilde x \sim C(x),

    with encoder :math:`f`, decoder :math:`g`, and :math:`C` the distribution of the
    noisy row. The code of a row is :math:`f(x)`.

    References
    ----------
    .. [1] P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol, "Extracting and
       composing robust features with denoising autoencoders", ICML (2008),
       :doi:`10.1145/1390156.1390294`.

    Examples
    --------
    >>> import numpy as np
    >>> from skae import DenoisingAutoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> denoiser = DenoisingAutoencoder(epochs=30, noise_level=0.5, random_state=0)
    >>> denoiser = denoiser.fit(digits.X_train)
    >>> noise = np.random.default_rng(0).normal(scale=0.5, size=digits.X_test.shape)
    >>> clean = denoiser.reconstruct(digits.X_test + noise)
    >>> bool(np.mean((clean - digits.X_test) ** 2) < 0.3 * np.mean(noise**2))
    True
    """

    _architecture = DenseDenoising

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **DenseDenoising.parameter_constraints,
        "code_activation": [str, callable],
        "loss": LOSS_CONSTRAINTS,
    }

    def __init__(
        self,
        encoding_dim: int | str = "auto",
        *,
        hidden_layer_sizes: int | str | Sequence[int] = "auto",
        activation: str | Callable = "gelu",
        code_activation: str | Callable = "linear",
        loss: str | Callable = "squared_error",
        init: str = "pca",
        noise: str = "gaussian",
        noise_level: float | str = "auto",
        clip_noise: bool | str = "auto",
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
        self.code_activation = code_activation
        self.loss = loss
        self.init = init
        self.noise = noise
        self.noise_level = noise_level
        self.clip_noise = clip_noise
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
