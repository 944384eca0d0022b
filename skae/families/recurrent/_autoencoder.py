"""The autoencoder for sequences."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.recurrent._architecture import LinearPathRecurrent
from skae.losses import LOSS_CONSTRAINTS


@with_shared_texts
class RecurrentAutoencoder(BaseAutoencoder):
    r"""Autoencoder for sequences of any length, with convolutional or recurrent layers.

    Use it for sequences of different lengths, and for series of the same length in
    which a pattern may occur at different times. `X` is an array of shape (n,
    timesteps, features), a table of one feature per time step, or a list of arrays of
    shape (timesteps_i, features); in arrays, NaN marks the padding behind the end of a
    sequence. Padding changes neither a code nor the loss, and `reconstruct` returns
    each sequence with its own length. For series of the same length that start at the
    same event, :class:`Autoencoder` is faster and often as good.

    By default there are no recurrent layers: convolutions over time, parallel to dense
    layers that see the whole sequence, are better and much faster than recurrent
    layers, which compute one time step after the other. ``cell="lstm", init="random"``
    is the recurrent network of the textbooks [1]_ [2]_: its code is the last state of
    the encoder's last layer, and the input of the decoder at each time step.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Units of the recurrent layers between data and code, or of the dense layers
        parallel to the convolutions; the decoder has the same in reverse. With ``()``
        there are only the convolutions, or one recurrent layer of `encoding_dim` units.

    cell : {"conv", "lstm", "gru"}, default="conv"
        Layers that read and write the sequence.

        - "conv": two convolutions of 64 filters, over segments of 4 and of 8 time
          steps.
        - "lstm", "gru": recurrent layers, for memory that is longer than a few segments
          and depends on the number of steps, not on the position; "gru" has three
          quarters of the weights.

    activation : str or callable, default="gelu"
        Activation of convolutions and dense layers. Recurrent layers have their own.

    longer_sequences : {"auto", "resample", "truncate", "error"}, default="auto"
        How to handle sequences that are longer than all those of `fit`.

        - "resample": they are interpolated linearly at as many time steps as the
          longest one of `fit` has, and their reconstructions are interpolated to their
          own length.
        - "truncate": only their first time steps are used and reconstructed.
        - "error": a ValueError is raised.
        - "auto": "resample" up to twice the length of the longest, otherwise "error".

    init : {"pca", "random"}, default="pca"
        Initialization, and whether the fit has PCA as its baseline.

        - "pca": a linear path from the data to the codes and back is added to the
          network. Training starts from PCA's loadings on this path, and from a network
          that contributes nothing. For PCA, sequences are padded with their own means.
          PCA is kept if training finds nothing better on the rows that `early_stopping`
          holds out. With 20000 sequences or more, training starts from random weights
          instead, and PCA is only the baseline.
        - "random": a plain network without linear path.

    Attributes
    ----------
    n_timesteps_ : int
        Length of the longest sequence of `fit`.

    n_features_ : int
        Number of features per time step.

    n_features_in_ : int
        Number of columns of a table, or of features per time step.

    See Also
    --------
    Autoencoder : Dense autoencoder, initialized with PCA.

    Notes
    -----
    Training minimizes the reconstruction loss, averaged over the time steps and
    features of each sequence, and then over the sequences.

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
    >>> recurrent = RecurrentAutoencoder(4, epochs=30, random_state=0).fit(waves)
    >>> recurrent.transform(waves).shape
    (100, 4)
    >>> [len(wave) for wave in recurrent.reconstruct(waves)] == list(lengths)
    True
    """

    _architecture = LinearPathRecurrent

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **LinearPathRecurrent.layout.parameters,
        **LinearPathRecurrent.parameter_constraints,
        "loss": LOSS_CONSTRAINTS,
    }

    _parameters_of_old_files: ClassVar[dict] = {"longer_sequences": "error"}

    def __init__(
        self,
        encoding_dim: int | str = "auto",
        *,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        cell: str = "conv",
        activation: str | Callable = "gelu",
        loss: str | Callable = "squared_error",
        longer_sequences: str = "auto",
        init: str = "pca",
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
        self.cell = cell
        self.activation = activation
        self.loss = loss
        self.longer_sequences = longer_sequences
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
