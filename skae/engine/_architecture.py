"""What determines a network: the object whose hooks build it."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from skae.data import Layout, Rows, Summary, TableLayout
from skae.engine._auto_sizes import auto_encoding_dim
from skae.engine._freeze import freeze
from skae.engine._graph import connect
from skae.engine._linear_code import LinearCode
from skae.engine._parameter_checks import is_auto
from skae.losses import RECONSTRUCTION_LOSSES, ReconstructionLoss

# From so many rows on a network may be large, and needs no noise.
MANY_ROWS = 20000


class Field(NamedTuple):
    """One named part of a mini-batch: the shape of a row, and the type of its values.

    "data" is what the encoder sees, "target", where there is one, what its
    reconstruction is compared with. A family may add others.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"


class Update(NamedTuple):
    """One kind of step: which terms of the loss train which weights, and how.

    Parameters
    ----------
    terms : tuple of str, default=None
        Names of the terms that are added up; None means all.

    weights : tuple of str, default=()
        Beginnings of the names of the weights to train; none means those that no other
        update trains.

    optimizer : str or keras.optimizers.Optimizer, default=None
        None means one like the estimator's.

    learning_rate : float, default=1.0
        Factor on the estimator's.
    """

    terms: tuple[str, ...] | None = None
    weights: tuple[str, ...] = ()
    optimizer: Any = None
    learning_rate: float = 1.0


class Architecture(ABC):
    """All that determines a network: parameters of its graph and facts of the data.

    An estimator makes one for each fit; it never changes, and two with the same values
    are equal, have the same hash, and share compiled programs. Hooks that build the
    graph are methods of this class and see nothing else: neither training parameters
    nor the strengths of penalties, which are variables of the program.

    ===============================  ===================================================
    hook                             what it says
    ===============================  ===================================================
    ``encode(x, **fields)``          normal data to the code (Keras tensors)
    ``decode(code, encoder, ...)``   the decoder's input to raw outputs (Keras tensors)
    ``embed(code, encoder)``         what `transform` returns to the decoder's input
    ``fill(x)``                      data without gaps, for layers that know none
    ``corrupt(x)``                   what the encoder is trained on, for `x`
    ``penalties(forward)``           terms added to the reconstruction loss
    ``reconstruction_loss()``        how data enter, leave, and are compared
    ``row_loss(loss, ...)``          the loss of each row
    ``output_size``                  number of values that the decoder returns
    ``updates()``                    which terms train which weights
    ``functions(parts)``             further Keras models for inference
    ``redraws(name)``                whether a new seed draws a weight anew
    ``check()``                      errors for parameters that do not fit
    ``scaling(summary)``             the moments by which data are scaled
    ``settle(values, n_rows)``       parameters that "auto" leaves to the first data
    ``in_units(values, exponent)``   parameters, where rows have another unit
    ``baseline(rows, ...)``          weights fitted to the data before training
    ``min_epochs(n_steps)``        passes below which "auto" does not go
    ``auto_sizes(values, ...)``      sizes that are "auto" decided by the data
    ``initial_weights(...)``         those with which training begins, if others
    ``linear_code()``                how a code may be turned after training
    ``code_shape(code_size)``        shape of a code, such as that of a feature map
    ``attributes(code_size)``        fitted attributes that tell of the network
    ===============================  ===================================================

    Parameters
    ----------
    fields : dict of Field
        The parts of a mini-batch by name, "data" among them.

    terms : tuple of str, default=()
        Names of the terms of the loss that have a strength.

    padded : bool, default=False
        Whether NaN in the data marks values that do not exist.

    **values : object
        Parameters and facts; attributes of the same names. Class attributes stand in
        for those that are not given.
    """

    # The class that checks and serves the data.
    layout: ClassVar[type[Layout]] = TableLayout
    # Fields beside "data" that `encode` and `decode` get, by name.
    encoder_inputs: ClassVar[tuple[str, ...]] = ()
    decoder_inputs: ClassVar[tuple[str, ...]] = ()
    # Rows from which on training begins far from PCA, where that is the alternative.
    rows_to_leave_pca: int = MANY_ROWS
    # Of `encoding_dim="auto"`: numbers for each value of a row, and most of them.
    auto_codes_per_value: ClassVar[float] = 0.5
    max_auto_codes: ClassVar[int] = 32
    # Whether batches of many rows train as well in fewer steps at a higher rate.
    takes_large_steps: bool = False
    # Whether there are no hidden layers.
    is_linear: bool = False
    # Whether codes are drawn towards a standard normal distribution.
    has_normal_prior: ClassVar[bool] = False
    # Whether XLA saves more than it costs, in long fits on a CPU.
    jit_worthwhile: ClassVar[bool] = False
    # The parameters that these hooks read, as `_parameter_constraints` has them.
    parameter_constraints: ClassVar[dict] = {}
    # Small settings for the common tests.
    test_parameters: ClassVar[dict[str, Any]] = {}

    loss = "squared_error"

    def __init__(
        self,
        fields: Mapping[str, Field],
        terms: tuple[str, ...] = (),
        padded: bool = False,
        **values,
    ):
        fields = {name: Field(*field) for name, field in fields.items()}
        own = {"fields": fields, "terms": tuple(terms), "padded": bool(padded)}
        vars(self).update(values | own)

    @abstractmethod
    def encode(self, x):
        """Code of normal data `x`, or a dict with "code" and further tensors.

        The decoder is trained on "sample" instead of "code" where there is one, or on
        "latent", which must equal ``embed(code)``. Codes may be integers.
        """

    def decode(self, code, encoder):
        """Raw outputs of the shape of the data; `encoder` is a Keras model."""
        raise NotImplementedError

    def embed(self, code, encoder):
        """The decoder's input for a code that `transform` returned."""
        return code

    def fill(self, x):
        """Data without gaps, for layers that know none."""
        return x

    def corrupt(self, x):
        """What the encoder is trained on, for data `x`."""
        return x

    def penalties(self, forward) -> dict[str, Any]:
        """Terms of the loss by name, without their strengths, from a `Forward`."""
        return {}

    def reconstruction_loss(self) -> ReconstructionLoss:
        """Scaling of data and outputs, and their comparison."""
        return RECONSTRUCTION_LOSSES[self.loss](padded=self.padded)

    def fit_units(self, layout: Layout, rows: Rows, weight: np.ndarray | None) -> None:
        """Let a layout find the units of the first data, if these are free to choose.

        Where the network sees data as they are, as with cross-entropy, they are not.
        """
        if self.reconstruction_loss().standardizes:
            layout.fit_units(rows, weight)

    def row_loss(self, loss, normal, tensors):
        """Loss of each row of normal data, from "raw" and the encoder's tensors."""
        return loss.row_loss(normal, tensors["raw"])

    def updates(self) -> tuple[Update, ...]:
        """The kinds of steps, one after the other for each mini-batch."""
        return (Update(),)

    def functions(self, parts) -> dict[str, Any]:
        """Further Keras models, by name, made of `Parts`."""
        return {}

    def redraws(self, name: str) -> bool:
        """Whether a new seed draws the weight `name` anew, or leaves it as built."""
        return True

    def check(self) -> None:  # noqa: B027 (most have nothing to say)
        """Raise ValueError for parameters that do not fit together, or the data."""

    def scaling(self, summary: Summary) -> Summary:
        """The moments by which data are scaled."""
        return summary

    def baseline(
        self,
        rows: Rows,
        summary: Summary,
        weight: np.ndarray | None,
        rng: np.random.Generator,
    ) -> dict[str, np.ndarray]:
        """Weights fitted to the data before any training, by name: a scaling, PCA."""
        loss = self.reconstruction_loss()
        return loss.start(self.scaling(summary), self.has_decoder())

    @classmethod
    def in_units(cls, values: Mapping[str, Any], exponent: int) -> dict[str, Any]:
        """Parameters in units of the data, in two to the power of `exponent` of them.

        That is the unit of the rows; it is 1 unless float32 has no room for the data.
        """
        return dict(values)

    @classmethod
    def resolve_auto(cls, values: Mapping[str, Any], n_rows: int) -> dict[str, Any]:
        """Parameters of the graph, with what "auto" leaves to the data decided."""
        return dict(values)

    def min_epochs(self, n_steps: int) -> int:
        """Epochs below which "auto" does not go, where one has `n_steps` steps."""
        return 1

    @classmethod
    def auto_sizes(
        cls, values: Mapping[str, Any], rows: Rows, data_values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Parameters of the graph, with sizes that are "auto" decided, after `settle`.

        `facts` are those of the layout.
        """
        values = dict(values)
        if is_auto(values.get("encoding_dim")):
            n_values = math.prod(rows.sample_shape)
            rule = cls.auto_codes_per_value, cls.max_auto_codes
            values["encoding_dim"] = auto_encoding_dim(n_values, *rule)
        return values

    def initial_weights(
        self, baseline: dict[str, np.ndarray], n_rows: int
    ) -> dict[str, np.ndarray]:
        """Weights with which training begins; those of the baseline, or others.

        Others leave the baseline to be judged on the held-out rows, and kept if
        training finds nothing better. What is not named is drawn at random.
        """
        return baseline

    def unexplained_variance(
        self, weights: dict[str, np.ndarray], summary: Summary
    ) -> float | None:
        """Mean variance in the directions that PCA leaves, as a share of that in all.

        None where training does not start at PCA.
        """
        return None

    def linear_code(self) -> LinearCode | None:
        """How the code may be turned after training; None: it is to stay as it is.

        A family that derives from one with a linear code, and asks something else of
        its own, such as a prior, returns None.
        """
        return None

    def code_shape(self, code_size: int) -> tuple[int, ...]:
        """Shape of one code: that of a feature map, or just its length."""
        return (code_size,)

    def attributes(self, code_size: int) -> dict[str, Any]:
        """Fitted attributes that tell of the network."""
        return {}

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one row of data."""
        return self.fields["data"].shape

    @property
    def output_size(self) -> int:
        """Number of values that the decoder returns for a row."""
        return math.prod(self.sample_shape)

    @classmethod
    def has_decoder(cls) -> bool:
        """Whether codes can be decoded."""
        return cls.decode is not Architecture.decode

    def build(self):
        """A new `Graph` of connected Keras models."""
        return connect(self)

    def replace(self, **values) -> "Architecture":
        """The same with other values."""
        return type(self)(**{**self.values, **values})

    def for_inference(self) -> "Architecture":
        """The same network for data that may have NaN where the layout allows it."""
        return self.replace(padded=True) if self.layout.takes_missing else self

    def changes(self, new: "Architecture") -> list[str]:
        """What makes `new` another network, in words."""
        old, new = self.values, new.values
        found = [
            f"{name} from {old.get(name)!r} to {new.get(name)!r}"
            for name in sorted(old.keys() | new.keys())
            # Which terms and masks there are makes another loss, but the same network.
            if name not in ("fields", "terms", "padded")
            and freeze(old.get(name)) != freeze(new.get(name))
        ]
        for name in sorted(old["fields"].keys() ^ new["fields"].keys()):
            found.append(f"training with {name!r}")
        for name in sorted(old["fields"].keys() & new["fields"].keys()):
            if old["fields"][name] != new["fields"][name]:
                found.append(f"the shape of {name!r}")
        return found

    @property
    def values(self) -> dict[str, Any]:
        """All that makes this architecture, by name."""
        return {name: v for name, v in vars(self).items() if name != "_key"}

    def _frozen(self):
        if "_key" not in vars(self):
            vars(self)["_key"] = (type(self), freeze(self.values))
        return vars(self)["_key"]

    def __eq__(self, other):
        if not isinstance(other, Architecture):
            return NotImplemented
        return self._frozen() == other._frozen()

    def __hash__(self):
        return hash(self._frozen())

    def __getstate__(self):
        return self.values  # what is frozen holds for one process

    def __deepcopy__(self, memo):
        return self

    def __setattr__(self, name, value):
        raise AttributeError(f"{type(self).__name__} cannot be changed: use replace.")

    def __getattr__(self, name):
        raise AttributeError(
            f"{type(self).__name__} has no {name!r}: it knows the parameters of the "
            f"graph and facts of the data, {sorted(vars(self))}, but no training "
            "parameter, and no strength of a penalty."
        )

    def __repr__(self):
        values = ", ".join(f"{k}={v!r}" for k, v in self.values.items())
        return f"{type(self).__name__}({values})"
