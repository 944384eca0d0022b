"""Masked arrays of `numpy.ma`, whose masked values are missing values."""

from typing import Any

import numpy as np


def refuse_masked(X: Any, name: str, what: str = "X") -> None:
    """Raise ValueError if a value of an array, or of a list of arrays, is masked.

    Parameters
    ----------
    X : object
        Any object; those without a mask pass.

    name : str
        Name of the estimator.

    what : str, default="X"
        Name of the argument in the error message.
    """
    parts = X if isinstance(X, list | tuple) else [X]
    for i, part in enumerate(parts):
        if not isinstance(part, np.ma.MaskedArray) or not np.ma.is_masked(part):
            continue
        n_masked = int(np.ma.count_masked(part))
        whole = part is X
        first = np.argwhere(np.ma.getmaskarray(part))[0][0] if whole else i
        advice = (
            "TableAutoencoder takes tables with missing values, and "
            "AutoencoderImputer fills them. Give X.filled(value) if what is masked has "
            "a value."
        )
        if what != "X":
            advice = "Leave these rows out, or fill them."
        raise ValueError(
            f"{what} is masked where {n_masked} of its values are missing, at first in "
            f"{'row' if whole else 'entry'} {first}, and {name} takes no missing "
            f"values there. {advice}"
        )


def with_missing(X: Any) -> Any:
    """Convert a masked array to a plain one, with NaN, NaT or None where masked."""
    if not isinstance(X, np.ma.MaskedArray):
        return X
    if not np.ma.is_masked(X):
        return X.data
    if X.dtype.kind in "biu":
        return X.astype(np.float64).filled(np.nan)
    if X.dtype.kind == "f":
        return X.filled(np.nan)
    if X.dtype.kind in "mM":
        return X.filled(np.array("NaT", X.dtype))
    return X.astype(object).filled(None)
