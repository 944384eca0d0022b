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
from skae.families.dense import (
    Autoencoder,
    DenseArchitecture,
    LinearPath,
    LinearPathArchitecture,
)
from skae.fitting import auto_epochs, resolve_sizes
from skae.losses import LOSS_CONSTRAINTS, LinearLink, ReconstructionLoss


class StackedArchitecture(LinearPath, DenseArchitecture):
    """Dense layers with a parallel linear path if `init` is "pca"."""

    parameter_constraints = {
        **DenseArchitecture.parameter_constraints,
        **LinearPath.parameter_constraints,
    }


# Epochs of a layer relative to those of the whole network, which depends little on it.
_SHARE_OF_A_LAYER = 1 / 3


class _CodeError(ReconstructionLoss):
    """Squared error of codes, after the decoder's activation."""

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
    """One inner layer, which reconstructs the codes of the previous layer."""

    def reconstruction_loss(self):
        return _CodeError(self.activation)


class _CodeAutoencoder(Autoencoder):
    """Autoencoder that trains one inner layer."""

    _architecture = _CodeArchitecture


@with_shared_texts
class StackedAutoencoder(BaseAutoencoder):
    r"""Stacked autoencoder: a deep autoencoder with greedy layer-wise pretraining.

    Use it to reproduce this method, or if a deep network does not train without
    pretraining. With current activations and optimizers the deep network of
    :class:`Autoencoder` usually does, in less time.

    Each layer is first trained as a separate autoencoder of the codes of the previous
    layer. Then the whole network is fine-tuned.

    Parameters
    ----------
    code_activation : str or callable, default="linear"
        Activation of the code. All but "linear" require ``init="random"``.

    fine_tune_epochs : int or "auto", default="auto"
        Maximum number of epochs of fine-tuning. "auto" makes about 2700 steps, but at
        least 12 and at most 500 epochs. With 0 the pretrained layers are not changed,
        and are returned even if PCA is better.

    dropout : float, default=0.0
        Fraction of hidden units set to zero at random in each step of fine-tuning. It
        is not used in pretraining.

    learning_rate_schedule : {"cosine", "constant"}, default="cosine"
        "cosine" lowers the learning rate from epoch to epoch, along half a cosine that
        would reach zero after `epochs`, or, in fine-tuning, after `fine_tune_epochs`;
        "constant" does not change it.

    epochs : int or "auto", default="auto"
        Maximum number of epochs for each layer in pretraining. "auto" makes about 900
        steps, but at least 4 and at most 167 epochs.

    validation_fraction : float, default=0.1
        Fraction of the rows that `early_stopping` holds out: anew for each layer, and
        for fine-tuning unless `fit` gets `X_val`.

    warm_start : bool, default=False
        Whether `fit` continues from the current weights and optimizer state of the
        whole network, without pretraining.

    callbacks : list of keras.callbacks.Callback or Checkpoint, default=None
        Callbacks of fine-tuning; they are not used in pretraining. Copied for each fit;
        the copies are in `callbacks_`. A callback with batch hooks makes training
        slower: the compiled program then returns after each step. With a
        :class:`~skae.Checkpoint`, an interrupted fine-tuning can be resumed; the
        pretraining is repeated.

    Attributes
    ----------
    history_ : dict of lists
        History of fine-tuning, per epoch: "loss" and "reconstruction_loss", averaged
        over the epoch's steps; with validation data also their values on these after
        the epoch, as "val_loss" and so on. NaN in epochs, of an earlier fit or
        `partial_fit`, that did not record the series.

    layer_histories_ : list of dict
        The same for the pretraining of each layer, beginning with the first.

    n_iter_ : int
        Number of epochs of fine-tuning.

    See Also
    --------
    Autoencoder : Dense autoencoder, initialized with PCA.
    sklearn.decomposition.PCA : Linear dimensionality reduction.

    Notes
    -----
    In pretraining [1]_, layer :math:`i` is an autoencoder of the codes :math:`h_{i-1}`
    of the previous layer (of the data, for the first one),

    .. math:: h_i = \phi(W_i h_{i-1} + b_i), \qquad
              \hat h_{i-1} = \phi(V_i h_i + c_i).

    It minimizes the squared error; for the data it minimizes `loss`, with a linear or
    sigmoid output. The last code has `code_activation`. The encoders are then stacked
    to :math:`f`, the decoders in reverse order to :math:`g`, and the whole network,

    .. math:: z = W s(x) + f(s(x)), \qquad \hat x = s^{-1}(V z + g(z)),

    is trained for `fine_tune_epochs`, with :math:`s` a scaling of the data. The linear
    path :math:`W, V` exists only with ``init="pca"``, and is initialized with zeros.
    PCA, which has its loadings as :math:`W, V` and neither :math:`f` nor :math:`g`, is
    the baseline: it is kept if training finds nothing better on held-out rows.

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
        "loss": LOSS_CONSTRAINTS,
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
        loss: str | Callable = "squared_error",
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

    def _baseline(self, architecture, fields, summary, weight, rng):
        baseline = super()._baseline(architecture, fields, summary, weight, rng)
        train = partial(self._train_layers, architecture, fields["data"], weight, rng)
        if self.fine_tune_epochs == 0:  # pretraining only
            return Baseline(train(baseline.weights))
        return replace(baseline, initial_weights=train)

    def _train_layers(self, architecture, rows, weight, rng, baseline):
        """Weights of the layers, trained one at a time, and a linear path of zeros."""
        n_hidden = len(architecture.sizes)
        encoders = [*(f"encoder_{i}" for i in range(n_hidden)), "code"]
        decoders = ["output", *(f"decoder_{i}" for i in reversed(range(n_hidden)))]
        found = {k: 0.0 if k.startswith("linear_") else v for k, v in baseline.items()}
        X, self.layer_histories_ = rows.X, []
        for i, size in enumerate([*architecture.sizes, architecture.encoding_dim]):
            last, seed = i == n_hidden, int(rng.integers(2**31))
            layer = self._make_layer(size, seed, len(rows), first=i == 0, last=last)
            with warnings.catch_warnings():  # the whole network warns of such rows
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
