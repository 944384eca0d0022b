"""The dense autoencoder, simple or deep."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skae._sklearn import Interval
from skae.base import BaseAutoencoder
from skae.estimator import with_shared_texts
from skae.families.dense._linear_path import LinearPathArchitecture
from skae.losses import LOSS_CONSTRAINTS


@with_shared_texts
class Autoencoder(BaseAutoencoder):
    r"""Dense autoencoder: a nonlinear generalization of PCA.

    Use it in place of :class:`~sklearn.decomposition.PCA` if the data lie near a curved
    surface: for dimensionality reduction, before t-SNE or a classifier, for
    compression. With the default ``init="pca"``, PCA is the baseline: the fit returns
    PCA unless training finds something better on held-out rows. Codes are like PCA's:
    uncorrelated, ordered, in the units of the data. If PCA with as many components
    explains enough, use PCA: it is faster.

    Parameters
    ----------
    encoding_dim : int or "auto", default="auto"
        Number of code dimensions (latent dimensions, components). If it is larger than
        the number of features, use a penalty or dropout. "auto" is half the number of
        features, rounded up, and at most 32.

    hidden_layer_sizes : "auto", int or sequence of int, default="auto"
        Units of the encoder's hidden layers; the decoder has the same in reverse.
        ``()`` means none: the simplest possible autoencoder. "auto" is (128, 64), or
        (256, 128) with `nested`; for 20000 rows or more it is (512, 256), or (256, 128)
        if there are no more than 32 features.

    code_activation : str or callable, default="linear"
        Activation of the code. All but "linear" require ``init="random"``.

    init : {"pca", "random"}, default="pca"
        Initialization, and whether the fit has PCA as its baseline.

        - "pca": a linear path, parallel to the network, computes PCA, and the network
          contributes nothing at first. This is the baseline: it is evaluated on the
          rows that `early_stopping` holds out, and kept if training finds nothing
          better. Training starts from it, too; with 20000 rows or more it starts from
          random weights, which reach better results. Without hidden layers the
          network itself is initialized with PCA.
        - "random": a plain network without linear path, as in the textbooks.

    input_noise : float or "auto", default="auto"
        Standard deviation of Gaussian noise on the input in training, in the units of
        the data: a regularization for few rows [1]_. Held-out rows are reconstructed
        without noise. "auto" is the smallest of 4 % of the square root of the total
        variance, of the standard deviation of a column, and of 70 % of the standard
        deviation in a direction that PCA leaves out; it is 0 for 20000 rows or more, or
        with ``init="random"``. To remove noise from data, use
        :class:`DenoisingAutoencoder`.

    l1 : float, default=0.0
        Weight of the L1 penalty on the codes, for sparse codes: the sum of their
        absolute values, averaged over the rows. It does not depend on the batch size.
        All epochs, and PCA, are compared by the loss with this penalty, so the fit may
        return a model that explains less than PCA.

    l2 : float, default=0.0
        Weight of the L2 penalty on the kernels: the sum of their squared entries. With
        ``init="pca"`` and without `l1`, PCA is kept unless held-out rows are
        reconstructed better, whatever the penalty is.

    tied_weights : bool, default=False
        Whether the decoder uses the encoder's kernels, transposed, which halves the
        number of parameters. With ``init="pca"`` the activation must be 0 at 0.

    nested : bool, default=False
        Whether to train with nested dropout [2]_: in every step nine tenths of the rows
        are reconstructed from a random number of leading codes, with the others set to
        zero. The first codes of one fit are then nearly as good as those of a fit with
        a smaller `encoding_dim` (:func:`skae.metrics.prefix_scores`,
        :class:`PrefixSearchCV`).

    Attributes
    ----------
    history_ : dict of lists
        Per epoch: "loss", "reconstruction_loss", "l1" and (unless `l2` is 0) "l2", the
        penalties times their weights, averaged over the epoch's steps; with validation
        data also their values on these after the epoch, as "val_loss" and so on. NaN in
        epochs, of an earlier fit or `partial_fit`, that did not record the series.

    See Also
    --------
    sklearn.decomposition.PCA : Linear dimensionality reduction.

    Notes
    -----
    The code :math:`z` of a row :math:`x` and its reconstruction :math:`\hat x` are

    .. math:: z = W s(x) + f(s(x)), \qquad \hat x = s^{-1}(V z + g(z)),

    with :math:`f` a network of `hidden_layer_sizes` units, :math:`g` its mirror image
    and :math:`s` the scaling that `loss` describes (none for cross-entropy). It is the
    sum of a deep autoencoder [3]_ and a linear one, which is PCA at its optimum [4]_.
    The linear path :math:`W, V` exists only with ``init="pca"``. Training minimizes the
    mean over the rows of

    .. math:: L(x, \hat x) + l_1 \sum_j |z_j|

    plus :math:`l_2` times the sum of the squared weights.

    With ``init="pca"``, :math:`W` and :math:`V` are initialized with PCA's loadings,
    and the last layers of :math:`f` and :math:`g` with zeros; with 20000 rows or more,
    training starts from :math:`W = V = 0` and a random network. For cross-entropy the
    linear decoder is the tangent of the logit at one half. PCA is computed in one pass
    over the data, and exact up to 2048 features; for more features scikit-learn's
    randomized, sparse or incremental PCA is used.

    References
    ----------
    .. [1] C. M. Bishop, "Training with noise is equivalent to Tikhonov
       regularization", Neural Computation 7 (1995),
       :doi:`10.1162/neco.1995.7.1.108`.

    .. [2] O. Rippel, M. Gelbart and R. Adams, "Learning ordered representations with
       nested dropout", ICML (2014), :doi:`10.48550/arXiv.1402.0915`.

    .. [3] G. E. Hinton and R. R. Salakhutdinov, "Reducing the dimensionality of data
       with neural networks", Science 313 (2006), :doi:`10.1126/science.1127647`.

    .. [4] P. Baldi and K. Hornik, "Neural networks and principal component analysis:
       learning from examples without local minima", Neural Networks 2 (1989),
       :doi:`10.1016/0893-6080(89)90014-2`.

    Examples
    --------
    >>> from skae import Autoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> autoencoder = Autoencoder(encoding_dim=8, epochs=10, random_state=0)
    >>> codes = autoencoder.fit(digits.X_train).transform(digits.X_test)
    >>> codes.shape
    (540, 8)
    >>> autoencoder.inverse_transform(codes).shape
    (540, 64)
    >>> autoencoder.score(digits.X_test) > 0.7  # PCA: 0.67
    True
    """

    _architecture = LinearPathArchitecture
    _outside_graph = ("l1", "l2")

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **LinearPathArchitecture.parameter_constraints,
        "code_activation": [str, callable],
        "loss": LOSS_CONSTRAINTS,
        "l1": [Interval(Real, 0, None, closed="left")],
        "l2": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        encoding_dim: int | str = "auto",
        *,
        hidden_layer_sizes: int | str | Sequence[int] = "auto",
        activation: str | Callable = "gelu",
        code_activation: str | Callable = "linear",
        loss: str | Callable = "squared_error",
        init: str = "pca",
        input_noise: float | str = "auto",
        l1: float = 0.0,
        l2: float = 0.0,
        dropout: float = 0.0,
        tied_weights: bool = False,
        nested: bool = False,
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
        self.activation = activation
        self.code_activation = code_activation
        self.loss = loss
        self.init = init
        self.input_noise = input_noise
        self.l1 = l1
        self.l2 = l2
        self.dropout = dropout
        self.tied_weights = tied_weights
        self.nested = nested
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

    def _baseline(self, *arguments):
        # An L2 penalty serves the reconstruction of new rows, and PCA's weights may be
        # larger. Sparse codes (l1) are an aim of their own.
        small = self.init == "pca" and self.l2 > 0 and not self.l1
        return replace(super()._baseline(*arguments), must_reconstruct=small)

    def _loss_weights(self, epoch):
        # l1 takes no time, so a search over it shares one program, 0 included. The
        # squares of all weights take a tenth of the time of a step.
        loss_weights = {"l1": float(self.l1), "l2": float(self.l2)}
        return loss_weights if self.l2 else {"l1": loss_weights["l1"]}
