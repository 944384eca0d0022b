"""`check_autoencoder`, and the same checks one by one."""

from collections.abc import Callable, Iterator
from functools import partial
from unittest import SkipTest

from skae.base import BaseAutoencoder
from skae.testing import _copies, _mistakes, _outputs, _properties, _shifts, _training
from skae.testing._needs import missing
from skae.testing._settings import bent_surface


def _checks_in(*modules) -> list[Callable]:
    return [
        value
        for module in modules
        for name, value in vars(module).items()
        if name.startswith("check_")
    ]


# Of results alone: those of every estimator, around an autoencoder or not.
PROPERTIES = _checks_in(_properties)
CHECKS = _checks_in(_outputs, _training, _copies, _mistakes, _shifts) + PROPERTIES


def autoencoder_checks(cls: type, X=None) -> Iterator[tuple[str, Callable[[], None]]]:
    """The checks of :func:`check_autoencoder` one by one, for a test runner.

    Parameters
    ----------
    cls : type
        A family: a class that derives from :class:`~skae.BaseAutoencoder`.

    X : array-like, default=None
        Data that the family takes.

    Yields
    ------
    name : str
        Of the check.

    check : callable
        Takes nothing. Raises AssertionError where a promise is broken, and
        `unittest.SkipTest`, which pytest reports as skipped, where it does not apply.

    Examples
    --------
    >>> from skae import Autoencoder
    >>> from skae.testing import autoencoder_checks
    >>> checks = dict(autoencoder_checks(Autoencoder))
    >>> checks["check_seed_decides"]()
    """
    if not (isinstance(cls, type) and issubclass(cls, BaseAutoencoder)):
        raise TypeError(
            f"cls must be a class that derives from skae.BaseAutoencoder; got {cls!r}."
        )
    X = bent_surface() if X is None else X
    for check in CHECKS:
        yield check.__name__, partial(_apply, check, cls, X)


def estimator_checks(cls: type, X=None) -> Iterator[tuple[str, Callable[[], None]]]:
    """The checks of results, which every estimator passes, for a test runner.

    The same numbers in another type or container, rows far from zero or broken, odd
    batches, a fit that diverges, settings of Keras: autoencoders, and what stands
    around one. :func:`autoencoder_checks` has them, too.

    Parameters
    ----------
    cls : type
        An estimator with a class method `_test_params`, which returns small settings.

    X : array-like, default=None
        Data that it takes; by default 60 rows of 6 numbers between 0 and 1.

    Yields
    ------
    name : str
        Of the check.

    check : callable
        As those of :func:`autoencoder_checks`.

    Examples
    --------
    >>> from skae import AutoencoderDensity
    >>> from skae.testing import estimator_checks
    >>> checks = dict(estimator_checks(AutoencoderDensity))
    >>> checks["check_any_batches"]()
    """
    X = bent_surface() if X is None else X
    for check in PROPERTIES:
        yield check.__name__, partial(_apply, check, cls, X)


def check_autoencoder(cls: type, X=None) -> dict[str, str]:
    """Check that a family of autoencoders keeps the promises of those in skae.

    Some twenty checks: the seed decides, weights of one fit never get into another,
    codes are the same in another thread, after a pickle, in another process and from a
    file, a warm start goes on bit for bit, a row of weight 0 is absent, each mistake
    is explained, and so on. Beside them run scikit-learn's own
    :func:`~sklearn.utils.estimator_checks.check_estimator` if the family takes tables
    of numbers.

    Parameters
    ----------
    cls : type
        A family: a class that derives from :class:`~skae.BaseAutoencoder`, made with
        what its `_test_params` says. `random_state` must be among its parameters.

    X : array-like, default=None
        Some dozens of rows of the kind that the family takes. By default 60 rows of 6
        numbers between 0 and 1.

    Returns
    -------
    results : dict of str
        For each check "passed", or why it does not apply.

    Raises
    ------
    AssertionError
        Where a promise is broken; other errors as the family raises them.
    TypeError
        If `cls` is no such class.

    Examples
    --------
    >>> from skae import Autoencoder
    >>> from skae.testing import check_autoencoder
    >>> results = check_autoencoder(Autoencoder)  # doctest: +SKIP
    >>> set(results.values())  # doctest: +SKIP
    {'passed'}
    """
    results = {}
    for name, check in autoencoder_checks(cls, X):
        try:
            check()
            results[name] = "passed"
        except SkipTest as reason:
            results[name] = f"skipped: {reason}"
    return results


def _apply(check: Callable, cls: type, X) -> None:
    if reason := missing(check, cls, X):
        raise SkipTest(reason)
    check(cls, X)
