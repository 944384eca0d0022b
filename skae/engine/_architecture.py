"""The specification of a network: the object whose hooks build the graph."""

import copy
import functools
import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from skae._keras import keras
from skae._moved import check_hooks
from skae.data import Layout, Rows, Summary, TableLayout
from skae.engine._auto_sizes import with_auto_codes
from skae.engine._baseline import Baseline
from skae.engine._freeze import freeze
from skae.engine._graph import connect
from skae.engine._linear_code import LinearCode
from skae.engine._loss_trials import try_out
from skae.losses import ReconstructionLoss, make_loss, plain_loss

# From this number of rows on, "auto" chooses larger networks and no noise.
MANY_ROWS = 20000

# Former hooks, with the replacement that the error names.
_FORMER_HOOKS = {
    "auto_codes_per_value": "resolve_auto() may call with_auto_codes()",
    "auto_sizes": "resolve_auto(values, rows, data_values) decides all that is 'auto'",
    "code_shape": "attributes() may return 'code_shape_'",
    "fill": "encode() fills what it needs",
    "has_normal_prior": "an estimator with a method sample() has a prior",
    "in_units": "unit_exponent is an attribute",
    "initial_weights": "baseline() returns a Baseline, which may have them",
    "jit_worthwhile": "auto_training says so",
    "least_epochs": "auto_training says so",
    "most_auto_codes": "resolve_auto() may call with_auto_codes()",
    "row_loss": "the ReconstructionLoss has row_loss(normal, tensors)",
    "scaling": "the ReconstructionLoss takes `moments`",
    "settle": "resolve_auto(values, rows, data_values) decides all that is 'auto'",
    "takes_large_steps": "auto_training says so",
    "test_parameters": "the estimator's _test_params() returns them",
}


class Field(NamedTuple):
    """One named part of a mini-batch: the shape of a row, and the type of its values.

    "data" is the input of the encoder. "target", if there is one, is compared with the
    reconstruction. A family may add other fields.
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
        Prefixes of the names of the weights to train; an empty tuple means the weights
        that no other update trains.

    optimizer : str or keras.optimizers.Optimizer, default=None
        Optimizer of this update; None means one like the estimator's.

    learning_rate : float, default=1.0
        Factor on the learning rate of the estimator.
    """

    terms: tuple[str, ...] | None = None
    weights: tuple[str, ...] = ()
    optimizer: Any = None
    learning_rate: float = 1.0


class AutoTraining(NamedTuple):
    """Training settings of a family for parameters that are "auto".

    Parameters
    ----------
    jit_compile : bool, default=False
        Whether compilation with XLA saves more time than it takes, in long fits on a
        CPU.

    large_steps : bool, default=False
        Whether large batches train as well, in fewer steps at a higher learning rate.

    min_epochs, min_steps : int, default=1
        Lower bound of the number of epochs: `min_epochs`, or the epochs that take
        `min_steps` steps if these are fewer.
    """

    jit_compile: bool = False
    large_steps: bool = False
    min_epochs: int = 1
    min_steps: int = 1


class Architecture(ABC):
    """Specification of a network: parameters of its graph and values of the data.

    An estimator makes one for each fit. It is immutable: two with the same values are
    equal, have the same hash, and share compiled programs. The hooks that build the
    graph are methods of this class and have access to its values only: not to the
    training parameters, nor to the weights of penalties, which are variables of the
    program.

    Parameters
    ----------
    fields : dict of Field
        The parts of a mini-batch by name, including "data".

    terms : tuple of str, default=()
        Names of the terms of the loss that have a weight.

    padded : bool, default=False
        Whether NaN in the data marks missing or padded values.

    **values : object
        Parameters and values of the data, which become attributes of the same names.
        Class attributes are the defaults of those that are not given.
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

    # The class of the data layout, which validates data and converts them to rows.
    layout: ClassVar[type[Layout]] = TableLayout
    # Whether there are no hidden layers.
    is_linear: bool = False
    # Rows from which on training begins far from PCA, where that is the baseline.
    rows_to_leave_pca: int = MANY_ROWS
    # Constraints of the parameters that these hooks read, in the form of
    # `_parameter_constraints`.
    parameter_constraints: ClassVar[dict] = {}
    # The unit of the rows is two to the power of this, in units of the data. It is 0
    # (a unit of 1) unless the data exceed the range of float32.
    unit_exponent: int = 0

    loss = "squared_error"

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        renamed = {
            "settle_units": "fit_units",
            "variance_left": "unexplained_variance",
        }
        check_hooks(cls, renamed, gone=_FORMER_HOOKS)

    def __init__(
        self,
        fields: Mapping[str, Field],
        terms: tuple[str, ...] = (),
        padded: bool = False,
        **values,
    ):
        fields = {name: Field(*field) for name, field in fields.items()}
        own = {"fields": fields, "terms": tuple(terms), "padded": bool(padded)}
        if "loss" in values:  # two names of one loss are one architecture
            own["loss"] = plain_loss(values["loss"])
        vars(self).update(values | own)

    @abstractmethod
    def encode(self, x):
        """Code of normalized data `x`, or a dict with "code" and further tensors.

        Further arguments are fields of a mini-batch, by name. The input of the decoder
        in training is "sample" if the dict has it, else "latent", which must equal
        ``embed(code)``, else "code". Codes may be integers.
        """

    def decode(self, code, encoder):
        """Decoder outputs of the shape of the data; `encoder` is a Keras model.

        Further arguments are fields of a mini-batch, by name.
        """
        raise NotImplementedError

    def embed(self, code, encoder):
        """Decoder input for a code that `transform` returned."""
        return code

    def corrupt(self, x):
        """Encoder input in training for data `x`, for example with noise added."""
        return x

    def penalties(self, forward) -> dict[str, Any]:
        """Unweighted terms of the loss by name, computed from a `Forward`."""
        return {}

    def reconstruction_loss(self) -> ReconstructionLoss:
        """Loss object that scales data and outputs and computes their error."""
        return make_loss(self.loss, padded=self.padded)

    def fit_units(self, layout: Layout, rows: Rows, weight: np.ndarray | None) -> None:
        """Fit the units of a layout, if the loss standardizes the data.

        Losses of unscaled data, such as cross-entropy, need the data as they are.
        """
        if self.reconstruction_loss().standardizes:
            layout.fit_units(rows, weight)

    def updates(self) -> tuple[Update, ...]:
        """Updates, which are run one after the other for each mini-batch."""
        return (Update(),)

    def functions(self, parts) -> dict[str, Any]:
        """Further Keras models by name, built from `Parts`."""
        return {}

    def redraws(self, name: str) -> bool:
        """Whether a new seed draws the weight `name` again; else it stays as built."""
        return True

    def check(self) -> None:
        """Raise ValueError for parameters incompatible with each other or the data."""
        try_out(self.reconstruction_loss(), self.sample_shape)

    def baseline(
        self,
        rows: Rows,
        summary: Summary,
        weight: np.ndarray | None,
        rng: np.random.Generator,
    ) -> Baseline:
        """Weights fitted to the data before training: scaling, PCA.

        Subclasses add theirs with :meth:`Baseline.with_weights`.
        """
        return Baseline(self.reconstruction_loss().start(summary, self.has_decoder()))

    @classmethod
    def resolve_auto(
        cls, values: Mapping[str, Any], rows: Rows, data_values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Parameters of the graph, with "auto" resolved from the data of the first fit.

        `data_values` are those of the layout.
        """
        return with_auto_codes(values, rows)

    @property
    def auto_training(self) -> AutoTraining:
        """Training settings of the family for parameters that are "auto"."""
        return AutoTraining()

    def unexplained_variance(
        self, weights: dict[str, np.ndarray], summary: Summary
    ) -> float | None:
        """Mean variance of the discarded PCA directions, relative to that of all.

        None if the network is not initialized at PCA.
        """
        return None

    def linear_code(self) -> LinearCode | None:
        """Code rotations that leave reconstructions unchanged; None if there are none.

        A family that derives from one with a linear code and adds a requirement on the
        codes, such as a prior, returns None.
        """
        return None

    def attributes(self, code_size: int) -> dict[str, Any]:
        """Fitted attributes that describe the network."""
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
        """Names of the fields other than "data" that `encode` takes as arguments."""
        return _further_arguments(type(self).encode, 2)

    @property
    def decoder_inputs(self) -> tuple[str, ...]:
        """Names of the fields of a mini-batch that `decode` takes as arguments."""
        return _further_arguments(type(self).decode, 3)

    @classmethod
    def has_decoder(cls) -> bool:
        """Whether codes can be decoded."""
        return cls.decode is not Architecture.decode

    def build(self):
        """Build a new `Graph` of connected Keras models."""
        # The graph has copies of layers among the values, since building changes them.
        copies = {
            name: copy.deepcopy(value)
            for name, value in self.values.items()
            if hasattr(value, "get_config") and isinstance(value, keras.layers.Layer)
        }
        built = self.replace(**copies) if copies else self
        vars(built)["_key"] = self._frozen()
        return connect(built)

    def replace(self, **values) -> "Architecture":
        """Copy of the architecture with some values replaced."""
        return type(self)(**{**self.values, **values})

    def for_inference(self) -> "Architecture":
        """The same network, for data that may have NaN if the layout allows it."""
        return self.replace(padded=True) if self.layout.takes_missing else self

    def changes(self, new: "Architecture") -> list[str]:
        """Descriptions of the differences that make `new` another network."""
        old, new = self.values, new.values
        found = [
            f"{name} from {old.get(name)!r} to {new.get(name)!r}"
            for name in sorted(old.keys() | new.keys())
            # Other terms or masks change the loss, but not the network.
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
        """All values that define this architecture, by name."""
        return {name: v for name, v in vars(self).items() if name != "_key"}

    def _frozen(self):
        if "_key" not in vars(self):
            vars(self)["_key"] = freeze((type(self), self.values))
        return vars(self)["_key"]

    def __eq__(self, other):
        if not isinstance(other, Architecture):
            return NotImplemented
        return self._frozen() == other._frozen()

    def __hash__(self):
        return hash(self._frozen())

    def __getstate__(self):
        return self.values  # the key of one process is not valid in another

    def __deepcopy__(self, memo):
        return self

    def __setattr__(self, name, value):
        raise AttributeError(f"{type(self).__name__} cannot be changed: use replace.")

    def __getattr__(self, name):
        raise AttributeError(
            f"{type(self).__name__} has no {name!r}: it has the parameters of the "
            f"graph and values of the data, {sorted(vars(self))}, but no training "
            "parameters and no weights of penalties."
        )

    def __repr__(self):
        values = ", ".join(f"{k}={v!r}" for k, v in self.values.items())
        return f"{type(self).__name__}({values})"


@functools.cache
def _further_arguments(function, n_first: int) -> tuple[str, ...]:
    """Names of the arguments of a hook after the first ones, `self` included."""
    named = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    found = inspect.signature(function).parameters.values()
    return tuple(p.name for p in list(found)[n_first:] if p.kind in named)
