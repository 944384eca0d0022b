"""All imports from private modules of scikit-learn, and validation based on it.

A change of scikit-learn then needs changes in one file only.
"""

import os
from collections.abc import Mapping
from itertools import islice
from numbers import Number

import numpy as np
from sklearn.base import _fit_context as fit_context
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import Interval as Interval
from sklearn.utils._param_validation import StrOptions as StrOptions
from sklearn.utils.validation import _check_feature_names_in as feature_names_in
from sklearn.utils.validation import _check_sample_weight, check_array, validate_data
from sklearn.utils.validation import _num_samples as num_samples

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # scikit-learn before 1.9

    class CallbackSupportMixin:
        """Placeholder without callbacks."""

    def with_callbacks(method):
        """Return `method` unchanged."""
        return method


def checked_weight(sample_weight, X, dtype=np.float32):
    """Check for a non-negative weight for each row of `X`; None is returned as is."""
    if sample_weight is None:
        return None
    return _check_sample_weight(sample_weight, X, dtype=dtype, ensure_non_negative=True)


_ADVICE_ON_DATES = (
    "{name} takes numbers: TableAutoencoder takes dates and durations as such, and "
    "dates in seconds are numbers, X.astype('M8[s]').astype('int64') for example."
)


def checked_table(estimator, X, *, reset: bool):
    """Check `X` as an array or a CSR matrix; values are checked when they are read."""
    name = type(estimator).__name__
    refuse_no_rows(X, name)
    try:
        checked = validate_data(
            estimator,
            X,
            "no_validation",  # targets are checked elsewhere
            reset=reset,
            dtype="numeric",
            accept_sparse="csr",
            ensure_all_finite=False,  # `Rows` checks by chunks; NaN may be padding
        )
        return plain_numbers(checked, name)
    except (ValueError, TypeError) as error:
        advice = _advice(X, str(error), name)
        if advice is None:
            raise
        raise type(error)(f"{advice} ({error})") from None


def _advice(X, error: str, name: str) -> str | None:
    """Advice for data that scikit-learn rejects; None if there is none."""
    if "Found array with dim" in error:
        return (
            f"{name} takes a table, one row per sample. X.reshape(len(X), -1) makes "
            "one; ConvAutoencoder and RecurrentAutoencoder take images and sequences "
            "as they are."
        )
    found = _first_that_is_no_number(X)
    if found is not None:
        return (
            f"{name} takes numbers, and the first value that is none is {found}: for "
            "tables with categories, dates or missing values there is TableAutoencoder."
        )
    if isinstance(X, list | tuple) and "inhomogeneous" in error:
        sizes = [np.size(row) for row in X]
        odd = next((i for i, size in enumerate(sizes) if size != sizes[0]), 0)
        return f"Row 0 of X has {sizes[0]} values and row {odd} has {sizes[odd]}."
    return None


def refuse_no_rows(X, name: str) -> None:
    """Raise ValueError for objects without rows: a path, a dict, an empty list."""
    if X is None or isinstance(X, str | bytes | os.PathLike | Mapping):
        raise ValueError(
            f"{name} takes an array, a data frame or a sparse matrix with a row per "
            f"sample; got {X if X is None else type(X).__name__!r}. Read files first, "
            "with numpy.load or pandas.read_csv for example."
        )
    if isinstance(X, list | tuple) and len(X) == 0:
        raise ValueError(
            f"X is an empty {type(X).__name__}: found 0 samples, while a minimum of 1 "
            f"is required by {name}."
        )
    if hasattr(X, "columns") and 0 in X.shape:
        raise ValueError(
            f"X is a data frame of shape {X.shape}, while of rows and columns a "
            f"minimum of 1 is required by {name}."
        )


# Number of values per column that are searched, to limit the time until the error.
_LOOKED_AT = 10**6


def _first_that_is_no_number(X) -> str | None:
    if hasattr(X, "columns"):
        names = list(X.columns)
        columns = [
            X.iloc[:, j] if hasattr(X, "iloc") else X[:, j] for j in range(len(names))
        ]
    elif getattr(X, "ndim", None) == 2 and isinstance(X, np.ndarray):
        names, columns = range(X.shape[1]), X.T
    else:
        return None
    for name, column in zip(names, columns, strict=True):
        for i, value in enumerate(islice(column, _LOOKED_AT)):
            if not isinstance(value, Number | np.bool_ | None):
                return f"{str(value)!r} in row {i}, column {name!r}"
    return None


def plain_numbers(X, name: str):
    """Convert an array of objects that are numbers to float64.

    Raises TypeError for dates and durations, whose numbers would depend on their unit.
    """
    advice = _ADVICE_ON_DATES.format(name=name)
    if X.dtype.kind in "mM":
        raise TypeError(f"X holds values of dtype {X.dtype}. {advice}")
    if X.dtype.kind != "O":
        return X
    # scikit-learn converts objects of arrays and of pandas, not of polars and lists.
    try:
        return X.astype(np.float64)
    except TypeError as error:
        raise TypeError(f"{error}. {advice}") from None


def checked_nd_array(X, name: str) -> np.ndarray:
    """Check `X` as an array of numbers with any number of axes; NaN may be among them.

    `name` is that of the estimator.
    """
    X = check_array(
        X, dtype="numeric", allow_nd=True, ensure_all_finite=False, estimator=name
    )
    return plain_numbers(X, name)


def checked_array(estimator, X, *, reset: bool):
    """Check `X` as an array of any type; its values are not checked."""
    refuse_no_rows(X, type(estimator).__name__)
    return validate_data(
        estimator,
        X,
        "no_validation",
        reset=reset,
        dtype=None,
        ensure_all_finite=False,
    )


def checked_names(estimator, X, *, reset: bool):
    """Check the names and the number of the columns of `X`; returns it unchanged."""
    refuse_no_rows(X, type(estimator).__name__)
    validate_data(estimator, X, "no_validation", reset=reset, skip_check_array=True)
    return X


__all__ = [
    "CallbackSupportMixin",
    "Interval",
    "StrOptions",
    "checked_array",
    "checked_names",
    "checked_table",
    "checked_weight",
    "feature_names_in",
    "fit_context",
    "num_samples",
    "plain_numbers",
    "refuse_no_rows",
    "safe_indexing",
    "with_callbacks",
]
