"""What the first codes are worth."""

import numpy as np
from scipy.sparse import issparse

from skae.metrics._reconstructions import explained_variance


def prefix_scores(estimator, X) -> np.ndarray:
    r"""Fraction of the variance of `X` that the first codes explain, for each number.

    Value :math:`m - 1` is :func:`explained_variance` of the reconstructions of codes
    whose entries behind the first :math:`m` are zero. Of a fit with ``nested=True``
    [1]_ it is close to the score of a fit with `m` codes; for PCA the two are the same.

    Parameters
    ----------
    estimator : fitted autoencoder, PCA, or Pipeline that ends with one
        Anything with `transform` and `inverse_transform`.

    X : array-like of shape (n_samples, ...)
        Data, best such that were not trained on; what is sparse is made dense, and
        sequences must be of one length.

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
