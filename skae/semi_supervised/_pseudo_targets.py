"""Targets for the rows that have none: a Gaussian process on the codes."""

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

# The time grows with the cube of the targets; so many are enough for a network alone.
MAX_TARGETS = 2000
_MAX_FOR_KERNEL = 500
_CHUNK = 4096


def pseudo_targets(
    codes: np.ndarray,
    labelled: np.ndarray,
    targets: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    r"""What a Gaussian process makes of rows without a target.

    Its kernel is

    .. math:: k(z, z') = a \, z \cdot z' + b \, e^{-|z - z'|^2 / 2 l^2}
              + c \, [z = z'],

    on centred codes of unit variance in the mean over the dimensions: a linear model,
    what bends, and noise. What is made of each is found by marginal likelihood, on at
    most 500 of the targets [1]_. What lies beyond the known targets is set to the
    least or the greatest of them.

    Parameters
    ----------
    codes : ndarray of shape (n_samples, n_codes)
        Of all rows, with targets and without.

    labelled : ndarray of int
        The rows whose targets are known, at most `MOST_TARGETS`.

    targets : ndarray of shape (n_samples, 1)
        Standardized; read where they are known.

    rng : Generator
        Chooses among many targets.

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
        # A strength at its bound is an answer: nothing bends, or nothing is linear.
        warnings.simplefilter("ignore", ConvergenceWarning)
        process = GaussianProcessRegressor(_kernel(codes.shape[1]))
        process.fit(known[some], values[some])
    process = GaussianProcessRegressor(process.kernel_, optimizer=None)
    process.fit(known, values)
    chunks = range(0, len(codes), _CHUNK)
    found = [process.predict(codes[i : i + _CHUNK]) for i in chunks]
    # A line through few targets goes far astray at rows far out.
    found = np.clip(np.concatenate(found), values.min(), values.max())
    return found.astype(np.float32)[:, None]


def _kernel(n_codes: int):
    strength, noise = (1e-6, 1e4), (1e-4, 1e2)
    linear = ConstantKernel(0.5, strength) * DotProduct(0.0, "fixed")
    # Two rows are the root of twice the dimensions apart, as a rule; what bends within
    # a fraction of that cannot be told from noise.
    length = np.sqrt(n_codes)
    bent = ConstantKernel(0.5, strength) * RBF(length, (0.3 * length, 1e3 * length))
    return linear + bent + WhiteKernel(0.3, noise)
