"""Data frames of the kind that the user brought."""

from typing import Any


def framed_like(frame: Any, values: Any, names) -> Any:
    """`values` as a data frame like `frame`, pandas or polars; else as they are.

    Images and sequences have no data frame.

    `names` are the columns, or None to number them.
    """
    if not hasattr(frame, "columns") or getattr(values, "ndim", 0) != 2:
        return values
    module = type(frame).__module__.split(".")[0]
    if module == "pandas":
        return type(frame)(values, index=frame.index, columns=names)
    if module == "polars":
        return type(frame)(values, schema=None if names is None else list(names))
    return values
