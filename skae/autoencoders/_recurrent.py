"""The recurrent autoencoder, for sequences."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from skae._sklearn import StrOptions
from skae.architectures import RecurrentArchitecture
from skae.base import BaseAutoencoder
from skae.losses import RECONSTRUCTION_LOSSES


class RecurrentAutoencoder(BaseAutoencoder):
    r"""Recurrent autoencoder: a sequence to a vector, and back.

    Use it for sequences of different lengths, or with long memory. `X` is an array of
    shape (n, timesteps, features), a table of one feature per step, or a list of arrays
    of shape (timesteps_i, features); in arrays, NaN marks what lies behind the end of a
    sequence. Padding changes neither a code nor the loss, and `reconstruct` gives each
    sequence back at its own length. For series of one length that start at the same
    event, :class:`Autoencoder` is faster and often as good.

    The code is the last state of the encoder's last layer; the decoder reads it at each
    time step. Training minimizes the mean over the sequences of the mean over their own
    time steps and features of the reconstruction loss.

    Parameters
    ----------
    encoding_dim : int, default=32
        Number of code dimensions (latent dimensions, components).

    hidden_layer_sizes : int or sequence of int, default=(100,)
        Units of the recurrent layers between data and code; the decoder has the same in
        reverse. With ``()`` the decoder has one layer of `encoding_dim` units.

    cell : {"lstm", "gru"}, default="lstm"
        Kind of recurrent layer. "gru" has three quarters of the weights.

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

    n_timesteps_ : int
        Length of the longest sequence of `fit`; `transform` takes none that is longer.

    n_features_ : int
        Number of features per time step.

    n_iter_ : int
        Number of epochs trained.

    callbacks_ : list of keras.callbacks.Callback
        The callbacks that took part in the fit.

    n_features_in_ : int
        Number of columns of a table, or of features per time step.

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

    References
    ----------
    .. [1] N. Srivastava, E. Mansimov and R. Salakhutdinov, "Unsupervised learning of
       video representations using LSTMs", ICML (2015),
       :doi:`10.48550/arXiv.1502.04681`.

    .. [2] S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural
       Computation 9 (1997), :doi:`10.1162/neco.1997.9.8.1735`.

    Examples
    --------
    >>> import numpy as np
    >>> from skae import RecurrentAutoencoder
    >>> lengths = np.random.default_rng(0).integers(5, 20, size=100)
    >>> waves = [np.sin(np.arange(n) + n)[:, None] for n in lengths]
    >>> recurrent = RecurrentAutoencoder(4, hidden_layer_sizes=(8,), epochs=3,
    ...                                  random_state=0).fit(waves)
    >>> recurrent.transform(waves).shape
    (100, 4)
    >>> [len(wave) for wave in recurrent.reconstruct(waves)] == list(lengths)
    True
    """

    _architecture = RecurrentArchitecture

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **RecurrentArchitecture.parameter_constraints,
        "loss": [StrOptions(set(RECONSTRUCTION_LOSSES))],
    }

    def __init__(
        self,
        encoding_dim: int = 32,
        *,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        cell: str = "lstm",
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
        self.hidden_layer_sizes = hidden_layer_sizes
        self.cell = cell
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
