"""Detection of extreme outliers, which would dominate the squared error."""

import warnings

import numpy as np

from skae._callers import level_of_user
from skae.data._rows import Rows, Summary, sample_rows

# Number of rows from which the median is estimated, which is robust to outliers.
_ROWS_OF_MIDDLE = 1000
# A row is isolated if its squared distance from the median is at least _FAR times the
# mean of the others, and at least _GAP times that of the next one.
_FAR, _GAP = 30.0**2, 3.0**2
# A larger share of the rows than this is not regarded as errors.
_MAX = 0.01
# Number of rows that a warning names.
_MAX_NAMED = 5
# With fewer rows, one may have half of the sum of squares by chance.
_MANY_ROWS = 100


def squared_distances(
    rows: Rows, weight: np.ndarray | None = None, summary: Summary | None = None
) -> np.ndarray | None:
    """Squared distance of each row from the columns' medians, times its weight.

    None if the moments rule out extreme rows, as they do for most data: then the data
    are not read again.
    """
    if weight is not None and summary is None:
        weight = weight / weight[weight > 0].mean()
    summary = rows.summarize(weight) if summary is None else summary
    # Not for tables of mixed types: the numbers of levels have no distances.
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
    """Isolated rows with most of the sum of squares; for most data there are none.

    They are at most a hundredth of the rows. Typical causes are values a thousand times
    too large, or a number that stands for a missing value. The extreme rows of
    long-tailed data are not isolated.

    Parameters
    ----------
    rows : Rows

    weight : ndarray of shape (n_samples,), default=None
        Weight of each row; rows of weight 0 are never returned.

    summary : Summary, default=None
        The moments of the weighted rows, if they are known.

    Returns
    -------
    far : ndarray of int
        Indices of the rows, in ascending order.
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
    """Set the weights of the rows `far` to 0, with a warning.

    If there are no such rows, `weight` is returned unchanged. `row_name` converts the
    number of a row to text.
    """
    if len(far) == 0:
        return weight
    names = ", ".join(row_name(row) for row in far[:_MAX_NAMED])
    names += ", ..." if len(far) > _MAX_NAMED else ""
    warnings.warn(
        f"{len(far)} of {n_rows} rows of X are so far from all others that they would "
        f"dominate the loss, and are left out of training: {names} (counted from 0). "
        "If their values are wrong, correct them.",
        stacklevel=level_of_user(),
    )
    weight = np.ones(n_rows, np.float32) if weight is None else weight.copy()
    weight[far] = 0
    return weight


def dominating_row(
    rows: Rows, weight: np.ndarray | None, summary: Summary
) -> tuple[int, float] | None:
    """The row with more than half of the sum of squares, and its share, if any.

    With fewer than 100 rows its squared distance must also be at least `_FAR` times the
    mean of the others.
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
    """A value that dominates the scale of its column, in a table of mixed types.

    It has more than half of the sum of squares of its column, by the rule of
    `dominating_row`. Returns its row, its share, and the name of the column; None if
    there is no such value.
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
        # If all other values are equal, the column is an indicator, unless its values
        # have no fixed number of decimals.
        differ = rest > 0 or (column.kind == "number" and column.decimals is None)
        if squares[row] > rest and differ and (is_far or n_known >= _MANY_ROWS):
            return row, float(squares[row] / (squares[row] + rest)), name
    return None
