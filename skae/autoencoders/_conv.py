"""The convolutional autoencoder, for images."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae._sklearn import StrOptions
from skae.architectures import ConvArchitecture
from skae.base import BaseAutoencoder
from skae.losses import RECONSTRUCTION_LOSSES


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

    image_shape : tuple of int, default=None
        Height and width, or height, width and channels, for flattened images; one of
        them may be -1. By default flattened images are grey and square; rows whose
        number of columns is no square are taken as strips of one pixel's height, with
        a warning. Images of shape (n, H, W) or (n, H, W, C) need nothing.

    filters : int or sequence of int, default=(16, 8, 8)
        Filters of the encoder's convolutions. Each is followed by a halving of height
        and width, rounded up: 28, 14, 7, 4. The decoder has the same in reverse, and
        ends at the exact size.

    kernel_size : int, default=3
        Height and width of the convolutions.

    pooling : {"max", "average", "stride"}, default="max"
        How the image is halved: by pooling 2 x 2 pixels, or by a stride of 2.

    upsampling : {"nearest", "transposed"}, default="nearest"
        How it is doubled: by repeating pixels after a convolution, or by a transposed
        convolution of stride 2.

    activation : str or callable, default="relu"
        Activation of the hidden layers, by its Keras name or as a function of a tensor.

    code_activation : str or callable, default="linear"
        Activation of the code, on top of that of the last convolution where the feature
        map is the code.

    loss : {"squared_error", "binary_crossentropy"}, default="squared_error"
        Reconstruction loss :math:`L`, a mean over the features.

        - "squared_error": for data of any range, which are centred per feature and
          divided by one global scale, the root of the variance averaged over the
          features. The loss is in units of that variance: the share that is not
          explained.
        - "binary_crossentropy": for data in [0, 1], such as pixels. The output is a
          sigmoid, and the loss is in nats.

    optimizer : str or keras.optimizers.Optimizer, default="adam"
        Optimizer, by its Keras name or as an example. The learning rate of an example
        is replaced by `learning_rate`.

    learning_rate : float, default=2e-3
        Learning rate at the start.

    learning_rate_schedule : {"cosine", "constant"}, default="cosine"
        "cosine" lowers the learning rate from epoch to epoch, along half a cosine that
        would reach zero after `epochs`; "constant" leaves it alone.

    epochs : int or "auto", default="auto"
        Largest number of passes over the training data. "auto" makes about 3000 steps,
        but at least 15 and at most 500 passes.

    batch_size : int or "auto", default="auto"
        Rows per step. "auto" is the power of two next below a sixteenth of the training
        rows, between 16 and 256.

    shuffle : bool, default=True
        Whether to draw the mini-batches anew in each epoch.

    early_stopping : bool, default=True
        Whether to hold rows out, stop when their loss no longer falls, and keep the
        weights of the best epoch. The start counts as an epoch: it is kept when nothing
        was better by more than a quarter of the relative standard error, 1 over the
        root of the number of held-out rows. With fewer than 10 rows, the training loss
        is used.

    validation_fraction : float, default=0.1
        Fraction of the rows that `early_stopping` holds out, unless `fit` gets `X_val`.

    n_iter_no_change : int or "auto", default="auto"
        Epochs without a better one after which `early_stopping` stops. "auto" makes
        about 750 steps, but at least 10 epochs.

    tol : float, default=0.0
        An epoch is better when its loss is below the best one by more than this share.

    warm_start : bool, default=False
        Whether `fit` goes on from the present weights and optimizer state.

    callbacks : list of keras.callbacks.Callback or Checkpoint, default=None
        Copied for each fit; the copies are at `callbacks_`. Their model is the
        autoencoder in training. A callback with batch hooks makes training slower: the
        compiled program then returns after each step. A :class:`~skae.Checkpoint` lets
        a fit go on after its process was killed.

    jit_compile : bool or "auto", default="auto"
        Whether to compile with XLA, on the TensorFlow backend. "auto" does for 500
        steps or more.

    random_state : int, RandomState instance or None, default=None
        Decides weights, mini-batches, held-out rows and dropout. The same integer gives
        the same codes, bit for bit, on the same machine.

    verbose : {0, 1, 2}, default=0
        Silent; a progress bar with loss and time left (lines where the output is no
        terminal); or a line per epoch.

    Attributes
    ----------
    encoder_ : keras.Model
        From data to codes. Like the other two, it is a copy: training it further does
        not change the estimator.

    decoder_ : keras.Model
        From codes to data.

    autoencoder_ : keras.Model
        From data to reconstructions: `decoder_` applied to `encoder_`.

    history_ : dict of lists
        Per epoch: "loss" and "reconstruction_loss", averaged over the epoch's
        steps; with validation data the same after the epoch, under "val_loss" and so
        on. NaN in epochs, of an earlier fit or `partial_fit`, that did not have such a
        series.

    image_shape_ : tuple of int
        Height, width and channels of the images.

    code_shape_ : tuple of int
        Shape of the feature map that a code is, (4, 4, 8) for example, or of the dense
        code, (encoding_dim,).

    n_iter_ : int
        Number of epochs trained.

    callbacks_ : list of keras.callbacks.Callback
        The callbacks that took part in the fit.

    n_features_in_ : int
        Number of values per image, H * W * C.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, when `X` has names that are all strings.

    Raises
    ------
    ValueError
        From `fit`, for parameters and data that cannot be used.
    FloatingPointError
        From `fit`, when the loss overflows.

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
