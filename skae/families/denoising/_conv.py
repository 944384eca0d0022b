"""The convolutional denoising autoencoder."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.denoising._architecture import ConvDenoising
from skae.families.denoising._objective import DenoisingObjective
from skae.losses import LOSS_CONSTRAINTS


@with_shared_texts
class ConvDenoisingAutoencoder(DenoisingObjective, BaseAutoencoder):
    r"""Convolutional denoising autoencoder, for images.

    Use it to remove noise from images, or to learn features that are robust to it.
    `reconstruct` denoises. Noise is added during training only, never by `transform`.
    If there are noisy images together with their clean versions, pass both:
    ``fit(X_noisy, target=X_clean)``.

    Parameters
    ----------
    encoding_dim : int, "auto" or None, default="auto"
        Number of code dimensions, computed by a dense layer. None means that the last
        feature map itself is the code, flattened. "auto" is this map as well; if
        `filters` is "auto", too, the number of the last filters is limited so that the
        map has at most half as many values as the image.

    code_activation : str or callable, default="linear"
        Activation of the code. If the feature map is the code, it is applied after the
        activation of the last convolution.

    See Also
    --------
    DenoisingAutoencoder : Dense denoising autoencoder, for tables.
    ConvAutoencoder : Convolutional autoencoder without noise.

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
    >>> from skae import ConvDenoisingAutoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> denoiser = ConvDenoisingAutoencoder(
    ...     filters=(16, 16), epochs=20, noise_level=0.5, random_state=0
    ... )
    >>> denoiser = denoiser.fit(digits.X_train)
    >>> noise = np.random.default_rng(0).normal(scale=0.5, size=digits.X_test.shape)
    >>> clean = denoiser.reconstruct(digits.X_test + noise)
    >>> bool(np.mean((clean - digits.X_test) ** 2) < 0.4 * np.mean(noise**2))
    True
    """

    _architecture = ConvDenoising

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **ConvDenoising.layout.parameters,
        **ConvDenoising.parameter_constraints,
        "code_activation": [str, callable],
        "loss": LOSS_CONSTRAINTS,
    }

    def __init__(
        self,
        encoding_dim: int | str | None = "auto",
        *,
        image_shape: Sequence[int] | None = None,
        filters: int | Sequence[int] | str = "auto",
        kernel_size: int = 3,
        pooling: str = "stride",
        upsampling: str = "transposed",
        activation: str | Callable = "gelu",
        code_activation: str | Callable = "linear",
        loss: str | Callable = "squared_error",
        init: str = "pca",
        noise: str = "gaussian",
        noise_level: float | str = "auto",
        clip_noise: bool | str = "auto",
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
        self.code_activation = code_activation
        self.loss = loss
        self.init = init
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
