"""Metrics of reconstructions."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_array

from skae.data import is_ragged_list

# Squares of values in this range, and sums of them, do not overflow in float64.
_SAFE = (1e-100, 1e100)


def reconstruct(estimator, X):
    """Encode and decode `X` with `estimator`."""
    if hasattr(estimator, "reconstruct"):
        return estimator.reconstruct(X)
    return estimator.inverse_transform(estimator.transform(X))


def explained_variance(X: "ArrayLike", X_reconstructed: "ArrayLike") -> float:
    r"""Fraction of the variance of `X` explained by its reconstruction.

    .. math:: 1 - \frac{\sum_{ij} (x_{ij} - \hat x_{ij})^2}
                       {\sum_{ij} (x_{ij} - \bar x_j)^2}

    Parameters
    ----------
    X : array-like of shape (n_samples, ...)
        Data.

    X_reconstructed : array-like of the same shape
        Their reconstructions.

    Returns
    -------
    fraction : float
        At most 1; 0 for a reconstruction by the mean. For constant data it is 1 if the
        reconstruction is exact and 0 otherwise.

    Examples
    --------
    >>> from skae.metrics import explained_variance
    >>> explained_variance([[0.0], [2.0]], [[0.5], [1.5]])
    0.75
    """
    arrays = {"X": X, "X_reconstructed": X_reconstructed}
    X, found = (
        check_array(value, allow_nd=True, dtype=np.float64, input_name=name)
        for name, value in arrays.items()
    )
    if X.shape != found.shape:
        raise ValueError(
            f"X has shape {X.shape} but X_reconstructed has {found.shape}: give one "
            "reconstruction per row, in the same layout."
        )
    return explained_where_known(X, found)


def explained_where_known(X: np.ndarray, found: np.ndarray) -> float:
    """Explained variance of arrays, without the entries that are NaN in `X`."""
    X, found = np.asarray(X, np.float64), np.asarray(found, np.float64)
    gone = np.isnan(X)
    n_known = np.maximum(1, (~gone).sum(axis=0))
    mean = np.where(gone, 0.0, X).sum(axis=0) / n_known
    residuals = np.where(gone, 0.0, X - found)
    deviations = np.where(gone, 0.0, X - mean)
    largest = np.abs(deviations).max(initial=0.0)
    if largest and not _SAFE[0] < largest < _SAFE[1]:
        exponent = -int(np.frexp(largest)[1])  # their squares would overflow
        residuals = np.ldexp(residuals, exponent)
        deviations = np.ldexp(deviations, exponent)
    residual, total = np.sum(residuals**2), np.sum(deviations**2)
    return float(1 - residual / total) if total > 0 else float(residual == 0)


def as_array(X, shape: tuple[int, ...]) -> np.ndarray:
    """Convert to an array of `shape`; shorter sequences are padded with NaN."""
    if not is_ragged_list(X):
        return np.asarray(X).reshape(shape)
    array = np.full(shape, np.nan)
    for row, x in zip(array, X, strict=True):
        row[: len(x)] = x
    return array
