"""Sizes that "auto" leaves to the data: codes and hidden layers of all families.

A code never has more numbers than a row of the data unless it is asked for.
"""

import math

_SIZES, _SIZES_FOR_MANY_ROWS = (128, 64), (512, 256)
# For many rows of no more values than these: narrower networks, and more steps.
FEW_VALUES, NARROW_SIZES = 32, (256, 128)


def auto_encoding_dim(n_values: int, per_value: float = 0.5, most: int = 32) -> int:
    """`per_value` numbers for each value of a row, rounded up, and at most `most`."""
    return max(1, min(most, math.ceil(per_value * n_values)))


def auto_hidden_sizes(n_values: int, many_rows: bool) -> tuple[int, int]:
    """Units of two hidden layers: many rows can train as many as the values need."""
    if not many_rows:
        return _SIZES
    return NARROW_SIZES if n_values <= FEW_VALUES else _SIZES_FOR_MANY_ROWS
