"""Resampling of sequences that are longer than those of `fit`, and the inverse."""

import numpy as np


def true_lengths(X: np.ndarray) -> np.ndarray:
    """Number of time steps of each sequence, without NaN at its end."""
    if X.dtype.kind != "f":
        return np.full(len(X), X.shape[1])
    present = ~np.isnan(X).all(axis=2)
    last = X.shape[1] - present[:, ::-1].argmax(axis=1)
    return np.where(present.any(axis=1), last, 0)


def resampled(X: np.ndarray, lengths: np.ndarray, n_timesteps: int) -> np.ndarray:
    """Interpolate sequences longer than `n_timesteps` at `n_timesteps` time steps.

    Parameters
    ----------
    X : ndarray of shape (n, t, features)
        Sequences, padded with NaN at the end.

    lengths : ndarray of shape (n,)
        Number of time steps of each sequence.

    n_timesteps : int
        Number of time steps of the result.

    Returns
    -------
    X : ndarray of shape (n, n_timesteps, features)
        Sequences, padded with NaN at the end.
    """
    dtype = X.dtype if X.dtype.kind == "f" else np.float64
    found = X[:, :n_timesteps].astype(dtype)
    for length in np.unique(lengths[lengths > n_timesteps]):
        which = np.flatnonzero(lengths == length)
        weights = _interpolation(length, n_timesteps).astype(dtype)
        found[which] = weights @ X[which, :length].astype(dtype)
    return found


def stretched(X: np.ndarray, n_timesteps: int, lengths: np.ndarray) -> np.ndarray:
    """Inverse of `resampled`: sequences of `lengths`, padded to `n_timesteps`."""
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
    """Matrix of the linear interpolation between equally spaced time steps."""
    at = np.linspace(0, n_before - 1, n_after)
    steps = np.arange(n_before)
    return np.column_stack([np.interp(at, steps, row) for row in np.eye(n_before)])
