"""Sequences that are longer than a network's, at its number of time steps, and back."""

import numpy as np


def true_lengths(X: np.ndarray) -> np.ndarray:
    """Number of time steps of each sequence, which may end with NaN."""
    if X.dtype.kind != "f":
        return np.full(len(X), X.shape[1])
    present = ~np.isnan(X).all(axis=2)
    last = X.shape[1] - present[:, ::-1].argmax(axis=1)
    return np.where(present.any(axis=1), last, 0)


def resampled(X: np.ndarray, lengths: np.ndarray, n_timesteps: int) -> np.ndarray:
    """Those longer than `n_timesteps` interpolated at so many steps, NaN behind others.

    Parameters
    ----------
    X : ndarray of shape (n, t, features)
        NaN from the end of a sequence on.

    lengths : ndarray of shape (n,)
        Number of time steps of each.

    n_timesteps : int

    Returns
    -------
    X : ndarray of shape (n, n_timesteps, features)
    """
    dtype = X.dtype if X.dtype.kind == "f" else np.float64
    found = X[:, :n_timesteps].astype(dtype)
    for length in np.unique(lengths[lengths > n_timesteps]):
        which = np.flatnonzero(lengths == length)
        weights = _interpolation(length, n_timesteps).astype(dtype)
        found[which] = weights @ X[which, :length].astype(dtype)
    return found


def stretched(X: np.ndarray, n_timesteps: int, lengths: np.ndarray) -> np.ndarray:
    """The way back: sequences of `lengths` in an array of `n_timesteps`, and NaN."""
    found = np.full((len(X), n_timesteps, X.shape[2]), np.nan, dtype=X.dtype)
    for length in np.unique(lengths):
        which = np.flatnonzero(lengths == length)
        if length <= X.shape[1]:
            found[which, :length] = X[which, :length]
        else:
            weights = _interpolation(X.shape[1], length).astype(X.dtype)
            found[which, :length] = weights @ X[which]
    return found


def _interpolation(n_before: int, n_after: int) -> np.ndarray:
    """Matrix that interpolates linearly between equally spaced time steps."""
    at = np.linspace(0, n_before - 1, n_after)
    steps = np.arange(n_before)
    return np.column_stack([np.interp(at, steps, row) for row in np.eye(n_before)])
