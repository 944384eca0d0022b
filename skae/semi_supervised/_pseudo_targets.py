"""Pseudo-targets of rows without a target, by a Gaussian process on the codes."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import (
    RBF,
    ConstantKernel,
    DotProduct,
    WhiteKernel,
)

# The time grows with the cube of the targets. With more of them, rows with targets are
# enough to train on.
MAX_TARGETS = 2000
_MAX_FOR_KERNEL = 500
_CHUNK = 4096


def pseudo_targets(
    codes: np.ndarray,
    labelled: np.ndarray,
    targets: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    r"""Predict the targets of all rows by a Gaussian process.

    Its kernel is

    .. math:: k(z, z') = a \, z \cdot z' + b \, e^{-|z - z'|^2 / 2 l^2}
              + c \, [z = z'],

    a linear, a nonlinear and a noise term, on centred codes whose mean variance is 1.
    The weights and the length scale maximize the marginal likelihood of at most 500 of
    the targets [1]_. Predictions are clipped to the range of the known targets.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, n_codes)
        Codes of all rows, with and without targets.

    labelled : ndarray of int
        The rows with known targets, at most `MAX_TARGETS`.

    targets : ndarray of shape (n_samples, 1)
        Standardized targets; only those of the rows `labelled` are used.

    rng : Generator
        For the subsample of the targets.

    Returns
    -------
    targets : ndarray of shape (n_samples, 1), float32

    References
    ----------
    .. [1] C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine
       Learning", MIT Press (2006).
    """
    codes = codes.astype(np.float64) - codes.mean(axis=0, dtype=np.float64)
    codes /= np.sqrt(np.mean(codes**2)) or 1.0
    known, values = codes[labelled], targets[labelled, 0].astype(np.float64)
    some = rng.permutation(len(known))[:_MAX_FOR_KERNEL]
    with warnings.catch_warnings():
        # A weight at its bound is a valid result: one of the terms is not needed.
        warnings.simplefilter("ignore", ConvergenceWarning)
        process = GaussianProcessRegressor(_kernel(codes.shape[1]))
        process.fit(known[some], values[some])
    process = GaussianProcessRegressor(process.kernel_, optimizer=None)
    process.fit(known, values)
    chunks = range(0, len(codes), _CHUNK)
    found = [process.predict(codes[i : i + _CHUNK]) for i in chunks]
    # Linear extrapolation from few targets is unreliable for extreme rows.
    found = np.clip(np.concatenate(found), values.min(), values.max())
    return found.astype(np.float32)[:, None]


def _kernel(n_codes: int):
    strength, noise = (1e-6, 1e4), (1e-4, 1e2)
    linear = ConstantKernel(0.5, strength) * DotProduct(0.0, "fixed")
    # The typical distance of two rows is the root of twice the number of dimensions; a
    # length scale of a small fraction of it cannot be distinguished from noise.
    length = np.sqrt(n_codes)
    bent = ConstantKernel(0.5, strength) * RBF(length, (0.3 * length, 1e3 * length))
    return linear + bent + WhiteKernel(0.3, noise)
