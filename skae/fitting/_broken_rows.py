"""Warnings about rows that dominate the loss."""

import warnings

from skae._callers import level_of_user
from skae.data import Rows, Summary, dominating_row, dominating_value


def warn_of_one_row(rows: Rows, weight, summary: Summary, tasks) -> None:
    """Warn if one row has most of the sum of squares of the data.

    In tables of mixed types, where each column has its own scale, it is the sum of
    squares of one column.
    """
    value = dominating_value(rows, weight)
    if value is not None:
        row, share, name = value
        warnings.warn(
            f"Row {tasks.row_name(row)} of X (counted from 0) has {_percent(share)} of "
            f"the sum of squared distances from the median of column {name!r}: this "
            "value dominates the scale of the column, and the others hardly differ "
            "after scaling. If it is wrong, correct it or set it to missing; if it is "
            "right, scaling='quantile' reduces its influence.",
            stacklevel=level_of_user(),
        )
        return
    found = dominating_row(rows, weight, summary)
    if found is None:
        return
    row, share = found
    warnings.warn(
        f"Row {tasks.row_name(row)} of X (counted from 0) has {_percent(share)} of the "
        "sum of squared distances from the median of the data, and dominates the "
        "loss. If its values are wrong, correct them or leave the row out; if they are "
        "right, a transformation such as sklearn.preprocessing.QuantileTransformer "
        "reduces its influence.",
        stacklevel=level_of_user(),
    )


def _percent(share: float) -> str:
    """Format a share below 1 as text."""
    return "over 99.9 %" if share > 0.999 else f"{100 * share:.1f} %"
