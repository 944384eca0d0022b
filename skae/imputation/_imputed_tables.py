"""Imputed tables, with the types of the data of `fit`."""

from collections.abc import Mapping, Sequence

import numpy as np

from skae.frames import (
    columns_of,
    is_frame,
    library_of,
    series_of,
    type_of,
    with_values,
)
from skae.tables import MixedTableLayout


def filled_columns(X, layout: MixedTableLayout, outputs, missing, rows) -> dict:
    """Imputed values of each column with missing values, unless it is ignored.

    Parameters
    ----------
    X : data frame or ndarray
        The table with missing values.

    layout : MixedTableLayout

    outputs : ndarray of shape (n_some_rows, n_outputs)
        Expected or drawn outputs of some rows.

    missing : ndarray of bool, of shape (n_rows, n_columns)
        Mask of the missing values.

    rows : ndarray of shape (n_some_rows,)
        Numbers of these rows: all that have missing values.

    Returns
    -------
    filled : dict
        By the number of the column: the mask of its missing values, values for all
        rows, of which the others are arbitrary, and the type of `fit`, or the column's
        own type in a table of another library than that of `fit`.
    """
    found = {}
    types = layout.types
    if layout.library != (library_of(X) if is_frame(X) else "numpy"):
        types = [_own_type(values, name) for name, values in columns_of(X)]
    columns = zip(layout.columns, types, layout.output_places(), strict=True)
    for j, (column, kind, places) in enumerate(columns):
        where = missing[:, j]
        if not where.any() or column.kind in ("identifier", "ignored"):
            continue
        if column.kind == "empty":
            if layout.library == "numpy" or _holds_numbers(kind):
                found[j] = where, np.zeros(len(where)), kind
            continue
        values = column.write(outputs[:, places])
        if column.kind == "number":
            values = np.clip(values, *column.limits)
        found[j] = where, _for_all_rows(values, rows, len(where)), kind
    return found


def with_filled(
    X, filled: dict, kept: Sequence[int], indicators: Mapping[str, np.ndarray]
):
    """A copy of `X` with the columns `kept` and `indicators` and imputed values."""
    if is_frame(X):
        return with_values(X, filled, kept, indicators)
    found = X.copy()
    for j, (where, values, kind) in filled.items():
        values = series_of("numpy", j, values, kind)
        if isinstance(values, list):
            found[where, j] = [values[i] for i in np.flatnonzero(where)]
        else:
            found[where, j] = values[where]
    if not indicators:
        return found[:, kept]
    return np.hstack([found[:, kept], np.column_stack(list(indicators.values()))])


def _own_type(values, name) -> dict:
    """The type of a column of another library than that of `fit`, which has one."""
    kind = type_of(values)
    if kind.get("holds") in ("empty", "other"):
        raise ValueError(
            f"Column {name!r} is of type {kind['name']}, which holds nothing, and the "
            "table is not of the library that fit was given. Give the column a type, "
            "or convert the table."
        )
    return kind


def _holds_numbers(kind: dict) -> bool:
    """Whether 0 is a value of a column; old files have only the name of its type."""
    old = "number" if kind["name"] in ("float64", "Float64") else None
    return kind.get("holds", old) in ("number", "integer")


def _for_all_rows(values, rows: np.ndarray, n_rows: int):
    """Values of some rows, extended to all rows by arbitrary ones."""
    if isinstance(values, list):
        found = values[:1] * n_rows
        for row, value in zip(rows, values, strict=True):
            found[row] = value
        return found
    found = np.full(n_rows, values[0])
    found[rows] = values
    return found
