"""Sizes for "auto", chosen from the data: codes and hidden layers of all families.

"auto" never gives a code more dimensions than a row of the data has values.
"""

import math
from collections.abc import Mapping
from typing import Any

from skae.data import Rows
from skae.engine._parameter_checks import is_auto

_SIZES, _SIZES_FOR_MANY_ROWS = (128, 64), (512, 256)
# For many rows of at most this number of values: narrower networks, and more steps.
FEW_VALUES, NARROW_SIZES = 32, (256, 128)


def auto_encoding_dim(n_values: int, per_value: float = 0.5, most: int = 32) -> int:
    """`per_value` code dimensions per value of a row, rounded up, at most `most`."""
    return max(1, min(most, math.ceil(per_value * n_values)))


def with_auto_codes(
    values: Mapping[str, Any], rows: Rows, per_value: float = 0.5, most: int = 32
) -> dict[str, Any]:
    """Parameters with `auto_encoding_dim` for `rows` if `encoding_dim` is "auto"."""
    values = dict(values)
    if is_auto(values.get("encoding_dim")):
        n_values = math.prod(rows.sample_shape)
        values["encoding_dim"] = auto_encoding_dim(n_values, per_value, most)
    return values


def auto_hidden_sizes(n_values: int, many_rows: bool) -> tuple[int, int]:
    """Units of two hidden layers.

    With few rows the sizes are fixed; with many rows they depend on the number of
    values of a row.
    """
    if not many_rows:
        return _SIZES
    return NARROW_SIZES if n_values <= FEW_VALUES else _SIZES_FOR_MANY_ROWS
