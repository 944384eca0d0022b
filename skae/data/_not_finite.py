"""Errors for missing or infinite values, with the position of the first one."""

import numpy as np

_FOR_MISSING = (
    "{name} takes no missing values: TableAutoencoder learns from tables that have "
    "some, and AutoencoderImputer fills them."
)
# For images, and sequences without padding.
_FOR_OTHERS = "{name} takes none: fill them, or leave such rows out."


def refuse_not_finite(x: np.ndarray, first: int, rows, name: str) -> None:
    """Raise ValueError with the position of the first NaN or infinity.

    Parameters
    ----------
    x : ndarray of shape (n_samples, ...)
        Rows with such a value.

    first : int
        Index of the first of them among all `rows`.

    rows : Rows
        Rows from which `x` was read.

    name : str
        Name of the estimator.
    """
    gone = np.isnan(x)
    is_gap = bool(gone.any())
    row, *place = np.argwhere(gone if is_gap else np.isinf(x))[0].tolist()
    where, is_table = f"row {first + row}", len(place) == 1
    if is_table:
        column = place[0] if rows.columns is None else repr(rows.columns[place[0]])
        where += f", column {column}"
    if not is_gap:
        what = f"infinity or a value too large for dtype({x.dtype.name!r})"
        raise ValueError(f"Input {rows.called} contains {what}, the first in {where}.")
    advice = (_FOR_MISSING if is_table else _FOR_OTHERS).format(name=name)
    raise ValueError(
        f"Input {rows.called} contains NaN, the first in {where}. {advice}"
    )
