"""PCA of rows that need not fit in memory."""

from contextlib import nullcontext

import numpy as np
from scipy.linalg import eigh
from sklearn.decomposition import PCA, IncrementalPCA

from skae.data._rows import Rows, Summary
from skae.data._threads import one_blas_thread

# Up to this number of columns the covariance matrix is cheap, and the result exact for
# every container.
_MAX_COVARIANCE = 2048
_BATCH_ROWS = 500
# Up to this number of columns one thread is enough.
_MAX_ONE_THREAD = 256
# Outside this range sums of squares might overflow or underflow in float32.
_SAFE_SCALES = (1e-12, 1e12)


def principal_components(
    rows: Rows,
    summary: Summary,
    weight: np.ndarray | None,
    n_components: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the leading principal components of `rows`.

    Up to 2048 columns, or for more components than half the columns, the covariance
    matrix is accumulated in one pass over the rows, and the result is exact. Wider data
    are passed to scikit-learn: `PCA` (randomized) for arrays, `PCA` (ARPACK, implicit
    centring) for sparse data, `IncrementalPCA` for memory maps.

    The rows of the covariance matrix are weighted by `weight`. For scikit-learn, rows
    of weight 0 are left out, and the other weights are ignored.

    Returns
    -------
    components : ndarray of shape (n_components, n_features)
        Orthonormal rows; fewer if the data have fewer dimensions, none for wide data
        of one row or without variance.

    variances : ndarray of shape (n_components,)
        Variance along each component.
    """
    (width,) = rows.sample_shape
    n_components = min(n_components, width, len(rows))
    # For that many components iterative solvers take longer: ARPACK ten times as long.
    if width <= max(_MAX_COVARIANCE, 2 * n_components - 1):
        with one_blas_thread() if width <= _MAX_ONE_THREAD else nullcontext():
            covariance = _covariance(rows, summary, weight)
            if width > _MAX_ONE_THREAD and 4 * n_components <= width:
                # A few of many eigenvectors take half the time of all.
                some = width - n_components, width - 1
                values, vectors = eigh(covariance, subset_by_index=some)
            else:
                values, vectors = np.linalg.eigh(covariance)
        order = np.argsort(values)[::-1][:n_components]
        return vectors.T[order], np.maximum(values[order], 0.0)
    kept = np.arange(len(rows)) if weight is None else np.flatnonzero(weight)
    # Only this number of directions has variance, and ARPACK finds no others.
    n_components = min(n_components, len(kept) - 1)
    if n_components == 0 or summary.variance == 0:
        return np.empty((0, width)), np.empty(0)
    if rows.in_memory or rows.is_sparse:
        return _fit_at_once(rows, summary, kept, n_components, seed)
    pca = _fit_batches(rows, summary, kept, n_components)
    return pca.components_, pca.explained_variance_ * summary.scale**2


def _fit_at_once(
    rows: Rows, summary: Summary, kept: np.ndarray, n_components: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Components and variances of the rows `kept`, by PCA of all at once."""
    # Nothing is copied unless some rows are left out or must be scaled.
    X = rows.table if len(kept) == len(rows) else rows.table[kept]
    exponent = 0
    if not _SAFE_SCALES[0] < summary.scale < _SAFE_SCALES[1]:
        # Powers of two are exact; float32 has no inverses of larger ones.
        exponent = int(np.clip(np.frexp(summary.scale)[1], -126, 126))
        X = X * np.float32(2.0**-exponent)  # sparse data stay sparse
    solver = "arpack" if rows.is_sparse else "randomized"
    # Data that are a copy already are centred in place.
    pca = PCA(
        n_components,
        copy=len(kept) == len(rows) and not exponent,
        svd_solver=solver,
        random_state=seed,
    )
    variances = pca.fit(X).explained_variance_
    if exponent:
        variances = variances * np.float64(4.0**exponent)
    return pca.components_, variances


def _fit_batches(
    rows: Rows, summary: Summary, kept: np.ndarray, n_components: int
) -> IncrementalPCA:
    """PCA of the rows `kept` in batches, scaled so that squares do not overflow."""
    mean, scale = summary.mean.astype(np.float32), np.float32(summary.scale)
    pca = IncrementalPCA(n_components)
    # `IncrementalPCA` requires batches of at least as many rows as components.
    n_batches = max(1, len(kept) // max(5 * n_components, _BATCH_ROWS))
    for batch in np.array_split(kept, n_batches):
        x = np.empty((len(batch), *rows.sample_shape), dtype=np.float32)
        rows.gather(batch, x)
        pca.partial_fit((x - mean) / scale)
    return pca


def _covariance(rows: Rows, summary: Summary, weight) -> np.ndarray:
    mean = summary.mean.astype(np.float32)
    covariance = np.zeros(2 * rows.sample_shape)
    for part in rows.chunks():
        x = rows.read(part)
        w = None if weight is None else weight[part]
        if w is not None:
            # Rows of weight 0 may be too far out: 0 times infinity is NaN.
            x, w = x[w > 0], w[w > 0]
            w = None if (w == 1).all() else w
        # Centred and scaled, float32 keeps 7 digits of the leading variances. Chunks
        # are summed in float64.
        z = (x - mean) / np.float32(summary.scale)
        weighted = z if w is None else z * w[:, None]
        covariance += weighted.T @ z
    mass = len(rows) if weight is None else weight.sum(dtype=np.float64)
    return covariance * (summary.scale**2 / mass)
