"""Run all checks of a class, or yield them one by one."""

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


# Checks of results, for autoencoders and meta-estimators.
PROPERTIES = _checks_in(_properties)
CHECKS = _checks_in(_outputs, _training, _copies, _mistakes, _shifts) + PROPERTIES


def autoencoder_checks(cls: type, X=None) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the checks of :func:`check_autoencoder` one by one, for a test runner.

    Parameters
    ----------
    cls : type
        A subclass of :class:`~skae.BaseAutoencoder`.

    X : array-like, default=None
        Data that the class takes; by default 60 rows of 6 numbers between 0 and 1.

    Yields
    ------
    name : str
        Name of the check.

    check : callable
        Function without arguments. It raises AssertionError if the check fails, and
        `unittest.SkipTest`, which pytest reports as skipped, if it does not apply.

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
    """Yield the checks that apply to meta-estimators too, for a test runner.

    They check results: types and containers of the data, units, extreme rows, empty and
    small batches, a fit that diverges, and settings of Keras.
    :func:`autoencoder_checks` contains them.

    Parameters
    ----------
    cls : type
        An estimator with a class method `_test_params`, which returns small settings.

    X : array-like, default=None
        Data that the class takes; by default 60 rows of 6 numbers between 0 and 1.

    Yields
    ------
    name : str
        Name of the check.

    check : callable
        Function without arguments, as of :func:`autoencoder_checks`.

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
    """Check that a class of autoencoders follows the conventions of skae.

    Among the checks: results are reproducible with a seed, fits do not share weights,
    codes are the same in another thread, after pickling, in another process and from a
    file, a warm start continues bit for bit, rows of weight 0 have no effect, and
    invalid input raises clear errors. If the class takes tables of numbers, run
    scikit-learn's :func:`~sklearn.utils.estimator_checks.check_estimator` as well.

    Parameters
    ----------
    cls : type
        A subclass of :class:`~skae.BaseAutoencoder`, constructed with the parameters
        that its `_test_params` returns. It must have the parameter `random_state`.

    X : array-like, default=None
        Some dozens of rows that the class takes; by default 60 rows of 6 numbers
        between 0 and 1.

    Returns
    -------
    results : dict of str
        For each check "passed", or the reason why it does not apply.

    Raises
    ------
    AssertionError
        If a check fails. Other errors of the class are not caught.
    TypeError
        If `cls` is not a subclass of :class:`~skae.BaseAutoencoder`.

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
