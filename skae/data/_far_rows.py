"""Rows so far from all others that squared errors are about them alone."""

import warnings

import numpy as np

from skae._callers import level_of_user
from skae.data._rows import Rows, Summary, sample_rows

# Rows by which to know where the middle is, whatever a few of them are.
_ROWS_OF_MIDDLE = 1000
# A row stands alone if its squared distance from the middle is so many times the mean
# of the others, and so many times that of the next one.
_FAR, _GAP = 30.0**2, 3.0**2
# More rows than this share are no mistakes.
_MAX = 0.01
# So many of them a warning names.
_MAX_NAMED = 5
# Of fewer rows one may well have half of the squares by chance.
_MANY_ROWS = 100


def squared_distances(
    rows: Rows, weight: np.ndarray | None = None, summary: Summary | None = None
) -> np.ndarray | None:
    """Squared distance of each row from the median of each column, times its weight.

    None where the moments tell that no row is far from all others: that is the rule,
    and takes no further look at the data.
    """
    if weight is not None and summary is None:
        weight = weight / weight[weight > 0].mean()
    summary = rows.summarize(weight) if summary is None else summary
    # The numbers of a category's levels have no distances.
    has_numbers = summary.mean.shape == rows.sample_shape
    if not (has_numbers and summary.may_have_far_rows):
        return None
    (some,) = sample_rows({"data": rows}, weight, _ROWS_OF_MIDDLE).values()
    gone = np.isnan(some).all(axis=0)
    middle = np.nanmedian(np.where(gone, 0, some), axis=0).astype(np.float64)
    found = np.zeros(len(rows))

    def measure(chunk, where):
        z = np.nan_to_num(chunk - middle).reshape(len(chunk), -1)
        found[where] = np.einsum("ij,ij->i", z, z)

    rows.map(measure)
    if weight is not None:
        found[weight == 0] = 0.0
        found *= weight
    return found


def far_rows(
    rows: Rows, weight: np.ndarray | None = None, summary: Summary | None = None
) -> np.ndarray:
    """The rows that stand alone, and have most of all squares: none, as a rule.

    They are a hundredth of the rows at most. Values a thousand times too large make
    such rows, or a number that stands for a missing value; rows of data with long tails
    do not stand alone.

    Parameters
    ----------
    rows : Rows

    weight : ndarray of shape (n_samples,), default=None
        Of each row; a row of weight 0 is never among those found.

    summary : Summary, default=None
        The moments of the weighted rows, if they are known.

    Returns
    -------
    far : ndarray of int
    """
    nothing = np.empty(0, dtype=np.intp)
    distances = squared_distances(rows, weight, summary)
    if distances is None:
        return nothing
    n_rows = len(rows) if weight is None else np.count_nonzero(weight)
    n_most = min(max(1, int(_MAX * n_rows)), n_rows - 1)
    order = np.argsort(-distances, kind="stable")
    d = distances[order]
    below = np.cumsum(d[::-1])[::-1]
    for m in range(n_most, 0, -1):
        rest, last, following = below[m], d[m - 1], d[m]
        stands_alone = last >= _GAP * following and last >= _FAR * rest / (n_rows - m)
        if rest > 0 and stands_alone and d[:m].sum() > rest:
            return np.sort(order[:m])
    return nothing


def left_out(far, n_rows: int, weight, row_name):
    """Weights that are 0 for the rows `far`, with a warning; `weight` without any.

    `row_name` makes text of the number of a row.
    """
    if len(far) == 0:
        return weight
    names = ", ".join(row_name(row) for row in far[:_MAX_NAMED])
    names += ", ..." if len(far) > _MAX_NAMED else ""
    warnings.warn(
        f"{len(far)} of {n_rows} rows of X are so far from all others that nothing "
        f"else would count beside them, and are left out of training: {names} "
        "(counted from 0). If their values are wrong, mend them.",
        stacklevel=level_of_user(),
    )
    weight = np.ones(n_rows, np.float32) if weight is None else weight.copy()
    weight[far] = 0
    return weight


def dominating_row(
    rows: Rows, weight: np.ndarray | None, summary: Summary
) -> tuple[int, float] | None:
    """The row that has more than half of all squares, and its share, if there is one.

    Of fewer than 100 rows it must stand alone as well.
    """
    distances = squared_distances(rows, weight, summary)
    if distances is None:
        return None
    row = int(distances.argmax())
    rest = np.delete(distances, row)
    share = distances[row] / distances.sum()
    n_rows = len(rows) if weight is None else np.count_nonzero(weight)
    is_far = distances[row] * (n_rows - 1) >= _FAR * rest.sum()
    if share <= 0.5 or not (is_far or n_rows >= _MANY_ROWS):
        return None
    return row, float(share)


def dominating_value(
    rows: Rows, weight: np.ndarray | None
) -> tuple[int, float, object] | None:
    """Of a table with a scale for each column, a number that decides on its own scale.

    It has more than half of all squares of its column, by the rule of
    `dominating_row`. Its row, its share, and the name of the column.
    """
    layout = getattr(rows, "layout", None)
    if layout is None or not rows.in_memory:
        return None
    columns = zip(layout.names, layout.columns, layout.places(), strict=True)
    for name, column, places in columns:
        if not (len(places) and column.is_straight):
            continue
        x = rows.X[:, places[0]].astype(np.float64)
        known = ~np.isnan(x) if weight is None else ~np.isnan(x) & (weight > 0)
        if not known.any():
            continue
        squares = np.where(known, np.square(x - np.median(x[known])), 0.0)
        squares = squares if weight is None else squares * weight
        row, n_known = int(squares.argmax()), np.count_nonzero(known)
        rest = float(squares.sum() - squares[row])
        is_far = squares[row] * (n_known - 1) >= _FAR * rest
        # Where all others are alike it is an indicator, unless that is rounding.
        differ = rest > 0 or (column.kind == "number" and column.decimals is None)
        if squares[row] > rest and differ and (is_far or n_known >= _MANY_ROWS):
            return row, float(squares[row] / (squares[row] + rest)), name
    return None
