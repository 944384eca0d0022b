"""How `X` is laid out: what checks it, serves it as rows, and gives it back."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils.validation import has_fit_parameter

from skae._moved import check_hooks
from skae._sklearn import checked_names, checked_table
from skae.data._find_units import find_units
from skae.data._masked_arrays import refuse_masked
from skae.data._rows import Rows
from skae.data._units import Units


class Layout(ABC):
    """The layout of the data that an estimator was fitted with.

    Made by `fit` from the first data, kept as a fitted attribute, and asked by all
    who must know what a row is: transform, inverse_transform, plotting. It has nothing
    but what its constructor takes, so that a file can hold it.
    """

    # What a layout may override, and when it is called (docs/architecture.md).
    HOOKS: ClassVar[dict[str, str]] = {
        "parameters": "reading data",
        "numeric_only": "reading data",
        "takes_missing": "after training",
        "validate": "reading data",
        "fit": "reading data, in the first fit",
        "attributes": "reading data, in the first fit",
        "data_values": "before training",
        "sample_shape": "always",
        "rows": "reading data",
        "restore": "decoding",
    }

    # Parameters of the estimator that `fit` takes, and their constraints.
    parameters: ClassVar[dict[str, list]] = {}
    # True if `X` holds numbers only, which scikit-learn checks.
    numeric_only: ClassVar[bool] = True
    # True if new data may have missing values where those of `fit` had none.
    takes_missing: ClassVar[bool] = False
    # In which the rows are served, where float32 does not hold the data as they are:
    # kept only then, so that other files are as they always were.
    units: Units | None = None

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        check_hooks(
            cls,
            renamed={"check": "validate", "facts": "data_values", "shaped": "restore"},
            gone={
                "check_other": "validate() checks data of any form",
                "counted": "fit() may have a parameter sample_weight",
                "frame": "restore() may return a data frame",
                "is_table": "validate() checks data of any form",
                "n_features": "attributes() may return 'n_features_in_'",
                "numeric": "it is called numeric_only",
                "of": "from_estimator() calls fit()",
            },
        )

    @classmethod
    def validate(cls, estimator, X, *, reset: bool) -> Any:
        """Check the type, names and number of features of `X`, but not its values.

        `reset` keeps the names at `estimator`, as scikit-learn does for tables. A
        layout of other data drops them (`forget_names`).
        """
        refuse_masked(X, type(estimator).__name__)
        check = checked_table if cls.numeric_only else checked_names
        return check(estimator, X, reset=reset)

    @staticmethod
    def forget_names(estimator) -> None:
        """Drop the names of features, which data that are no table do not have."""
        vars(estimator).pop("feature_names_in_", None)

    @classmethod
    def from_estimator(cls, estimator, X, sample_weight=None) -> Self:
        """The layout of validated `X`, with the parameters of `estimator`.

        `fit` gets the weights of the rows if it has a parameter `sample_weight`.
        """
        names = [name for name in cls.parameters if hasattr(estimator, name)]
        options = {name: getattr(estimator, name) for name in names}
        if sample_weight is not None and has_fit_parameter(cls, "sample_weight"):
            options["sample_weight"] = sample_weight
        return cls.fit(X, type(estimator).__name__, **options)

    @classmethod
    @abstractmethod
    def fit(cls, X, name: str, **parameters) -> Self:
        """The layout of `X`, which `validate` returned; `name` is the estimator's."""

    @property
    @abstractmethod
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one row as the network sees it."""

    @abstractmethod
    def rows(self, X, name: str) -> Rows:
        """Validated `X` as rows; ValueError if its layout is another."""

    def read(self, estimator, X) -> Rows:
        """Validated `X` as rows that know the names of their columns."""
        rows = self.rows(X, type(estimator).__name__)
        rows.columns = getattr(estimator, "feature_names_in_", None)
        return rows

    @property
    def exponent(self) -> int:
        """Two to the power of it is the unit of the rows, in that of the data."""
        return 0 if self.units is None else self.units.exponent

    def fit_units(self, rows: Rows, weight: np.ndarray | None) -> None:
        """Find the units of the first data, `rows`, and serve these in them."""
        units = find_units(rows, weight, pooled=rows.pooled)
        if units is not None:
            self.units = rows.units = units

    def inverse_transform(self, outputs: np.ndarray, rows: Rows | None = None) -> Any:
        """Outputs of the network as the user gave `rows`, or the data of `fit`."""
        found = outputs if self.units is None else self.units.add(outputs)
        return self.restore(found, rows)

    def restore(self, values: np.ndarray, rows: Rows | None = None) -> Any:
        """Values of the shape of the network's outputs in the form of the user's data.

        That of `rows`, or of the data of `fit`.
        """
        return values

    def data_values(self) -> dict[str, Any]:
        """Values of the data that determine the network, beside the shape of a row."""
        return {}

    def attributes(self) -> dict[str, Any]:
        """Public fitted attributes that tell of the layout."""
        return {}


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
