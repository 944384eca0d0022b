"""The dense autoencoder whose codes keep neighbours."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from skae._sklearn import StrOptions
from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.neighbors._architecture import DenseNeighbors
from skae.families.neighbors._objective import NeighborObjective
from skae.losses import RECONSTRUCTION_LOSSES


@with_shared_texts
class NeighborAutoencoder(NeighborObjective, BaseAutoencoder):
    r"""Dense autoencoder whose codes keep neighbours: a map that decodes.

    Use it where you would use t-SNE or UMAP for a map of the rows, and want to put new
    rows on it, or to see what lies between them: :class:`~sklearn.manifold.TSNE` has
    no `transform` and no decoder. For a picture of the training rows alone it is still
    the better one.

    Each row :math:`x_i` is given a place :math:`p_i` first: that of t-SNE [1]_ on a
    graph of nearest neighbours whose edges count alike, in units of the standard
    deviation of all places. This needs no network, and is quick. Training then
    minimizes the mean over the rows of

    .. math::
       L(x_i, g(f(x_i))) + w \log \Bigl( 1 + \frac{|f(x_i) - p_i|^2}{d s^2} \Bigr),
       \qquad s = 0.1,

    with the reconstruction loss :math:`L` and :math:`d` code dimensions. It is the
    first turn of the method of auxiliary coordinates [2]_; further turns, in which the
    places follow the codes, changed little. Training on the loss of t-SNE itself [4]_
    [5]_ needs many times as many steps. In each epoch every row and its place are mixed
    with those of one of its neighbours, in random shares: the network learns the lines
    between neighbours, instead of the rows by heart.

    Neighbours are looked for among all rows of a fit, those held out included. The
    distances are those of the data as they are: columns should have comparable scales.
    Of more than 50 columns they are distances between the projections on the 50 leading
    principal components. Up to 100000 rows the neighbours are exact, beyond that
    approximate if `pynndescent` is installed (``pip install "skae[neighbors]"``).
    Memory grows with the number of rows times `n_neighbors`. Rows so far from all
    others that these would be one point beside them, values a thousand times too large
    for example, are left out of the map and of training, with a warning. A `warm_start`
    with other data draws another map; `partial_fit` turns that of its rows to where
    their codes are.

    Parameters
    ----------
    encoding_dim : int, default=2
        Number of code dimensions: 2 for a map. In many dimensions keeping neighbours
        costs more than it gives.

    hidden_layer_sizes : "auto", int or sequence of int, default="auto"
        Units of the encoder's hidden layers; the decoder has the same in reverse.
        "auto" is (384, 256, 128, 128, 64, 64): where islands part the encoder must be
        steep, and depth does more for that than width.

    n_neighbors : int, default=15
        Neighbours per row. Fewer show finer structure. Where there are fewer other
        rows, all of them.

    neighbor_weight : float, default=1.0
        Weight :math:`w` of the map. 0 is the plain autoencoder, :class:`Autoencoder`
        with `init="random"` and the same `input_noise` and `early_stopping`.

    attraction : float, default=1.5
        Strength of the attraction between neighbours in the map, beside the repulsion
        between all rows [3]_. 1 is t-SNE; with 4 islands are denser and farther from
        each other, as UMAP has them. Less of it keeps more neighbours, more of it
        keeps classes apart.

    reconstruction_weight : float, default=1.0
        Share of the reconstruction loss that reaches the encoder. 0 is a pure map: the
        decoder is trained all the same, to make the best of it.

    input_noise : float or "auto", default="auto"
        Standard deviation of normal noise on the input in training, in the units of the
        data: a row's surroundings go where the row goes. "auto" is 4 % of the root of
        the total variance, but no more than that of a column has; and 0 for 20000 rows
        or more, which do not need it.

    epochs : int or "auto", default="auto"
        Largest number of passes over the training data. "auto" makes about 2700 steps,
        but at least 12 and at most 500 passes; of many rows 30 passes, or as many as
        make about 7000 steps. Of more than 60000 rows the 12 are fewer, so that the
        steps grow with the root of the number of rows.

    Attributes
    ----------
    history_ : dict of lists
        Per epoch: "loss", "reconstruction_loss" and "neighbor_loss", the latter times
        `neighbor_weight`, averaged over the epoch's steps; with validation data the
        same after the epoch, under "val_loss" and so on.

    See Also
    --------
    Autoencoder : Keeps what reconstructs the rows, and not who is whose neighbour.
    sklearn.manifold.TSNE : Maps without new rows.

    References
    ----------
    .. [1] L. van der Maaten and G. Hinton, "Visualizing data using t-SNE", JMLR 9
       (2008).

    .. [2] M. A. Carreira-Perpiñán and M. Vladymyrov, "A fast, universal algorithm to
       learn parametric nonlinear embeddings", NIPS (2015).

    .. [3] J. N. Böhm, P. Berens and D. Kobak, "Attraction-repulsion spectrum in
       neighbor embeddings", JMLR 23 (2022), :doi:`10.48550/arXiv.2007.08902`.

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
        "loss": [StrOptions(set(RECONSTRUCTION_LOSSES))],
    }

    def __init__(
        self,
        encoding_dim: int = 2,
        *,
        hidden_layer_sizes: int | str | Sequence[int] = "auto",
        activation: str | Callable = "gelu",
        code_activation: str | Callable = "linear",
        loss: str = "squared_error",
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
