"""The recurrent autoencoder, for sequences."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from skae._sklearn import StrOptions
from skae.architectures import RecurrentArchitecture
from skae.base import BaseAutoencoder
from skae.estimator._docstrings import with_shared_texts
from skae.losses import RECONSTRUCTION_LOSSES


@with_shared_texts
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

    Attributes
    ----------
    n_timesteps_ : int
        Length of the longest sequence of `fit`; `transform` takes none that is longer.

    n_features_ : int
        Number of features per time step.

    n_features_in_ : int
        Number of columns of a table, or of features per time step.

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
