"""The dense denoising autoencoder."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae._sklearn import StrOptions
from skae.architectures import DenseDenoising
from skae.base import BaseAutoencoder
from skae.losses import RECONSTRUCTION_LOSSES
from skae.objectives import DenoisingObjective


class DenoisingAutoencoder(DenoisingObjective, BaseAutoencoder):
    r"""Dense autoencoder that learns to remove noise.

    Use it to clean data, or to learn features that do not depend on details:
    `reconstruct` is the denoiser. Noise is added while training only, never by
    `transform`. When you have noisy rows together with their clean versions, give both:
    ``fit(X_noisy, target=X_clean)``.

    Training minimizes the mean over the rows of

    .. math:: L(x, g(f(\tilde x))), \qquad \tilde x \sim C(x),

    with encoder :math:`f`, decoder :math:`g`, and :math:`C` the noise. The code of a
    row is :math:`f(x)`.

    Parameters
    ----------
    encoding_dim : int, default=32
        Number of code dimensions (latent dimensions, components). It may be larger than
        the number of features: the noise keeps the code useful.

    hidden_layer_sizes : int or sequence of int, default=(128, 64)
        Units of the encoder's hidden layers; the decoder has the same in reverse.
        ``()`` means none.

    activation : str or callable, default="elu"
        Activation of the hidden layers, by its Keras name or as a function of a tensor.

    code_activation : str or callable, default="linear"
        Activation of the code.

    loss : {"squared_error", "binary_crossentropy"}, default="squared_error"
        Reconstruction loss :math:`L`, a mean over the features.

        - "squared_error": for data of any range, which are centred per feature and
          divided by one global scale, the root of the variance averaged over the
          features. The loss is in units of that variance: the share that is not
          explained.
        - "binary_crossentropy": for data in [0, 1], such as pixels. The output is a
          sigmoid, and the loss is in nats.

    noise : {"gaussian", "masking", "dropout", "salt_and_pepper"}, default="gaussian"
        Noise, drawn afresh at every step.

        - "gaussian": normal noise is added.
        - "masking": entries are set to 0. For data that will miss entries later.
        - "dropout": entries are set to 0 and the others divided by the share that is
          left, so that the network expects whole rows later, in `transform`.
        - "salt_and_pepper": entries are set to the smallest or the largest value of the
          training data.

    noise_level : float, default=0.3
        Standard deviation of the normal noise, in the units of the data, or the share
        of the entries that are hit.

    clip_noise : bool or "auto", default="auto"
        Whether to clip noisy data to the range of the training data. "auto" does for
        normal noise with ``loss="binary_crossentropy"``.

    dropout : float, default=0.0
        Fraction of hidden units set to zero at random in each training step.

    tied_weights : bool, default=False
        Whether the decoder uses the encoder's kernels, transposed. Half the parameters.

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
        Per epoch: "loss" and "reconstruction_loss", of noisy rows against clean ones,
        averaged over the epoch's steps; with validation data the same after the epoch,
        under "val_loss" and so on. NaN in epochs, of an earlier fit or `partial_fit`,
        that did not have such a series.

    n_iter_ : int
        Number of epochs trained.

    callbacks_ : list of keras.callbacks.Callback
        The callbacks that took part in the fit.

    n_features_in_ : int
        Number of features seen during `fit`.

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
    ConvDenoisingAutoencoder : For images.

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
        "loss": [StrOptions(set(RECONSTRUCTION_LOSSES))],
    }

    def __init__(
        self,
        encoding_dim: int = 32,
        *,
        hidden_layer_sizes: int | Sequence[int] = (128, 64),
        activation: str | Callable = "elu",
        code_activation: str | Callable = "linear",
        loss: str = "squared_error",
        noise: str = "gaussian",
        noise_level: float = 0.3,
        clip_noise: bool | str = "auto",
        dropout: float = 0.0,
        tied_weights: bool = False,
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
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.code_activation = code_activation
        self.loss = loss
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
