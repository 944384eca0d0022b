"""The functions `save` and `load`."""

import os
from pathlib import Path

from sklearn.utils.validation import check_is_fitted

from skae import _file
from skae.persistence import _estimators

# Errors of Python, NumPy and scikit-learn for values of unexpected types.
_REFUSALS = (
    *(ValueError, TypeError, AttributeError),
    *(LookupError, ArithmeticError, RecursionError),
)


def save(estimator, path: str | os.PathLike[str]) -> None:
    """Save a fitted estimator in one file, without pickle.

    The file holds the parameters, the fitted attributes and the weights as numbers,
    text and arrays. It can be loaded by later versions of skae, and with another
    backend of Keras. Writing is atomic: if the disk is full or the process is killed,
    an existing file stays as it was.

    Parameters
    ----------
    estimator : fitted autoencoder, outlier detector, classifier or regressor of skae
        Or of a subclass of your own. For a Pipeline or a search use pickle, joblib or
        ``skops.io``, or save only the autoencoder.

    path : path-like
        File to write, preferably with the suffix ".skae". An existing file is replaced;
        for a link, the file that it points to.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.
    TypeError
        If `estimator` is of another class, or if a parameter is an object that cannot
        be saved. Your own functions, layers and optimizers can be saved if they are
        registered with ``keras.saving.register_keras_serializable``. Also if it is of
        a subclass of your own whose network `load` could not rebuild.
    ValueError
        If a parameter was set to an invalid value after the fit.
    OSError
        If the file cannot be written, or if `path` is a folder, a named pipe, a device
        or a broken link. Nothing is changed then.

    Warns
    -----
    UserWarning
        If the estimator has callbacks, which are not saved.

    See Also
    --------
    load : Load a saved estimator.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import skae
    >>> X = skae.datasets.load_digits().X_train
    >>> model = skae.Autoencoder(8, epochs=2, random_state=0).fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     skae.save(model, f"{folder}/digits.skae")
    ...     again = skae.load(f"{folder}/digits.skae")
    >>> np.array_equal(again.transform(X), model.transform(X))
    True
    """
    if not _estimators.can_save(estimator):
        is_class = isinstance(estimator, type)
        name = estimator.__name__ if is_class else type(estimator).__name__
        got = f"the class {name}" if is_class else name
        raise TypeError(
            f"save takes a fitted estimator of skae, got {got}. "
            "For a Pipeline or a search use pickle, joblib or skops.io, or save the "
            "autoencoder in it."
        )
    check_is_fitted(estimator)
    document, arrays = _estimators.encode(estimator)
    _file.write(Path(path), document, arrays)


def load(path: str | os.PathLike[str]):
    """Load an estimator that :func:`save` wrote.

    No code of the file is executed: it names classes of skae (or subclasses of your own
    that you have imported) and Keras objects that are built in or registered. Sizes
    are checked before memory is allocated, and the weights must fit the network that
    the file describes.

    Parameters
    ----------
    path : path-like
        File to read.

    Returns
    -------
    estimator : object
        The fitted estimator. Its codes are identical, and it can be trained further.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the file is damaged, was written by a newer version of skae, or contains
        anything but an estimator of skae. The message gives the reason.

    See Also
    --------
    save : Save an estimator; with an example.
    """
    path = Path(path)
    try:
        return _estimators.decode(*_file.read(path))
    except _REFUSALS as error:
        raise ValueError(f"{path} cannot be loaded: {error}.") from error
