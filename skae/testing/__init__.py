"""The promises that every family of autoencoders keeps, as checks of a class.

For families of your own: run them beside
:func:`sklearn.utils.estimator_checks.check_estimator`.
"""

from skae.testing._run import autoencoder_checks as autoencoder_checks
from skae.testing._run import check_autoencoder as check_autoencoder
from skae.testing._run import estimator_checks as estimator_checks
