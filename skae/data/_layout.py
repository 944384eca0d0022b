"""Data layouts: validation of `X`, conversion to rows, and the inverse."""

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

    It is made by `fit` from the data of the first fit and kept as a fitted attribute.
    `transform`, `inverse_transform` and plotting use it to interpret rows. All its
    state is that of its constructor, so that it can be saved in a file.
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

    # Parameters of the estimator that are passed to `fit`, with their constraints.
    parameters: ClassVar[dict[str, list]] = {}
    # Whether `X` must be numeric, which scikit-learn checks.
    numeric_only: ClassVar[bool] = True
    # Whether new data may have missing values (or padding) if those of `fit` had none.
    takes_missing: ClassVar[bool] = False
    # Units of the rows, if float32 cannot represent the data as they are. Set only
    # then, so that the files of other estimators do not change.
    units: Units | None = None

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        check_hooks(
            cls,
            renamed={
                "numeric": "numeric_only",
                "check": "validate",
                "facts": "data_values",
                "holds_numbers": "all_numeric",
                "settle_units": "fit_units",
                "shaped": "restore",
            },
            gone={
                "check_other": "validate() checks data of any form",
                "counted": "fit() may have a parameter sample_weight",
                "frame": "restore() may return a data frame",
                "is_sequence": "layouts of sequences derive from SequenceLayout",
                "is_table": "validate() checks data of any form",
                "n_features": "attributes() may return 'n_features_in_'",
                "of": "from_estimator() calls fit()",
            },
        )

    @classmethod
    def validate(cls, estimator, X, *, reset: bool) -> Any:
        """Check the type, names and number of features of `X`, but not its values.

        With `reset` the names are set as attributes of `estimator`, as in scikit-learn.
        Layouts for data other than tables remove them (`forget_names`).
        """
        refuse_masked(X, type(estimator).__name__)
        check = checked_table if cls.numeric_only else checked_names
        return check(estimator, X, reset=reset)

    @staticmethod
    def forget_names(estimator) -> None:
        """Remove the names of features, which only tables have."""
        vars(estimator).pop("feature_names_in_", None)

    @classmethod
    def from_estimator(cls, estimator, X, sample_weight=None) -> Self:
        """Fit the layout to validated `X`, with the parameters of `estimator`.

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
        """Make the layout from validated `X`; `name` is that of the estimator."""

    @property
    @abstractmethod
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one row, as the network gets it."""

    @abstractmethod
    def rows(self, X, name: str) -> Rows:
        """Convert validated `X` to rows; ValueError if its layout differs."""

    def read(self, estimator, X) -> Rows:
        """Convert validated `X` to rows, with the names of the columns."""
        rows = self.rows(X, type(estimator).__name__)
        rows.columns = getattr(estimator, "feature_names_in_", None)
        return rows

    @property
    def exponent(self) -> int:
        """Exponent of 2 of the unit of the rows, in units of the data."""
        return 0 if self.units is None else self.units.exponent

    def fit_units(self, rows: Rows, weight: np.ndarray | None) -> None:
        """Find the units for `rows`, the data of the first fit, and apply them."""
        units = find_units(rows, weight, pooled=rows.pooled)
        if units is not None:
            self.units = rows.units = units

    def inverse_transform(self, outputs: np.ndarray, rows: Rows | None = None) -> Any:
        """Convert outputs of the network to the form of `rows`, or of fit's data."""
        found = outputs if self.units is None else self.units.add(outputs)
        return self.restore(found, rows)

    def restore(self, values: np.ndarray, rows: Rows | None = None) -> Any:
        """Convert values of the shape of the outputs to the form of the user's data.

        This is the form of `rows`, or of the data of `fit`.
        """
        return values

    def data_values(self) -> dict[str, Any]:
        """Values of the data that the network depends on, except the shape of a row."""
        return {}

    def attributes(self) -> dict[str, Any]:
        """Public fitted attributes that describe the layout."""
        return {}


class TableLayout(Layout):
    """Layout of numeric tables: one row per sample, one column per feature.

    Tables of mixed types have `skae.tables.MixedTableLayout`.
    """

    def __init__(self, width: int, units: Units | None = None):
        self.width = width
        if units is not None:
            self.units = units

    @classmethod
    def fit(cls, X, name, **parameters):
        """Make the layout from the number of columns."""
        return cls(X.shape[1])

    @property
    def sample_shape(self):
        """(n_features,)."""
        return (self.width,)

    def rows(self, X, name):
        """`X` as rows; scikit-learn has compared the number of features."""
        return Rows(X, name, units=self.units)
