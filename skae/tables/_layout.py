"""The layout of tables of mixed types: data frames and arrays."""

from collections import Counter
from numbers import Integral

import numpy as np

from skae._sklearn import (
    Interval,
    StrOptions,
    checked_array,
    checked_names,
    checked_weight,
    refuse_no_rows,
    safe_indexing,
)
from skae.data import Layout, find_memory_map, with_missing
from skae.frames import (
    build,
    columns_of,
    date_format,
    fitted_values,
    header_of,
    is_frame,
    kind_of,
    labels_of,
    library_of,
    series_of,
    type_of,
    without,
)
from skae.tables._column_choices import given_kinds, given_weights
from skae.tables._columns import CLASSES, SCALINGS, Column, NumberColumn, closer_kind
from skae.tables._number_column import NARROW_TYPES
from skae.tables._rows import RowsOfMap, TableRows, one_hot


class MixedTableLayout(Layout):
    """Layout of tables with one row per sample, and columns of different kinds.

    A row of the network has the numbers of all columns first, and then the index of the
    level of each category; NaN where the value is missing. The outputs of the network
    have the probabilities of all levels instead.

    Parameters
    ----------
    names : list
        Names of the columns.

    columns : list of Column
        The fitted columns.

    types : list of dict
        Descriptions of the types of the columns.

    library : str
        Library of the data of `fit`: "pandas", "polars" or "numpy".

    missing : tuple of int
        Indices of the values of a row that were missing in some rows of `fit`.

    value_weights : tuple of float
        Weight of each value of a row.

    header : dict, default=None
        Names and number of the levels of the column index of pandas, if not default.
    """

    numeric_only, takes_missing = False, True
    parameters = {
        "scaling": [StrOptions(set(SCALINGS))],
        "categorical_features": ["array-like", StrOptions({"from_dtype"}), None],
        "column_kinds": [dict, None],
        "column_weight": [dict, "array-like", None],
        "handle_unknown": [StrOptions({"missing", "error"})],
        "max_levels": [Interval(Integral, 2, None, closed="left")],
    }

    def __init__(
        self, names, columns, types, library, missing, value_weights, header=None
    ):
        self.names, self.columns, self.types = names, columns, types
        self.library, self.missing, self.value_weights = library, missing, value_weights
        self.header = header

    @classmethod
    def validate(cls, estimator, X, *, reset):
        """Check names and number of the columns of data frames and arrays.

        `TableRows`, which a layout has made, are returned unchanged.
        """
        if isinstance(X, TableRows):
            return X
        X = with_missing(X)
        if is_frame(X):
            twice = [name for name, n in Counter(X.columns).items() if n > 1]
            if twice:
                raise ValueError(
                    f"X has several columns that are called {twice[0]!r}: rename them."
                )
            return checked_names(estimator, X, reset=reset)
        if not hasattr(X, "dtype"):
            refuse_no_rows(X, type(estimator).__name__)
            array = np.asarray(X)
            X = np.asarray(X, dtype=object) if array.dtype.kind in "US" else array
        return checked_array(estimator, X, reset=reset)

    @classmethod
    def fit(cls, X, name, sample_weight=None, **parameters):
        """Determine the types of the columns, their levels and scales.

        `TableRows` keep the layout that has made them. Rows of weight 0 are ignored.
        """
        if isinstance(X, TableRows):
            return X.layout
        if sample_weight is not None:
            X, parameters["weight"] = _weighted_rows(X, sample_weight)
        named = columns_of(X)
        names = [column_name for column_name, _ in named]
        given = given_kinds(names, parameters)
        types = [
            _told_type(values, given.get(column_name), column_name)
            for column_name, values in named
        ]
        columns = []
        for (column_name, values), own in zip(named, types, strict=True):
            told = given.get(column_name)
            kind = told or kind_of(values, column_name)
            values = fitted_values(values, own, column_name)
            kind = closer_kind(values, kind, column_name, guess=told is None)
            options = {**parameters, "type": own, "zone": own.get("zone")}
            columns.append(CLASSES[kind].fit(values, kind, column_name, **options))
        if not any(column.is_encoded for column in columns):
            # All columns are constant, as with one row: encode constant numbers, which
            # may differ in later data.
            columns = [
                _as_number(column, values, column_name)
                for column, (column_name, values) in zip(columns, named, strict=True)
            ]
        if not any(column.is_encoded for column in columns):
            raise ValueError(
                f"No column of X tells its rows apart: with n_samples={X.shape[0]}, "
                f"they are {', '.join(sorted({c.kind for c in columns}))}."
            )
        library = library_of(X) if is_frame(X) else "numpy"
        layout = cls(names, columns, types, library, (), (), header_of(X))
        missing = np.isnan(layout.encode(X)).any(axis=0)
        layout.missing = tuple(int(i) for i in np.flatnonzero(missing))
        layout.value_weights = _value_weights(layout, parameters["column_weight"])
        return layout

    @property
    def all_numeric(self):
        """Whether no column has categories or dates."""
        return all(isinstance(column, NumberColumn) for column in self.columns)

    @property
    def n_numbers(self) -> int:
        """Number of numeric values of a row of the network, before the categories."""
        return sum(column.n_numbers for column in self.columns)

    @property
    def levels(self) -> tuple[int, ...]:
        """Number of levels of each category."""
        return tuple(c.n_levels for c in self.columns if c.n_levels)

    @property
    def n_outputs(self) -> int:
        """Number of outputs of the network for a row: numbers and all levels."""
        return self.n_numbers + sum(self.levels)

    @property
    def sample_shape(self):
        """(numbers and categories,)."""
        return (self.n_numbers + len(self.levels),)

    def places(self) -> list[np.ndarray]:
        """Indices of the values of each column in a row of the network."""
        return self._places([min(column.n_levels, 1) for column in self.columns])

    def output_places(self) -> list[np.ndarray]:
        """Indices of the values of each column in the outputs of the network."""
        return self._places([column.n_levels for column in self.columns])

    def _places(self, widths: list[int]) -> list[np.ndarray]:
        """Indices per column, with categories of these widths after all numbers."""
        found, number, category = [], 0, self.n_numbers
        for column, width in zip(self.columns, widths, strict=True):
            if column.n_levels:
                found.append(category + np.arange(width))
                category += width
            else:
                found.append(number + np.arange(column.n_numbers))
                number += column.n_numbers
        return found

    def encode(self, X) -> np.ndarray:
        """Convert validated `X` to rows of the network."""
        x = np.empty((X.shape[0], *self.sample_shape), np.float32)
        pairs = zip(self.columns, self.types, columns_of(X), self.places(), strict=True)
        for column, kind, (name, values), places in pairs:
            if len(places):
                values = fitted_values(values, kind, name)
                x[:, places] = column.read(values, name)
        return x

    def vectors(self, x: np.ndarray) -> np.ndarray:
        """Rows of the network in the form of its outputs, one-hot encoded."""
        return one_hot(x, self.n_numbers, self.levels)

    def rows(self, X, name):
        """Rows of the network; those of a memory map are encoded in chunks."""
        if isinstance(X, TableRows):
            return X
        if not is_frame(X) and find_memory_map(X) is not None:
            return RowsOfMap(X, name, self)
        return TableRows(self.encode(X), name, self, getattr(X, "index", None))

    def coded(self, outputs: np.ndarray) -> np.ndarray:
        """Convert outputs to rows of the network, with values that columns can have."""
        x = np.empty((len(outputs), *self.sample_shape), np.float32)
        pairs = zip(self.columns, self.places(), self.output_places(), strict=True)
        for column, own, others in pairs:
            found = outputs[:, others]
            if column.n_levels:
                x[:, own[0]] = found.argmax(axis=1)
            elif isinstance(column, NumberColumn):
                x[:, own] = column.resolved(found)
            elif len(own):
                x[:, own] = found
        return x

    def missing_of(self, x: np.ndarray) -> np.ndarray:
        """Mask of the missing values, per row of the network and column."""
        places = self.places()
        missing = [np.isnan(x[:, own[:1]]).any(axis=1) for own in places]
        return np.column_stack(missing)

    def is_single(self, j: int) -> bool:
        """Whether numbers of a column are returned as float32."""
        name = self.types[j].get("of", self.types[j]["name"])
        is_array = self.library == "numpy" and np.dtype(name).kind == "f"
        is_array = is_array and self._fits_float32
        return is_array or NARROW_TYPES.get(name) is np.float32

    @property
    def _fits_float32(self) -> bool:
        """Whether float32 represents the values of all columns."""
        return all(column.fits_float32 for column in self.columns)

    def restore(self, outputs, rows=None, missing=None, limits=None):
        """Convert outputs to a table like that of `fit`, with the index of `rows`.

        Values in the mask `missing`, of shape (n_rows, n_columns), are left missing.
        Columns with `limits`, by the index of the column, are clipped to them.
        """
        found = []
        for j, (column, places) in enumerate(
            zip(self.columns, self.output_places(), strict=True)
        ):
            within = {"within": limits[j]} if limits and j in limits else {}
            values = column.write(outputs[:, places], **within)
            if missing is not None and missing[:, j].any():
                values = without(values, missing[:, j])
            found.append(values)
        if self.library != "numpy":
            columns = list(zip(self.names, found, self.types, strict=True))
            index = getattr(rows, "index", None)
            return build(self.library, columns, index, self.header)
        dtype = np.dtype(self.types[0]["name"])
        if dtype.kind == "f" and self._fits_float32:
            dtype = np.dtype(np.float32)  # as in all families
        table = np.empty((len(found[0]), len(found)), dtype)
        fill = {"U": "", "S": "", "O": None}.get(dtype.kind, np.nan)
        for j, (values, kind) in enumerate(zip(found, self.types, strict=True)):
            values = series_of("numpy", j, values, kind)
            if isinstance(values, list):
                values = [fill if value is None else value for value in values]
            table[:, j] = values
        return table

    def data_values(self):
        """Sizes of a row, values that may be missing, and weights of the values."""
        return {
            "n_numbers": self.n_numbers,
            "levels": self.levels,
            "missing": self.missing,
            "value_weights": self.value_weights,
        }

    def attributes(self):
        """`column_kinds_`, and the number of columns."""
        kinds = {
            name: column.kind
            for name, column in zip(self.names, self.columns, strict=True)
        }
        return {"column_kinds_": kinds, "n_features_in_": len(self.columns)}


def _weighted_rows(X, sample_weight):
    """The rows of a table with positive weights, and their weights."""
    weight = checked_weight(sample_weight, X, dtype=np.float64)
    if not weight.any():
        raise ValueError("sample_weight is zero for all rows: nothing to learn.")
    if weight.all():
        return X, weight
    return safe_indexing(X, np.flatnonzero(weight)), weight[weight > 0]


def _told_type(values, told: str | None, name) -> dict:
    """Type of a column; with the format of dates as text, if they are declared."""
    kind = type_of(values)
    if told == "date" and kind["holds"] == "text":
        try:
            form = date_format(labels_of(values))
        except ValueError as error:
            raise ValueError(f"Column {name!r} is a date as text: {error}.") from None
        if form is not None:
            kind |= {"format": form, "zone": None}
    return kind


def _as_number(column: Column, values, name) -> Column:
    """Fit a constant column of numbers as a number; other columns are unchanged."""
    kind = kind_of(values, name)
    if column.kind != "constant" or kind not in ("number", "integer"):
        return column
    return NumberColumn.fit(values, kind, name, scaling="standard")


def _value_weights(layout: MixedTableLayout, column_weight) -> tuple[float, ...]:
    """Weight of each value; the values of one column share its weight."""
    places = layout.places()
    used = np.array([len(own) > 0 for own in places])
    found = np.empty(layout.sample_shape)
    for weight, own in zip(
        given_weights(layout.names, column_weight, used), places, strict=True
    ):
        found[own] = weight / max(1, len(own))
    return tuple(found.tolist())
