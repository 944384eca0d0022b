"""What determines a network: the object whose hooks build it."""

import functools
import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from skae._moved import check_hooks
from skae.data import Layout, Rows, Summary, TableLayout
from skae.engine._auto_sizes import auto_encoding_dim
from skae.engine._baseline import Baseline
from skae.engine._freeze import freeze
from skae.engine._graph import connect
from skae.engine._linear_code import LinearCode
from skae.engine._parameter_checks import is_auto
from skae.losses import RECONSTRUCTION_LOSSES, ReconstructionLoss

# From so many rows on a network may be large, and needs no noise.
MANY_ROWS = 20000


# What a family has to write instead.
_FORMER_HOOKS = {
    "auto_sizes": "resolve_auto(values, rows, data_values) decides all that is 'auto'",
    "code_shape": "attributes() may return 'code_shape_'",
    "fill": "encode() fills what it needs",
    "in_units": "unit_exponent is an attribute",
    "initial_weights": "baseline() returns a Baseline, which may have them",
    "jit_worthwhile": "auto_training says so",
    "least_epochs": "auto_training says so",
    "row_loss": "the ReconstructionLoss has row_loss(normal, tensors)",
    "scaling": "the ReconstructionLoss takes `moments`",
    "settle": "resolve_auto(values, rows, data_values) decides all that is 'auto'",
    "takes_large_steps": "auto_training says so",
    "test_parameters": "the estimator's _test_params() returns them",
    "variance_left": "it is called unexplained_variance",
}


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


class AutoTraining(NamedTuple):
    """Decisions on training where a parameter is "auto".

    Parameters
    ----------
    jit_compile : bool, default=False
        Whether XLA saves more than it costs, in long fits on a CPU.

    large_steps : bool, default=False
        Whether batches of many rows train as well in fewer steps at a higher rate.

    min_epochs, min_steps : int, default=1
        At least so many epochs, or as many as make these steps if these are fewer.
    """

    jit_compile: bool = False
    large_steps: bool = False
    min_epochs: int = 1
    min_steps: int = 1


class Architecture(ABC):
    """All that determines a network: parameters of its graph and values of the data.

    An estimator makes one for each fit; it never changes, and two with the same values
    are equal, have the same hash, and share compiled programs. Hooks that build the
    graph are methods of this class and see nothing else: neither training parameters
    nor the weights of penalties, which are variables of the program.

    Parameters
    ----------
    fields : dict of Field
        The parts of a mini-batch by name, "data" among them.

    terms : tuple of str, default=()
        Names of the terms of the loss that have a weight.

    padded : bool, default=False
        Whether NaN in the data marks values that do not exist.

    **values : object
        Parameters and values of the data; attributes of the same names. Class
        attributes stand in for those that are not given.
    """

    # What a family may override, and when it is called (docs/architecture.md).
    HOOKS: ClassVar[dict[str, str]] = {
        "layout": "reading data",
        "resolve_auto": "before training, in the first fit",
        "check": "before training",
        "encode": "building the graph",
        "bottleneck": "building the graph",
        "embed": "building the graph",
        "decode": "building the graph",
        "corrupt": "building the graph",
        "reconstruction_loss": "building the graph; before and after training",
        "penalties": "tracing a step",
        "updates": "tracing a step",
        "functions": "building the graph",
        "redraws": "drawing weights",
        "baseline": "before training",
        "auto_training": "before training",
        "linear_code": "after training",
        "attributes": "after training",
    }

    # The layout of the data: the class that checks and serves them.
    layout: ClassVar[type[Layout]] = TableLayout
    # Whether there are no hidden layers.
    is_linear: bool = False
    # The parameters that these hooks read, as `_parameter_constraints` has them.
    parameter_constraints: ClassVar[dict] = {}
    # Two to the power of it is the unit of the rows, in that of the data: 1 unless
    # float32 has no room for these.
    unit_exponent: int = 0

    loss = "squared_error"

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        check_hooks(cls, renamed={}, gone=_FORMER_HOOKS)

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

        Further arguments are fields of a mini-batch, by name. The decoder is trained on
        "sample" instead of "code" where there is one, or on "latent", which must equal
        ``embed(code)``. Codes may be integers.
        """

    def decode(self, code, encoder):
        """Raw outputs of the shape of the data; `encoder` is a Keras model.

        Further arguments are fields of a mini-batch, by name.
        """
        raise NotImplementedError

    def embed(self, code, encoder):
        """The decoder's input for a code that `transform` returned."""
        return code

    def corrupt(self, x):
        """The encoder's input in training for data `x`: with noise, for example."""
        return x

    def penalties(self, forward) -> dict[str, Any]:
        """Terms of the loss by name, without their weights, from a `Forward`."""
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

    def updates(self) -> tuple[Update, ...]:
        """The kinds of steps, one after the other for each mini-batch."""
        return (Update(),)

    def functions(self, parts) -> dict[str, Any]:
        """Further Keras models, by name, made of `Parts`."""
        return {}

    def redraws(self, name: str) -> bool:
        """True if a new seed draws the weight `name` anew; else it stays as built."""
        return True

    def check(self) -> None:  # noqa: B027 (most have nothing to say)
        """Raise ValueError for parameters that do not fit together, or the data."""

    def baseline(
        self,
        rows: Rows,
        summary: Summary,
        weight: np.ndarray | None,
        rng: np.random.Generator,
    ) -> Baseline:
        """Weights fitted to the data before any training: a scaling, PCA.

        Others add theirs with :meth:`Baseline.with_weights`.
        """
        return Baseline(self.reconstruction_loss().start(summary, self.has_decoder()))

    @classmethod
    def resolve_auto(
        cls, values: Mapping[str, Any], rows: Rows, data_values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Parameters of the graph, those that are "auto" decided by the first data.

        `data_values` are those of the layout.
        """
        values = dict(values)
        if is_auto(values.get("encoding_dim")):
            values["encoding_dim"] = auto_encoding_dim(math.prod(rows.sample_shape))
        return values

    @property
    def auto_training(self) -> AutoTraining:
        """Decisions on training that "auto" leaves to the family."""
        return AutoTraining()

    def unexplained_variance(
        self, weights: dict[str, np.ndarray], summary: Summary
    ) -> float | None:
        """Mean variance in the directions that PCA leaves, as a share of that in all.

        None where training does not start at PCA.
        """
        return None

    def linear_code(self) -> LinearCode | None:
        """Rotations of the code that change no reconstruction; None if there are none.

        A family that derives from one with a linear code, and asks something else of
        its own, such as a prior, returns None.
        """
        return None

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
        return math.prod(self.reconstruction_loss().output_shape(self.sample_shape))

    @property
    def encoder_inputs(self) -> tuple[str, ...]:
        """Fields beside "data" that `encode` takes: its further arguments."""
        return _further_arguments(type(self).encode, ("self", "x"))

    @property
    def decoder_inputs(self) -> tuple[str, ...]:
        """Fields of a mini-batch that `decode` takes: its further arguments."""
        return _further_arguments(type(self).decode, ("self", "code", "encoder"))

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


@functools.cache
def _further_arguments(function, first: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the arguments of a hook after the `first` ones."""
    named = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    found = inspect.signature(function).parameters.values()
    return tuple(p.name for p in list(found)[len(first) :] if p.kind in named)
