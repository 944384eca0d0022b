"""Sizes for "auto", chosen from the data: codes and hidden layers of all families.

"auto" never gives a code more dimensions than a row of the data has values.
"""

import math

_SIZES, _SIZES_FOR_MANY_ROWS = (128, 64), (512, 256)
# For many rows of at most this number of values: narrower networks, and more steps.
FEW_VALUES, NARROW_SIZES = 32, (256, 128)


def auto_encoding_dim(n_values: int, per_value: float = 0.5, most: int = 32) -> int:
    """`per_value` code dimensions per value of a row, rounded up, at most `most`."""
    return max(1, min(most, math.ceil(per_value * n_values)))


def auto_hidden_sizes(n_values: int, many_rows: bool) -> tuple[int, int]:
    """Units of two hidden layers.

    With few rows the sizes are fixed; with many rows they depend on the number of
    values of a row.
    """
    if not many_rows:
        return _SIZES
    return NARROW_SIZES if n_values <= FEW_VALUES else _SIZES_FOR_MANY_ROWS
