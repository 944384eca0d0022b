"""The convolutional autoencoder, for images."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae._sklearn import StrOptions
from skae.architectures import ConvArchitecture
from skae.base import BaseAutoencoder
from skae.estimator._docstrings import with_shared_texts
from skae.losses import RECONSTRUCTION_LOSSES


@with_shared_texts
class ConvAutoencoder(BaseAutoencoder):
    r"""Convolutional autoencoder.

    Use it for images, or anything on a grid: it needs fewer weights than a dense
    network, but more time on a CPU. Images are of shape (n, H, W), (n, H, W, C) or
    flattened; reconstructions come back in the same layout, and codes are always rows
    of a table. For small, centred images such as digits, :class:`Autoencoder` is often
    as good and much faster.

    Training minimizes the mean over the images of :math:`L(x, g(f(x)))`, with the
    encoder :math:`f` made of convolutions and halvings, the decoder :math:`g` of
    convolutions and doublings.

    Parameters
    ----------
    encoding_dim : int, default=None
        Number of code dimensions, made by a dense layer. None means that the last
        feature map itself is the code, flattened.

    code_activation : str or callable, default="linear"
        Activation of the code, on top of that of the last convolution where the feature
        map is the code.

    See Also
    --------
    Autoencoder : Dense, starting at PCA.
    ConvDenoisingAutoencoder : Removes noise.
    ConvVariationalAutoencoder : Makes up new images.

    References
    ----------
    .. [1] J. Masci, U. Meier, D. Ciresan and J. Schmidhuber, "Stacked convolutional
       auto-encoders for hierarchical feature extraction", ICANN (2011),
       :doi:`10.1007/978-3-642-21735-7_7`.

    Examples
    --------
    >>> from skae import ConvAutoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> conv = ConvAutoencoder(filters=(8, 4), epochs=5, random_state=0)
    >>> conv = conv.fit(digits.X_train.reshape(-1, 8, 8))
    >>> conv.code_shape_
    (2, 2, 4)
    >>> conv.transform(digits.X_test.reshape(-1, 8, 8)).shape
    (540, 16)
    >>> conv.reconstruct(digits.X_test).shape  # flattened images are taken as well
    (540, 64)
    """

    _architecture = ConvArchitecture

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **ConvArchitecture.layout.parameters,
        **ConvArchitecture.parameter_constraints,
        "code_activation": [str, callable],
        "loss": [StrOptions(set(RECONSTRUCTION_LOSSES))],
    }

    def __init__(
        self,
        encoding_dim: int | None = None,
        *,
        image_shape: Sequence[int] | None = None,
        filters: int | Sequence[int] = (16, 8, 8),
        kernel_size: int = 3,
        pooling: str = "max",
        upsampling: str = "nearest",
        activation: str | Callable = "relu",
        code_activation: str | Callable = "linear",
        loss: str = "squared_error",
        optimizer: Any = "adam",
        learning_rate: float = 2e-3,
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
        self.image_shape = image_shape
        self.filters = filters
        self.kernel_size = kernel_size
        self.pooling = pooling
        self.upsampling = upsampling
        self.activation = activation
        self.code_activation = code_activation
        self.loss = loss
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
