"""The dense autoencoder whose codes preserve neighbours."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.neighbors._architecture import DenseNeighbors
from skae.families.neighbors._objective import NeighborObjective
from skae.losses import LOSS_CONSTRAINTS


@with_shared_texts
class NeighborAutoencoder(NeighborObjective, BaseAutoencoder):
    r"""Dense autoencoder whose codes preserve neighbours: an embedding with a decoder.

    Use it in place of t-SNE or UMAP for an embedding of the rows in two dimensions, if
    new rows have to be embedded too, or if points of the plane have to be decoded:
    :class:`~sklearn.manifold.TSNE` has no `transform` and no decoder. For a plot of the
    training rows alone t-SNE is still better.

    Distances are those of the data as they are: columns should have comparable scales.

    Parameters
    ----------
    encoding_dim : int, default=2
        Number of code dimensions: 2 for a plot. In many dimensions, preserving
        neighbours is not worth its cost.

    hidden_layer_sizes : "auto", int or sequence of int, default="auto"
        Units of the encoder's hidden layers; the decoder has the same in reverse.
        "auto" is (384, 256, 128, 128, 64, 64): the encoder has to be steep between
        clusters, and depth achieves this better than width.

    n_neighbors : int, default=15
        Number of neighbours per row; fewer show finer structure. If there are fewer
        other rows, all of them are used.

    neighbor_weight : float, default=1.0
        Weight :math:`w` of the embedding in the loss. 0 gives a plain autoencoder,
        :class:`Autoencoder` with `init="random"` and the same `input_noise` and
        `early_stopping`.

    attraction : float, default=1.5
        Strength of the attraction between neighbours in the embedding, relative to the
        repulsion between all rows [1]_. 1 is t-SNE; with 4, clusters are denser and
        farther from each other, as in UMAP. Smaller values preserve more neighbours,
        larger values separate classes better.

    reconstruction_weight : float, default=1.0
        Weight of the reconstruction loss for the encoder. With 0 the encoder is trained
        for the embedding only; the decoder is trained in any case.

    input_noise : float or "auto", default="auto"
        Standard deviation of Gaussian noise on the input in training, in the units of
        the data. It keeps the codes of rows that are close to a training row close to
        that row's code. "auto" is 4 % of the square root of the total variance, but at
        most the standard deviation of a column; it is 0 for 20000 rows or more, which
        do not need it.

    epochs : int or "auto", default="auto"
        Maximum number of epochs. "auto" makes about 2700 steps, but at least 12 and at
        most 500 epochs; with many rows it makes 30 epochs, or as many as make about
        7000 steps if these are fewer. For more than 60000 rows the minimum of 12 is
        lower, so that the number of steps grows with the square root of the number of
        rows.

    Attributes
    ----------
    history_ : dict of lists
        Per epoch: "loss", "reconstruction_loss" and "neighbor_loss", the latter times
        `neighbor_weight`, averaged over the epoch's steps; with validation data also
        their values on these after the epoch, as "val_loss" and so on.

    See Also
    --------
    Autoencoder : Dense autoencoder, initialized with PCA.
    sklearn.manifold.TSNE : Embedding without `transform` for new rows.

    Notes
    -----
    First, each row :math:`x_i` is assigned a position :math:`p_i`: that of t-SNE [2]_
    on a graph of nearest neighbours with equal weights of the edges, divided by the
    standard deviation of all positions. This needs no network, and is quick. Training
    then minimizes the mean over the rows of

    .. math::
       L(x_i, g(f(x_i))) + w \log \Bigl( 1 + \frac{|f(x_i) - p_i|^2}{d s^2} \Bigr),
       \qquad s = 0.1,

    with the reconstruction loss :math:`L` and :math:`d` code dimensions. This is the
    first iteration of the method of auxiliary coordinates [3]_; further iterations, in
    which the positions follow the codes, changed little. Training on the loss of t-SNE
    itself [4]_ [5]_ needs many times as many steps. In each epoch, every row and its
    position are mixed with those of one of its neighbours, with random weights (mixup),
    so that the network learns to interpolate between neighbours instead of memorizing
    the rows.

    Neighbours are searched among all rows of the fit, including those held out. With
    more than 50 columns, distances are computed on the 50 leading principal components.
    Up to 100000 rows the neighbours are exact; for more rows they are approximate if
    `pynndescent` is installed (``pip install "skae[neighbors]"``). Memory grows with
    the number of rows times `n_neighbors`.

    Rows that are so far from all others that these would be a single point in
    comparison, with values a thousand times too large for example, are excluded from
    the embedding and from training, with a warning.

    With `warm_start` and other data the embedding is computed anew. `partial_fit`
    rotates, reflects and shifts the positions of its rows to match their codes.

    References
    ----------
    .. [1] J. N. Böhm, P. Berens and D. Kobak, "Attraction-repulsion spectrum in
       neighbor embeddings", JMLR 23 (2022), :doi:`10.48550/arXiv.2007.08902`.

    .. [2] L. van der Maaten and G. Hinton, "Visualizing data using t-SNE", JMLR 9
       (2008).

    .. [3] M. A. Carreira-Perpiñán and M. Vladymyrov, "A fast, universal algorithm to
       learn parametric nonlinear embeddings", NIPS (2015).

    .. [4] L. van der Maaten, "Learning a parametric embedding by preserving local
       structure", AISTATS (2009).

    .. [5] T. Sainburg, L. McInnes and T. Q. Gentner, "Parametric UMAP embeddings for
       representation and semisupervised learning", Neural Computation 33 (2021),
       :doi:`10.1162/neco_a_01434`.

    Examples
    --------
    >>> from skae import NeighborAutoencoder
    >>> from skae.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> digits = load_digits()
    >>> mapper = NeighborAutoencoder(epochs=20, random_state=0).fit(digits.X_train)
    >>> codes = mapper.transform(digits.X_train)
    >>> near = KNeighborsClassifier().fit(codes, digits.y_train)
    >>> bool(near.score(mapper.transform(digits.X_test), digits.y_test) > 0.9)
    True
    >>> mapper.inverse_transform([[0.0, 0.0]]).shape  # what lies in the middle
    (1, 64)
    """

    _architecture = DenseNeighbors

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **DenseNeighbors.parameter_constraints,
        **NeighborObjective._parameter_constraints,
        "code_activation": [str, callable],
        "loss": LOSS_CONSTRAINTS,
    }

    def __init__(
        self,
        encoding_dim: int = 2,
        *,
        hidden_layer_sizes: int | str | Sequence[int] = "auto",
        activation: str | Callable = "gelu",
        code_activation: str | Callable = "linear",
        loss: str | Callable = "squared_error",
        n_neighbors: int = 15,
        neighbor_weight: float = 1.0,
        attraction: float = 1.5,
        reconstruction_weight: float = 1.0,
        input_noise: float | str = "auto",
        dropout: float = 0.0,
        tied_weights: bool = False,
        optimizer: Any = "adam",
        learning_rate: float | str = "auto",
        learning_rate_schedule: str = "cosine",
        epochs: int | str = "auto",
        batch_size: int | str = "auto",
        shuffle: bool = True,
        early_stopping: bool = False,
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
        self.n_neighbors = n_neighbors
        self.neighbor_weight = neighbor_weight
        self.attraction = attraction
        self.reconstruction_weight = reconstruction_weight
        self.input_noise = input_noise
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
