"""Checks of the common interface of all autoencoders.

Use them for your own subclasses of :class:`~skae.BaseAutoencoder`, in addition to
:func:`sklearn.utils.estimator_checks.check_estimator`.
"""

from skae.testing._run import autoencoder_checks as autoencoder_checks
from skae.testing._run import check_autoencoder as check_autoencoder
from skae.testing._run import estimator_checks as estimator_checks
