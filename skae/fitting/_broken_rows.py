"""Warnings about rows that dominate the loss."""

import warnings

from skae.data import Rows, Summary, dominating_row, dominating_value, level_of_user


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
            f"all squared distances from the middle of column {name!r}: the scale of "
            "the column is about this value, and beside it the others hardly differ. "
            "If it is wrong, mend it or leave it missing; if it is right, "
            "scaling='quantile' brings the values together.",
            stacklevel=level_of_user(),
        )
        return
    found = dominating_row(rows, weight, summary)
    if found is None:
        return
    row, share = found
    warnings.warn(
        f"Row {tasks.row_name(row)} of X (counted from 0) has {_percent(share)} of all "
        "squared distances from the middle of the data: the loss is about this row, "
        "and says little of the others. If its values are wrong, mend them or leave "
        "the row out; if they are right, a transformation such as "
        "sklearn.preprocessing.QuantileTransformer brings the rows together.",
        stacklevel=level_of_user(),
    )


def _percent(share: float) -> str:
    """Format a share below 1 as text."""
    return "over 99.9 %" if share > 0.999 else f"{100 * share:.1f} %"
