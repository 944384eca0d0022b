"""Principal components of rows that need not fit in memory."""

import numpy as np
from sklearn.decomposition import PCA, IncrementalPCA

from skae.data._rows import Rows, Summary

# Up to so many columns the covariance matrix is cheap, and exact for every container.
_MAX_COVARIANCE = 2048
_BATCH_ROWS = 500


def principal_components(
    rows: Rows,
    summary: Summary,
    weight: np.ndarray | None,
    n_components: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Leading principal components of `rows`.

    Up to 2048 columns, one pass over the rows sums up their covariance matrix, and
    the result is exact. Wider data go to scikit-learn: `PCA` (randomized) for arrays,
    `PCA` (ARPACK, implicit centring) for sparse data, `IncrementalPCA` for memory maps;
    these ignore `weight`.

    Returns
    -------
    components : ndarray of shape (n_components, n_features)
        Orthonormal rows; fewer when the data have fewer dimensions.

    variances : ndarray of shape (n_components,)
        Variance along each.
    """
    (width,) = rows.sample_shape
    n_components = min(n_components, width, len(rows))
    if width <= _MAX_COVARIANCE:
        values, vectors = np.linalg.eigh(_covariance(rows, summary, weight))
        order = np.argsort(values)[::-1][:n_components]
        return vectors.T[order], np.maximum(values[order], 0.0)
    if rows.in_memory:
        pca = PCA(n_components, svd_solver="randomized", random_state=seed)
        pca.fit(rows.X)
    elif rows.is_sparse:
        n_components = min(n_components, len(rows) - 1)
        pca = PCA(n_components, svd_solver="arpack", random_state=seed).fit(rows.X)
    else:
        pca = IncrementalPCA(n_components)
        # No batch may have fewer rows than there are components.
        batches = np.array_split(
            np.arange(len(rows)),
            max(1, len(rows) // max(5 * n_components, _BATCH_ROWS)),
        )
        for batch in batches:
            pca.partial_fit(rows.read(slice(batch[0], batch[-1] + 1)))
    return pca.components_, pca.explained_variance_


def _covariance(rows: Rows, summary: Summary, weight) -> np.ndarray:
    mean = summary.mean.astype(np.float32)
    covariance = np.zeros(2 * rows.sample_shape)
    for part in rows.chunks():
        # Centred and scaled float32 keeps 7 digits of the leading variances; chunks
        # are summed in float64.
        z = (rows.read(part) - mean) / np.float32(summary.scale)
        weighted = z if weight is None else z * weight[part, None]
        covariance += weighted.T @ z
    mass = len(rows) if weight is None else weight.sum(dtype=np.float64)
    return covariance * (summary.scale**2 / mass)
