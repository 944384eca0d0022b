"""The stacked autoencoder, trained one layer at a time."""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from numbers import Integral
from typing import Any, ClassVar

import numpy as np

from skae._keras import keras
from skae._sklearn import Interval, StrOptions
from skae.base import BaseAutoencoder
from skae.engine import Baseline, is_auto
from skae.estimator import with_shared_texts
from skae.families.dense import Autoencoder, LinearPathArchitecture
from skae.families.stacked._architecture import StackedArchitecture
from skae.fitting import auto_epochs, resolve_sizes
from skae.losses import RECONSTRUCTION_LOSSES, LinearLink, ReconstructionLoss

# Each layer is trained so much less than the whole, which depends little on it.
_SHARE_OF_A_LAYER = 1 / 3


class _CodeError(ReconstructionLoss):
    """Squared error of codes, which the decoder's activation has to reach."""

    def __init__(self, activation, padded=False):
        super().__init__(padded)
        self.activation = activation

    def normalize(self, x):
        return x

    def denormalize(self, raw):
        return keras.layers.Activation(self.activation, name="activation")(raw)

    def pointwise(self, normal, raw):
        return keras.ops.square(normal - keras.activations.get(self.activation)(raw))

    def row_error(self, x, reconstruction):
        return np.square(x - reconstruction).mean(axis=1)

    def link(self, summary):
        return LinearLink(1.0, center=0.0, gain=1.0, bias=0.0)


class _CodeArchitecture(LinearPathArchitecture):
    """One inner layer: learns the codes of the layer before."""

    def reconstruction_loss(self):
        return _CodeError(self.activation)


class _CodeAutoencoder(Autoencoder):
    """Trains one inner layer."""

    _architecture = _CodeArchitecture


@with_shared_texts
class StackedAutoencoder(BaseAutoencoder):
    r"""Deep autoencoder, trained one layer at a time, then as a whole.

    Use it to reproduce this method, or where a deep network does not start to learn by
    itself. With today's activations and optimizers the deep network of
    :class:`Autoencoder` usually does, in less time.

    Each layer :math:`i` is first trained as an autoencoder of its own [1]_: it learns
    the codes :math:`h_{i-1}` of the layer before (the data, for the first one),

    .. math:: h_i = \phi(W_i h_{i-1} + b_i), \qquad
              \hat h_{i-1} = \phi(V_i h_i + c_i),

    by squared error, or for the data by `loss`, whose output is linear or a sigmoid;
    the last code has `code_activation`. Then the encoders are put one upon the
    other to :math:`f`, the decoders in reverse behind them to :math:`g`, and the whole,

    .. math:: z = W s(x) + f(s(x)), \qquad \hat x = s^{-1}(V z + g(z)),

    is trained for `fine_tune_epochs`, with :math:`s` a scaling of the data. The linear
    path :math:`W, V` is there only with ``init="pca"``, and begins at zero. PCA, which
    is :math:`W, V` at its loadings without :math:`f` and :math:`g`, is kept if held-out
    rows show nothing better.

    Parameters
    ----------
    code_activation : str or callable, default="linear"
        Activation of the code. Anything but "linear" needs ``init="random"``.

    fine_tune_epochs : int or "auto", default="auto"
        Largest number of epochs for the whole network, after the layers. "auto" makes
        about 3000 steps, but at least 15 and at most 500 passes. 0 leaves the layers as
        they are, also where PCA is better.

    dropout : float, default=0.0
        Fraction of hidden units set to zero at random in each training step of the
        whole network. The layers are trained without.

    learning_rate_schedule : {"cosine", "constant"}, default="cosine"
        "cosine" lowers the learning rate from epoch to epoch, along half a cosine that
        would reach zero after `epochs`, for the whole network after `fine_tune_epochs`;
        "constant" leaves it alone.

    epochs : int or "auto", default="auto"
        Largest number of passes over the training data for each layer. "auto" makes
        about 1000 steps, but at least 5 and at most 167 passes.

    validation_fraction : float, default=0.1
        Fraction of the rows that `early_stopping` holds out: anew for each layer, and
        for the whole network unless `fit` gets `X_val`.

    warm_start : bool, default=False
        Whether `fit` goes on from the present weights and optimizer state of the whole
        network. The layers are not trained again then.

    callbacks : list of keras.callbacks.Callback or Checkpoint, default=None
        For the training of the whole network, not for the layers'. Copied for each fit;
        the copies are at `callbacks_`. A callback with batch hooks makes training
        slower: the compiled program then returns after each step. A
        :class:`~skae.Checkpoint` lets the training of the whole go on after its process
        was killed; the layers are trained once more.

    Attributes
    ----------
    history_ : dict of lists
        Of the whole network, per epoch: "loss" and "reconstruction_loss", averaged over
        the epoch's steps; with validation data the same after the epoch, under
        "val_loss" and so on. NaN in epochs, of an earlier fit or `partial_fit`, that
        did not have such a series.

    layer_histories_ : list of dict
        The same for each layer's own training, the first layer first.

    n_iter_ : int
        Number of epochs that the whole network was trained.

    See Also
    --------
    Autoencoder : Dense, starting at PCA.
    sklearn.decomposition.PCA : The linear case.

    References
    ----------
    .. [1] Y. Bengio, P. Lamblin, D. Popovici and H. Larochelle, "Greedy layer-wise
       training of deep networks", NeurIPS (2006),
       :doi:`10.7551/mitpress/7503.003.0024`.

    Examples
    --------
    >>> from skae import StackedAutoencoder
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> stacked = StackedAutoencoder(8, hidden_layer_sizes=(32,), epochs=10,
    ...                              fine_tune_epochs=5, random_state=0)
    >>> stacked.fit(digits.X_train).transform(digits.X_test).shape
    (540, 8)
    >>> [len(history["loss"]) for history in stacked.layer_histories_]
    [10, 10]
    """

    _architecture = StackedArchitecture
    _outside_graph = ("fine_tune_epochs",)

    _parameter_constraints: ClassVar[dict] = {
        **BaseAutoencoder._parameter_constraints,
        **StackedArchitecture.parameter_constraints,
        "code_activation": [str, callable],
        "loss": [StrOptions(set(RECONSTRUCTION_LOSSES))],
        "fine_tune_epochs": [
            StrOptions({"auto"}),
            Interval(Integral, 0, None, closed="left"),
        ],
    }

    def __init__(
        self,
        encoding_dim: int | str = "auto",
        *,
        hidden_layer_sizes: int | Sequence[int] = (256,),
        activation: str | Callable = "elu",
        code_activation: str | Callable = "linear",
        loss: str = "squared_error",
        init: str = "pca",
        fine_tune_epochs: int | str = "auto",
        dropout: float = 0.0,
        tied_weights: bool = False,
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
        self.fine_tune_epochs = fine_tune_epochs
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

    @classmethod
    def _test_params(cls):
        return super()._test_params() | {"fine_tune_epochs": 3}

    def _max_epochs(self):
        return self.fine_tune_epochs

    def _baseline(self, architecture, rows, summary, weight, rng):
        baseline = super()._baseline(architecture, rows, summary, weight, rng)
        train = partial(self._train_layers, architecture, rows, weight, rng)
        if self.fine_tune_epochs == 0:  # the layers are all that was asked for
            return Baseline(train(baseline.weights))
        return replace(baseline, initial_weights=train)

    def _train_layers(self, architecture, rows, weight, rng, baseline):
        """The layers, trained one at a time; a linear path that adds nothing yet."""
        n_hidden = len(architecture.sizes)
        encoders = [*(f"encoder_{i}" for i in range(n_hidden)), "code"]
        decoders = ["output", *(f"decoder_{i}" for i in reversed(range(n_hidden)))]
        found = {k: 0.0 if k.startswith("linear_") else v for k, v in baseline.items()}
        X, self.layer_histories_ = rows.X, []
        for i, size in enumerate([*architecture.sizes, architecture.encoding_dim]):
            last, seed = i == n_hidden, int(rng.integers(2**31))
            layer = self._make_layer(size, seed, len(rows), first=i == 0, last=last)
            with warnings.catch_warnings():  # of such rows the whole network tells
                warnings.filterwarnings("ignore", "Row .* of X")
                layer.fit(X, sample_weight=weight)
            self.layer_histories_.append(layer.history_)
            X = layer.transform(X)
            for path, value in layer._model.weights.items():
                own, name = path.split("/", 1)
                new = {"code": encoders[i], "output": decoders[i]}.get(own)
                if new is not None:
                    found[f"{new}/{name}"] = value
        return found

    def _make_layer(self, size, seed, n_rows, *, first, last):
        names = BaseAutoencoder._parameter_constraints
        settings = {name: getattr(self, name) for name in names}
        settings |= {"warm_start": False, "callbacks": None, "random_state": seed}
        if is_auto(self.epochs):
            _, n_steps, _ = resolve_sizes(self, n_rows)
            settings["epochs"] = math.ceil(
                auto_epochs(n_steps, n_rows) * _SHARE_OF_A_LAYER
            )
        return (Autoencoder if first else _CodeAutoencoder)(
            size,
            hidden_layer_sizes=(),
            activation=self.activation,
            code_activation=self.code_activation if last else self.activation,
            loss=self.loss if first else "squared_error",
            init="random",
            tied_weights=self.tied_weights,
            **settings,
        )
