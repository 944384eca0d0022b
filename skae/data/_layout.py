"""How `X` is laid out: what checks it, serves it as rows, and gives it back."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np

from skae._sklearn import checked_names, checked_table
from skae.data._find_units import find_units
from skae.data._masked_arrays import refuse_masked
from skae.data._rows import Rows
from skae.data._units import Units
from skae.frames import framed_like


class Layout(ABC):
    """The layout of the data that an estimator was fitted with.

    Made by `fit` from the first data, kept as a fitted attribute, and asked by all
    who must know what a row is: transform, inverse_transform, plotting. It has nothing
    but what its constructor takes, so that a file can hold it.
    """

    # Parameters of the estimator that `fit` takes, and their constraints.
    parameters: ClassVar[dict[str, list]] = {}
    # Whether a table holds numbers alone. Others are checked by the layout itself.
    numeric_only: ClassVar[bool] = True
    # Whether new data may have missing values where those of `fit` had none.
    takes_missing: ClassVar[bool] = False
    # In which the rows are served, where float32 does not hold the data as they are:
    # kept only then, so that other files are as they always were.
    units: Units | None = None

    @classmethod
    def check(cls, estimator, X, *, reset: bool) -> Any:
        """`X`, checked for its kind, names and number of features, but not its values.

        Tables are checked by scikit-learn, which keeps the names at `estimator`.
        """
        refuse_masked(X, type(estimator).__name__)
        if cls.is_table(X):
            check = checked_table if cls.numeric_only else checked_names
            return check(estimator, X, reset=reset)
        X = cls.check_other(X, type(estimator).__name__)
        if reset:
            vars(estimator).pop("feature_names_in_", None)
        return X

    @classmethod
    def is_table(cls, X) -> bool:
        """Whether `X` has one row per sample and one column per feature."""
        return True

    @classmethod
    def check_other(cls, X, name: str) -> Any:
        """Check `X` of another layout than a table; `name` is the estimator's."""
        raise NotImplementedError

    @classmethod
    def of(cls, estimator, X, weight=None) -> Self:
        """The layout of checked `X`, of the rows that have a weight."""
        names = [name for name in cls.parameters if hasattr(estimator, name)]
        options = {name: getattr(estimator, name) for name in names}
        if weight is not None:
            X, weight = cls.counted(X, weight)
        if weight is not None:
            options["weight"] = weight
        return cls.fit(X, type(estimator).__name__, **options)

    @classmethod
    def counted(cls, X, sample_weight) -> tuple[Any, np.ndarray | None]:
        """The rows that `fit` may learn from, and their weights if it asks for them.

        Most layouts learn from no row.
        """
        return X, None

    @classmethod
    @abstractmethod
    def fit(cls, X, name: str, **parameters) -> Self:
        """The layout of `X`, which `check` returned."""

    @property
    @abstractmethod
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one row as the network sees it."""

    @property
    def n_features(self) -> int:
        """What `n_features_in_` says."""
        return int(np.prod(self.sample_shape))

    @abstractmethod
    def rows(self, X, name: str) -> Rows:
        """`X`, which `check` returned, as rows; ValueError if the layout is another."""

    def read(self, estimator, X) -> Rows:
        """`X`, which `check` returned, as rows that know the names of their columns."""
        rows = self.rows(X, type(estimator).__name__)
        rows.columns = getattr(estimator, "feature_names_in_", None)
        return rows

    @property
    def exponent(self) -> int:
        """Two to the power of it is the unit of the rows, in that of the data."""
        return 0 if self.units is None else self.units.exponent

    def fit_units(self, rows: Rows, weight: np.ndarray | None) -> None:
        """Find the units of the first data, `rows`, and serve these in them."""
        units = find_units(rows, weight, pooled=self.is_sequence)
        if units is not None:
            self.units = rows.units = units

    def restore(self, outputs: np.ndarray, rows: Rows | None = None) -> Any:
        """Outputs of the network as the user gave `rows`, or `fit`'s data."""
        found = outputs if self.units is None else self.units.add(outputs)
        return self.shaped(found, rows)

    def shaped(self, values: np.ndarray, rows: Rows | None = None) -> Any:
        """Values of the shape of the network's outputs, in the shape of `rows`."""
        return values

    def frame(self, values: Any, like: Any, names) -> Any:
        """`values`, restored, as a data frame where `like` is one."""
        return framed_like(like, values, names)

    def data_values(self) -> dict[str, Any]:
        """What the network must know beside the shape of a row, by name."""
        return {}

    def attributes(self) -> dict[str, Any]:
        """Public fitted attributes that tell of the layout."""
        return {}

    # Height, width and perhaps channels, where rows are images.
    image_shape: tuple[int, ...] | None = None
    # Whether rows, as the user has them, are numbers that may be drawn as such.
    all_numeric: bool = True
    # Whether a row has one time step after the other.
    is_sequence: ClassVar[bool] = False


class TableLayout(Layout):
    """One row per sample, one column per feature."""

    def __init__(self, width: int, units: Units | None = None):
        self.width = width
        if units is not None:
            self.units = units

    @classmethod
    def fit(cls, X, name, **parameters):
        """The number of columns is all there is to know."""
        return cls(X.shape[1])

    @property
    def sample_shape(self):
        """(n_features,)."""
        return (self.width,)

    def rows(self, X, name):
        """`X` as it is: scikit-learn has compared the number of features."""
        return Rows(X, name, units=self.units)
