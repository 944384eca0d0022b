"""Data frames of the library of the input, and the values of their columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skae.frames._series import joined, series_of
from skae.frames._types import library_of


def framed_like(frame: Any, values: Any, names) -> Any:
    """Convert `values` to a data frame like `frame`, of pandas or polars.

    They are returned unchanged if `frame` is not a data frame, or if they are images or
    sequences. Values that are a data frame get the index of `frame`, if both are of
    pandas. `names` are the columns, or None to number them.
    """
    if is_frame(values):
        both = library_of(values) == library_of(frame) == "pandas"
        return values.set_axis(frame.index) if both and is_frame(frame) else values
    if not hasattr(frame, "columns") or getattr(values, "ndim", 0) != 2:
        return values
    module = library_of(frame)
    if module == "pandas":
        return type(frame)(values, index=frame.index, columns=names)
    if module == "polars":
        return type(frame)(values, schema=None if names is None else list(names))
    return values


def name_of_row(X: Any, row: int) -> str:
    """The number of a row, and its label in the index of a data frame if different."""
    index = getattr(X, "index", None)
    if library_of(X) != "pandas" or index is None or index[row] == row:
        return str(row)
    return f"{row} (label {index[row]!r})"


def is_frame(X) -> bool:
    """Whether `X` is a data frame of pandas or polars."""
    return library_of(X) in ("pandas", "polars") and hasattr(X, "columns")


def columns_of(X) -> list[tuple[Any, Any]]:
    """Names and values of the columns; the names for an array are numbers."""
    if not is_frame(X):
        return [(j, X[:, j]) for j in range(X.shape[1])]
    names = list(X.columns)
    if library_of(X) == "polars":
        return list(zip(names, X.get_columns(), strict=True))
    return [(name, X.iloc[:, j]) for j, name in enumerate(names)]


def header_of(X) -> dict | None:
    """Names and number of the levels of a frame's columns; None if there is nothing."""
    if library_of(X) != "pandas":
        return None
    found = {"names": list(X.columns.names), "nlevels": X.columns.nlevels}
    return None if found == {"names": [None], "nlevels": 1} else found


def build(
    library: str,
    columns: Sequence[tuple[Any, Any, dict]],
    index=None,
    header: dict | None = None,
) -> Any:
    """Build a frame from names, values and types; `index` and `header` for pandas."""
    if library == "polars":
        import polars as pl

        return pl.DataFrame([series_of(library, *column) for column in columns])
    import pandas as pd

    frame = pd.concat([series_of(library, *column) for column in columns], axis=1)
    frame.columns = [name for name, _, _ in columns]
    if header is not None:
        names = frame.columns
        if header["nlevels"] > 1:
            names = pd.MultiIndex.from_tuples(list(names))
        frame.columns = names.set_names(header["names"])
    return frame if index is None else frame.set_axis(index)


def with_values(
    X,
    filled: Mapping[int, tuple[np.ndarray, Any, dict]],
    kept: Sequence[int],
    added: Mapping[str, np.ndarray],
) -> Any:
    """Copy the columns `kept` of a frame, with some values replaced.

    `filled` has, by the number of a column, a mask of the rows to replace, a value for
    each row, and the type of the column in `fit`. Other values are not changed.
    `added` are further columns.
    """
    library = library_of(X)
    if library == "polars":
        import polars as pl

        series = {j: X.to_series(j) for j in kept}
        for j in filled.keys() & series.keys():
            where, values, kind = filled[j]
            new = series_of(library, series[j].name, values, kind)
            series[j] = joined(series[j], where, new)
        new = [pl.Series(name, values) for name, values in added.items()]
        return pl.DataFrame([*series.values(), *new])
    found = X.iloc[:, list(kept)].copy()
    for i, j in enumerate(kept):
        if j in filled:
            where, values, kind = filled[j]
            new = series_of(library, X.columns[j], values, kind)
            found.isetitem(i, joined(X.iloc[:, j], where, new))
    return found.assign(**added)
