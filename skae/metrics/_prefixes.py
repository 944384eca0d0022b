"""Scores of the prefixes of a code."""

import numpy as np
from scipy.sparse import issparse

from skae.metrics._reconstructions import explained_variance


def prefix_scores(estimator, X) -> np.ndarray:
    r"""Fraction of the variance of `X` explained by the first codes.

    Entry :math:`m - 1` is the :func:`explained_variance` of the reconstructions from
    the first :math:`m` codes, with the others set to zero. For an autoencoder with
    ``nested=True`` [1]_ it is close to the score of a fit with :math:`m` codes; for PCA
    it is equal.

    Parameters
    ----------
    estimator : fitted autoencoder, PCA, or Pipeline that ends with one
        Anything with `transform` and `inverse_transform`.

    X : array-like of shape (n_samples, ...)
        Data, preferably not used for training. Sparse matrices are converted to dense
        arrays; sequences must have the same length.

    Returns
    -------
    scores : ndarray of shape (encoding_dim,)
        At most 1 each.

    References
    ----------
    .. [1] O. Rippel, M. Gelbart and R. Adams, "Learning ordered representations with
       nested dropout", ICML (2014), :doi:`10.48550/arXiv.1402.0915`.

    Examples
    --------
    >>> from skae import Autoencoder
    >>> from skae.datasets import load_digits
    >>> from skae.metrics import prefix_scores
    >>> digits = load_digits()
    >>> model = Autoencoder(16, nested=True, random_state=0).fit(digits.X_train)
    >>> scores = prefix_scores(model, digits.X_test)
    >>> scores.shape
    (16,)
    >>> bool(scores[7] > 0.75)  # 8 codes; PCA: 0.67
    True
    """
    codes = np.asarray(estimator.transform(X))
    X = X.toarray() if issparse(X) else X
    kept, scores = codes.copy(), np.empty(codes.shape[1])
    for m in reversed(range(codes.shape[1])):
        kept[:, m + 1 :] = 0
        scores[m] = explained_variance(X, estimator.inverse_transform(kept))
    return scores
