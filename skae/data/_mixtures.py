"""Gaussian mixtures of codes."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture


def fit_mixture(
    codes: np.ndarray,
    n_components: int,
    *,
    reg_covar: float,
    random_state,
    scaled: bool = True,
    quiet: bool = True,
    **options,
) -> GaussianMixture:
    """Fit a mixture whose covariances are regular.

    Parameters
    ----------
    codes : ndarray of shape (n_rows, n_codes)
        Two rows at least.

    n_components : int
        Number of components; one at least is fitted.

    reg_covar : float
        Added to the variances.

    random_state : int or RandomState
        Determines the initialization.

    scaled : bool, default=True
        Whether `reg_covar` is a share of the mean variance.

    quiet : bool, default=True
        Whether to suppress the ConvergenceWarning.

    **options : object
        Further parameters of :class:`~sklearn.mixture.GaussianMixture`.

    Returns
    -------
    mixture : GaussianMixture
        Fitted.
    """
    if scaled:
        reg_covar *= float(codes.var(axis=0).mean()) or 1.0
    mixture = GaussianMixture(
        max(1, n_components),
        reg_covar=reg_covar,
        random_state=random_state,
        **options,
    )
    with warnings.catch_warnings():
        if quiet:
            warnings.simplefilter("ignore", ConvergenceWarning)
        return mixture.fit(codes)
