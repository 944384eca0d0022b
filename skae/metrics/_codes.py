"""Metrics of codes: activity of units, and preservation of neighbourhoods."""

from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn.manifold import trustworthiness as _trustworthiness
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import check_array, check_consistent_length, check_scalar

from skae.data import Rows, find_units, refuse_masked


def l0(codes: "ArrayLike", *, threshold: float = 0.01) -> float:
    r"""Mean number of active units per row: the L0 "norm" of the codes.

    .. math:: \frac1n \sum_{i=1}^n \#\{j : |z_{ij}| > \text{threshold}\}

    Parameters
    ----------
    codes : array-like of shape (n_samples, encoding_dim)
        Codes.

    threshold : float, default=0.01
        A unit is active in a row if its absolute value is greater. Sigmoid units are
        never exactly 0.

    Returns
    -------
    n_units : float
        From 0 to `encoding_dim`; smaller is sparser.

    Examples
    --------
    >>> from skae.metrics import l0
    >>> l0([[0.0, 2.0, 0.0], [1.0, 3.0, 0.001]])
    1.5
    """
    return float(_on(codes, threshold).sum(axis=1).mean())


def dead_units(codes: "ArrayLike", *, threshold: float = 0.01) -> float:
    """Share of dead units, which are active in no row.

    Parameters
    ----------
    codes : array-like of shape (n_samples, encoding_dim)
        Codes of many rows.

    threshold : float, default=0.01
        A unit is active in a row if its absolute value is greater.

    Returns
    -------
    share : float
        From 0 (all units are used) to 1.

    Examples
    --------
    >>> from skae.metrics import dead_units
    >>> dead_units([[0.0, 2.0], [0.0, 3.0]])
    0.5
    """
    return float(1 - _on(codes, threshold).any(axis=0).mean())


def _on(codes, threshold) -> np.ndarray:
    codes = check_array(codes, input_name="codes")
    check_scalar(threshold, "threshold", Real, min_val=0)
    return np.abs(codes) > threshold


def active_units(codes: "ArrayLike", *, threshold: float = 0.01) -> int:
    r"""Number of units whose value varies over the rows.

    A unit counts as active here if its variance over the rows is greater than
    `threshold`. For the posterior means of a variational autoencoder this is the
    definition of Burda et al. [1]_: the prior has variance 1, and a collapsed unit has
    variance 0.

    Parameters
    ----------
    codes : array-like of shape (n_samples, encoding_dim)
        Codes of many rows.

    threshold : float, default=0.01
        Least variance, in squared units of the codes.

    Returns
    -------
    n_units : int
        From 0 to `encoding_dim`.

    References
    ----------
    .. [1] Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted
       autoencoders", ICLR (2016), :doi:`10.48550/arXiv.1509.00519`.

    Examples
    --------
    >>> from skae.metrics import active_units
    >>> active_units([[0.5, 2.0], [0.5, 3.0]])
    1
    """
    codes = check_array(codes, input_name="codes", dtype=np.float64)
    check_scalar(threshold, "threshold", Real, min_val=0)
    return int(np.sum(codes.var(axis=0) > threshold))


def trustworthiness(
    X: "ArrayLike", codes: "ArrayLike", *, n_neighbors: int = 5
) -> float:
    r"""Extent to which neighbours among the codes are neighbours among the data.

    .. math:: 1 - \frac{2}{n k (2n - 3k - 1)} \sum_{i=1}^n \sum_{j \in N_i^k}
        \max(0, r(i, j) - k)

    with :math:`N_i^k` the `n_neighbors` nearest codes of row :math:`i` and :math:`r(i,
    j)` the rank of row :math:`j` among the data by its distance from row :math:`i`.
    This is :func:`sklearn.manifold.trustworthiness` [1]_; it needs memory for the
    distances of all pairs.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...)
        Data; images and sequences are compared pixel by pixel.

    codes : array-like of shape (n_samples, encoding_dim)
        Their codes.

    n_neighbors : int, default=5
        Size of the neighbourhoods, less than half the rows.

    Returns
    -------
    trustworthiness : float
        1 if all neighbours among the codes are neighbours among the data; about 0.5 for
        random codes.

    References
    ----------
    .. [1] J. Venna and S. Kaski, "Neighborhood preservation in nonlinear projection
       methods", ICANN (2001), :doi:`10.1007/3-540-44668-0_68`.

    Examples
    --------
    >>> from skae.metrics import trustworthiness
    >>> trustworthiness([[0.0], [1.0], [3.0], [7.0]], [[0.0], [2], [6], [14]],
    ...                 n_neighbors=1)
    1.0
    """
    X, codes = _check_pair(X, codes)
    return float(_trustworthiness(X, codes, n_neighbors=n_neighbors))


def neighborhood_preservation(
    X: "ArrayLike", codes: "ArrayLike", *, n_neighbors: int = 5
) -> float:
    r"""Share of nearest neighbours that are nearest neighbours among the codes too.

    .. math:: \frac{1}{nk} \sum_{i=1}^n |M_i^k \cap N_i^k|

    with :math:`M_i^k` the `n_neighbors` nearest rows of row :math:`i` and
    :math:`N_i^k` those of its code, without the row itself, by Euclidean distance.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...)
        Data; images and sequences are compared pixel by pixel.

    codes : array-like of shape (n_samples, encoding_dim)
        Their codes.

    n_neighbors : int, default=5
        Size of the neighbourhoods, less than the number of rows.

    Returns
    -------
    share : float
        From 0 to 1 (all neighbours are preserved).

    Examples
    --------
    >>> from skae.metrics import neighborhood_preservation
    >>> neighborhood_preservation([[0.0], [1.0], [3.0], [7.0]], [[0.0], [2], [6], [14]],
    ...                           n_neighbors=2)
    1.0
    """
    X, codes = _check_pair(X, codes)
    check_scalar(
        n_neighbors, "n_neighbors", Integral, min_val=1, max_val=max(1, len(X) - 1)
    )
    found = [
        NearestNeighbors(n_neighbors=n_neighbors)
        .fit(data)
        .kneighbors(return_distance=False)
        for data in (X, codes)
    ]
    shared = (found[0][:, :, None] == found[1][:, None, :]).any(axis=2)
    return float(shared.mean())


def _check_pair(X, codes) -> tuple[np.ndarray, np.ndarray]:
    X = _check_data(X)
    codes = check_array(codes, input_name="codes")
    check_consistent_length(X, codes)
    return near_zero(X.reshape(len(X), -1)), codes


def near_zero(X: np.ndarray, like: np.ndarray | None = None) -> np.ndarray:
    """Shift and scale rows so that distances are not lost to rounding.

    Origin and unit are those of the rows `like`, by default of `X` itself. The ratios
    of distances do not change.
    """
    units = find_units(Rows(X if like is None else like, "the measure"))
    if units is not None:
        return units.subtract(X, X.shape[1:])
    return X if X.dtype.kind == "f" else X.astype(np.float64)


def _check_data(X) -> np.ndarray:
    refuse_masked(X, "the measure")
    try:
        return check_array(
            X,
            dtype=(np.float64, np.float32, np.int64, np.uint64),
            allow_nd=True,
            input_name="X",
            ensure_min_samples=2,
        )
    except (TypeError, ValueError) as error:
        if sparse.issparse(X) or np.asarray(X).dtype.kind in "biuf":
            raise
        raise ValueError(
            "X must be numbers, in all columns: neighbours are found by the distances "
            "between its rows. Give what a preprocessing step makes of text, dates or "
            f"categories, or leave them out. ({error})"
        ) from error
