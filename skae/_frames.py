"""Data frames of the kind that the user brought."""

from typing import Any

import numpy as np


def framed_like(frame: Any, values: np.ndarray, names) -> Any:
    """`values` as a data frame like `frame`, pandas or polars; else as they are.

    `names` are the columns, or None to number them.
    """
    if values.ndim != 2 or not hasattr(frame, "columns"):
        return values
    module = type(frame).__module__.split(".")[0]
    if module == "pandas":
        return type(frame)(values, index=frame.index, columns=names)
    if module == "polars":
        return type(frame)(values, schema=None if names is None else list(names))
    return values
