"""The convolutional autoencoder."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.conv._architecture import LinearPathConv
from skae.losses import LOSS_CONSTRAINTS


@with_shared_texts
class ConvAutoencoder(BaseAutoencoder):
    r"""Convolutional autoencoder, for images.

    Use it for some thousands of images or more, with few codes: on MNIST it explains
    much more of the variance than :class:`Autoencoder` with the same number of codes,
    but takes more time on a CPU. For images of 8 x 8 pixels the two are nearly the
    same, and :class:`Autoencoder` is faster; on patches of photographs PCA is hard to
    beat, and the fit with an integer `encoding_dim` returns it. Images have the shape
    (n, H, W) or (n, H, W, C), or are flattened; reconstructions have the same layout,
    and codes are always a two-dimensional array.

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
    Autoencoder : Dense autoencoder, initialized with PCA.
    ConvDenoisingAutoencoder : Convolutional autoencoder that removes noise.
    ConvVariationalAutoencoder : Convolutional autoencoder that generates images.

    Notes
    -----
    Training minimizes the mean over the images of :math:`L(x, g(f(x)))`, where the
    encoder :math:`f` consists of convolutions and downsampling [1]_, the decoder
    :math:`g` of convolutions and upsampling. With an integer `encoding_dim`, PCA is the
    baseline: training starts from random weights, and the fit returns PCA if training
    finds nothing clearly better on the rows that `early_stopping` holds out.

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

    _architecture = LinearPathConv

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **LinearPathConv.layout.parameters,
        **LinearPathConv.parameter_constraints,
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
