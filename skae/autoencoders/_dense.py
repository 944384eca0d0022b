"""The dense autoencoder, simple or deep."""

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skae._sklearn import Interval, StrOptions
from skae.backbones import DenseBackbone
from skae.base import BaseAutoencoder
from skae.data._pca import principal_components
from skae.estimator._docstrings import with_shared_texts
from skae.losses import RECONSTRUCTION_LOSSES

# Codes of lesser spread, relative to the data's, are not scaled up to unit variance.
_LEAST_SPREAD = 1e-2


def _value_at_zero(activation) -> float:
    import keras

    return float(keras.activations.get(activation)(keras.ops.zeros(())))


@with_shared_texts
class Autoencoder(DenseBackbone, BaseAutoencoder):
    r"""Dense autoencoder: a nonlinear PCA.

    Use it where you would use :class:`~sklearn.decomposition.PCA` and suspect that the
    data lie near a curved surface: for dimensionality reduction, before t-SNE or a
    classifier, for compression. With the default ``init="pca"`` it starts at PCA's own
    solution and only leaves it for something better on held-out rows. When PCA with as
    many components already explains what you need, use PCA: it is faster, and its codes
    have an order.

    The code :math:`z` of a row :math:`x` and its reconstruction :math:`\hat x` are

    .. math:: z = W s(x) + f(s(x)), \qquad \hat x = s^{-1}(V z + g(z)),

    with :math:`f` a network of `hidden_layer_sizes` units, :math:`g` its mirror image
    and :math:`s` a scaling. The linear path :math:`W, V` is there only with
    ``init="pca"``. Training minimizes the mean over the rows of

    .. math:: L(x, \hat x) + l_1 \sum_j |z_j|

    plus :math:`l_2` times the sum of the squared weights.

    Parameters
    ----------
    encoding_dim : int, default=32
        Number of code dimensions (latent dimensions, components). It may be larger than
        the number of features: add a penalty or dropout then.

    hidden_layer_sizes : int or sequence of int, default=(128, 64)
        Units of the encoder's hidden layers; the decoder has the same in reverse.
        ``()`` means none: the simplest possible autoencoder.

    code_activation : str or callable, default="linear"
        Activation of the code. Anything but "linear" needs ``init="random"``.

    loss : {"squared_error", "binary_crossentropy"}, default="squared_error"
        Reconstruction loss :math:`L`, a mean over the features.

        - "squared_error": for data of any range. :math:`s` centres each feature and
          divides by one global scale, the root of the variance averaged over the
          features, so that raw data train well; the best network stays the same one.
          The loss is in units of that variance: the share that is not explained.
        - "binary_crossentropy": for data in [0, 1], such as pixels. :math:`s` does
          nothing, the output is a sigmoid, and the loss is in nats.

    init : {"pca", "random"}, default="pca"
        Where training starts.

        - "pca": :math:`W` and :math:`V` at PCA's loadings, with codes of unit variance,
          the last layers of :math:`f` and :math:`g` at zero. For cross-entropy the
          linear decoder follows the tangent of the logit at one half. Without hidden
          layers the network itself starts at PCA. PCA comes from one pass over the
          data, exact up to 2048 features; wider data use scikit-learn's randomized,
          sparse or incremental PCA.
        - "random": a plain network without linear path, as in the textbooks.

    l1 : float, default=0.0
        Weight of the code's absolute values, summed over the code and averaged over the
        rows: sparse codes. Independent of the batch size.

    l2 : float, default=0.0
        Weight of the sum of all squared kernel entries.

    tied_weights : bool, default=False
        Whether the decoder uses the encoder's kernels, transposed. Half the parameters.
        With ``init="pca"`` the activation must be 0 at 0.

    Attributes
    ----------
    history_ : dict of lists
        Per epoch: "loss", "reconstruction_loss", "l1" and (unless `l2` is 0) "l2", the
        penalties times their weights, averaged over the epoch's steps; with validation
        data the same after the epoch, under "val_loss" and so on. NaN in epochs, of an
        earlier fit or `partial_fit`, that did not have such a series.

    See Also
    --------
    sklearn.decomposition.PCA : The linear case.

    References
    ----------
    .. [1] G. E. Hinton and R. R. Salakhutdinov, "Reducing the dimensionality of data
       with neural networks", Science 313 (2006), :doi:`10.1126/science.1127647`.

    .. [2] P. Baldi and K. Hornik, "Neural networks and principal component analysis:
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

    _strength_names = ("l1", "l2")

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **DenseBackbone._parameter_constraints,
        "code_activation": [str, callable],
        "loss": [StrOptions(set(RECONSTRUCTION_LOSSES))],
        "init": [StrOptions({"pca", "random"})],
        "l1": [Interval(Real, 0, None, closed="left")],
        "l2": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        encoding_dim: int = 32,
        *,
        hidden_layer_sizes: int | Sequence[int] = (128, 64),
        activation: str | Callable = "elu",
        code_activation: str | Callable = "linear",
        loss: str = "squared_error",
        init: str = "pca",
        l1: float = 0.0,
        l2: float = 0.0,
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
        self.init = init
        self.l1 = l1
        self.l2 = l2
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

    @property
    def _linear_path(self) -> bool:
        # Without hidden layers the network itself is linear, and can start at PCA.
        return self.init == "pca" and len(self._sizes) > 0

    def _encode(self, x):
        import keras

        code = super()._encode(x)
        if not self._linear_path:
            return code
        units = int(self.encoding_dim)
        linear = keras.layers.Dense(units, use_bias=False, name="linear_encoder")
        return keras.layers.Add(name="code_sum")([linear(x), code])

    def _decode(self, code, encoder):
        import keras

        from skae.layers import TiedDense

        raw = super()._decode(code, encoder)
        if not self._linear_path:
            return raw
        if self.tied_weights:
            source = encoder.get_layer("linear_encoder")
            linear = TiedDense(source, use_bias=False, name="linear_decoder")
        else:
            linear = keras.layers.Dense(
                encoder.input_shape[-1], use_bias=False, name="linear_decoder"
            )
        return keras.layers.Add(name="output_sum")([linear(code), raw])

    def _active_penalties(self):
        # l1 costs nothing, so that a search over it shares one program, 0 included. The
        # squares of all weights cost a tenth of a step.
        return ("l1", "l2") if self.l2 else ("l1",)

    def _penalties(self, forward):
        from keras import ops

        code = ops.abs(forward.tensors["code"])
        return {
            "l1": ops.sum(forward.row_weight * ops.sum(code, axis=-1)),
            "l2": sum(ops.sum(ops.square(kernel)) for kernel in forward.kernels),
        }

    def _check_params(self, sample_shape):
        super()._check_params(sample_shape)
        if self.init == "pca" and self.code_activation not in ("linear", None):
            raise ValueError(
                "init='pca' starts from linear codes, but code_activation="
                f"{self.code_activation!r}. Use code_activation='linear', or "
                "init='random' for a plain network."
            )
        if self._linear_path and self.tied_weights and _value_at_zero(self.activation):
            raise ValueError(
                "init='pca' with tied_weights=True needs an activation that is 0 at 0, "
                f"such as 'elu', 'relu' or 'tanh'; {self.activation!r} is not. Use one "
                "of these, or init='random'."
            )

    def _start(self, rows, summary, weight, rng):
        if self.init == "random":
            return {}
        link = self._reconstruction_loss().link(summary)
        encode, decode = self._linear_maps(rows, summary, weight, link, rng)
        start = {}
        encoder, decoder = "code", "output"
        if self._linear_path:
            encoder, decoder = "linear_encoder", "linear_decoder"
            # The branches start at zero, so that training starts at PCA.
            n_last, n_first = self._sizes[-1], self._sizes[0]
            start["code/kernel"] = np.zeros((n_last, self.encoding_dim))
            start["output/kernel"] = np.zeros((n_first, rows.sample_shape[0]))
        start[f"{encoder}/kernel"] = encode
        start[f"{decoder}/kernel"] = decode
        start["code/bias"] = -np.broadcast_to(link.center, len(encode)) @ encode
        start["output/bias"] = np.broadcast_to(link.bias, len(encode))
        if self.tied_weights:
            # The decoder has no kernels of its own.
            start.pop("output/kernel", None)
            start.pop(f"{decoder}/kernel", None)
        return {path: value.astype(np.float32) for path, value in start.items()}

    def _linear_maps(self, rows, summary, weight, link, rng):
        """PCA between normal data and raw outputs, with codes of unit variance."""
        components, variances = principal_components(
            rows, summary, weight, self.encoding_dim, seed=int(rng.integers(2**31))
        )
        relative = np.sqrt(variances) / summary.scale
        spread = np.maximum(relative, _LEAST_SPREAD) * summary.scale / link.scale
        if self.tied_weights:  # one matrix for both ways shares the gain
            spread = np.full_like(spread, link.gain**-0.5)
        width = rows.sample_shape[0]
        # More code units than components: random directions, which the linear decoder
        # ignores at first.
        encode = rng.normal(size=(width, self.encoding_dim)) / np.sqrt(width)
        decode = np.zeros((self.encoding_dim, width))
        encode[:, : len(spread)] = components.T / spread
        decode[: len(spread)] = link.gain * components * spread[:, None]
        return encode, decode
