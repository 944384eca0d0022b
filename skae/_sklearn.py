"""The only place that names private modules of scikit-learn.

A change in scikit-learn is then mended in one file.
"""

import numpy as np
from sklearn.base import _fit_context as fit_context
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import Interval as Interval
from sklearn.utils._param_validation import StrOptions as StrOptions
from sklearn.utils.validation import _check_feature_names_in as feature_names_in
from sklearn.utils.validation import _check_sample_weight, validate_data
from sklearn.utils.validation import _num_samples as num_samples

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # scikit-learn before 1.9

    class CallbackSupportMixin:
        """No callbacks."""

    def with_callbacks(method):
        """`method` itself."""
        return method


def checked_weight(sample_weight, X, dtype=np.float32):
    """A weight that is not negative for each row of `X`; None is given back."""
    if sample_weight is None:
        return None
    return _check_sample_weight(sample_weight, X, dtype=dtype, ensure_non_negative=True)


def checked_table(estimator, X, *, reset: bool):
    """`X` as an array or a CSR matrix; its values are checked while they are read."""
    try:
        return validate_data(
            estimator,
            X,
            "no_validation",  # targets are another's business
            reset=reset,
            dtype="numeric",
            accept_sparse="csr",
            ensure_all_finite=False,  # `Rows` checks by chunks; NaN may be padding
        )
    except ValueError as error:
        if hasattr(X, "columns") and "could not convert" in str(error):
            raise ValueError(
                f"{error}. {type(estimator).__name__} takes numbers: for data frames "
                "with categories, dates or missing values there is TableAutoencoder."
            ) from None
        raise


def checked_array(estimator, X, *, reset: bool):
    """`X` as an array of whatever type it has; its values are checked by others."""
    return validate_data(
        estimator,
        X,
        "no_validation",
        reset=reset,
        dtype=None,
        ensure_all_finite=False,
    )


def checked_names(estimator, X, *, reset: bool):
    """`X` as it is; the names and the number of its columns are checked."""
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
    "safe_indexing",
    "with_callbacks",
]
