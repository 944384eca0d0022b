"""Loaders of data sets, split into training and test data, as float32 rows.

Images are in [0, 1]; each heart beat has mean 0 and standard deviation 1.
"""

import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
from sklearn import datasets as sklearn_datasets
from sklearn.model_selection import train_test_split
from sklearn.utils import Bunch

from skae._keras import keras

_DIGIT_NAMES = [str(digit) for digit in range(10)]
_CLOTHING_NAMES = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
]
_BEAT_NAMES = [
    "normal",
    "R-on-T premature ventricular contraction",
    "premature ventricular contraction",
    "supraventricular premature or ectopic beat",
    "unclassified",
]
_ECG_FILES = ("ts_ecg5000.npz", "ecg5000.npz")
_ECG_ORIGIN = (
    "ECG5000 is part of the UCR archive, https://timeseriesclassification.com; the "
    "docstring of load_ecg5000 shows how to make the file of it."
)
_ARCHIVE_KEYS = ("x_train", "y_train", "x_test", "y_test")


def load_digits() -> Bunch:
    """Load scikit-learn's 8 x 8 handwritten digits, split into train and test.

    The data are part of scikit-learn, so this works offline. The split is always
    the same: 30 % of the rows are test data, stratified by class, with seed 0.

    Returns
    -------
    data : Bunch
        ``X_train`` (1257, 64) and ``X_test`` (540, 64), float32 in [0, 1];
        ``y_train`` and ``y_test``, the digits as integers; ``image_shape``,
        ``target_names`` and ``DESCR``.

    Examples
    --------
    >>> from skae.datasets import load_digits
    >>> digits = load_digits()
    >>> digits.X_train.shape, digits.X_test.shape
    ((1257, 64), (540, 64))
    """
    pixels, labels = sklearn_datasets.load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(
        np.divide(pixels, 16, dtype=np.float32),
        labels,
        test_size=0.3,
        stratify=labels,
        random_state=0,
    )
    return Bunch(
        X_train=X_train,
        y_train=y_train,
        X_test=X_test,
        y_test=y_test,
        image_shape=(8, 8),
        target_names=list(_DIGIT_NAMES),
        DESCR="scikit-learn's handwritten digits: 1797 images of 8 x 8 pixels in 10 "
        "classes, pixel values divided by 16; 70 % train and 30 % test, stratified.",
    )


def load_mnist(*, data_home: str | os.PathLike[str] | None = None) -> Bunch:
    """Load MNIST: 70000 handwritten digits of 28 x 28 pixels.

    The file ``mnist.npz`` is looked for in `data_home`, if given, and nowhere
    else. Otherwise it is looked for in the folder that the environment variable
    ``SKAE_DATA_HOME`` names, and then :func:`keras.datasets.mnist.load_data` takes
    it from Keras' cache or downloads it into that cache.

    Parameters
    ----------
    data_home : path-like, default=None
        Folder that holds ``mnist.npz``, with the arrays ``x_train``, ``y_train``,
        ``x_test`` and ``y_test``.

    Returns
    -------
    data : Bunch
        ``X_train`` (60000, 784) and ``X_test`` (10000, 784), float32 in [0, 1];
        ``y_train`` and ``y_test``, the digits as integers; ``image_shape``,
        ``target_names`` and ``DESCR``.

    Raises
    ------
    FileNotFoundError
        If the data are in none of these places and cannot be downloaded.
    ValueError
        If the file does not hold what it should.
    """
    return _load_images(
        "mnist",
        data_home,
        target_names=_DIGIT_NAMES,
        description="MNIST: 60000 train and 10000 test images of handwritten digits, "
        "28 x 28 pixels, 10 classes; pixel values divided by 255.",
    )


def load_fashion_mnist(*, data_home: str | os.PathLike[str] | None = None) -> Bunch:
    """Load Fashion-MNIST: 70000 images of clothes of 28 x 28 pixels.

    The file ``fashion_mnist.npz`` is looked for in `data_home`, if given, and
    nowhere else. Otherwise it is looked for in the folder that the environment
    variable ``SKAE_DATA_HOME`` names, and then
    :func:`keras.datasets.fashion_mnist.load_data` takes the data from Keras' cache
    or downloads them into that cache.

    Parameters
    ----------
    data_home : path-like, default=None
        Folder that holds ``fashion_mnist.npz``, with the arrays ``x_train``,
        ``y_train``, ``x_test`` and ``y_test``.

    Returns
    -------
    data : Bunch
        ``X_train`` (60000, 784) and ``X_test`` (10000, 784), float32 in [0, 1];
        ``y_train`` and ``y_test``, the classes as integers; ``image_shape``,
        ``target_names`` and ``DESCR``.

    Raises
    ------
    FileNotFoundError
        If the data are in none of these places and cannot be downloaded.
    ValueError
        If the file does not hold what it should.
    """
    return _load_images(
        "fashion_mnist",
        data_home,
        target_names=_CLOTHING_NAMES,
        description="Fashion-MNIST (Zalando): 60000 train and 10000 test images of "
        "clothes, 28 x 28 pixels, 10 classes; pixel values divided by 255.",
    )


def load_ecg5000(*, data_home: str | os.PathLike[str] | None = None) -> Bunch:
    """Load ECG5000: 5000 heart beats of one patient, 140 time steps each.

    The file ``ts_ecg5000.npz`` or ``ecg5000.npz`` is looked for in `data_home`, if
    given, or else in the folder that the environment variable ``SKAE_DATA_HOME``
    names. It is not downloaded: get ``ECG5000_TRAIN.txt`` and ``ECG5000_TEST.txt``
    of the UCR archive from https://timeseriesclassification.com and create it::

        train, test = (np.loadtxt(f"ECG5000_{part}.txt") for part in ("TRAIN", "TEST"))
        np.savez("ecg5000.npz", x_train=train[:, 1:], y_train=train[:, 0],
                 x_test=test[:, 1:], y_test=test[:, 0])

    Parameters
    ----------
    data_home : path-like, default=None
        Folder that holds the file, with the arrays ``x_train``, ``y_train``,
        ``x_test`` and ``y_test``.

    Returns
    -------
    data : Bunch
        ``X_train`` (500, 140) and ``X_test`` (4500, 140), float32, each beat with mean
        0 and standard deviation 1; ``y_train`` and ``y_test``, the classes as
        integers from 1, which is normal, to 5; ``target_names``, in this order, and
        ``DESCR``.

    Raises
    ------
    FileNotFoundError
        If the file is in none of these places.
    ValueError
        If the file does not hold what it should.
    """
    path = _find_archive(_ECG_FILES, data_home, "SKAE_DATA_HOME. " + _ECG_ORIGIN)
    if path is None:
        raise FileNotFoundError(
            f"{_ECG_FILES[-1]} was not found. Looked in {_named_folder()}. Set it or "
            f"pass data_home=, a folder that holds the file. {_ECG_ORIGIN}"
        )
    arrays = _read_archive(path, _check_beats)
    return Bunch(
        X_train=arrays["x_train"].astype(np.float32, order="C"),
        y_train=arrays["y_train"].astype(np.int64),
        X_test=arrays["x_test"].astype(np.float32, order="C"),
        y_test=arrays["y_test"].astype(np.int64),
        target_names=list(_BEAT_NAMES),
        DESCR="ECG5000 (UCR archive, from PhysioNet's record chf07): 500 train and "
        "4500 test heart beats of 140 time steps, 5 classes; each beat with mean 0 and "
        "standard deviation 1.",
    )


def _load_images(
    name: Literal["mnist", "fashion_mnist"],
    data_home: str | os.PathLike[str] | None,
    *,
    target_names: list[str],
    description: str,
) -> Bunch:
    path = _find_archive(
        (f"{name}.npz",), data_home, "SKAE_DATA_HOME, Keras' cache or a download."
    )
    arrays = _ask_keras(name) if path is None else _read_archive(path, _check_images)
    return Bunch(
        X_train=_rows(arrays["x_train"]),
        y_train=arrays["y_train"].astype(np.int64),
        X_test=_rows(arrays["x_test"]),
        y_test=arrays["y_test"].astype(np.int64),
        image_shape=(28, 28),
        target_names=list(target_names),
        DESCR=description,
    )


def _rows(images: np.ndarray) -> np.ndarray:
    # The dtype keeps NumPy from a float64 copy: 376 MB for the 60000 images.
    return np.divide(images.reshape(len(images), -1), 255, dtype=np.float32)


def _find_archive(
    filenames: tuple[str, ...],
    data_home: str | os.PathLike[str] | None,
    otherwise: str,
) -> Path | None:
    """Return the path of the archive, or None if the data come from elsewhere."""
    folder = data_home
    if data_home is None:
        folder = os.environ.get("SKAE_DATA_HOME") or None
    if folder is not None:
        paths = [Path(folder).expanduser() / filename for filename in filenames]
        for path in paths:
            if path.is_file():
                return path
    if data_home is not None:
        raise FileNotFoundError(
            f"data_home={os.fspath(data_home)!r} holds no {' or '.join(filenames)}. "
            f"Put the file there, or leave data_home out to use {otherwise}"
        )
    return None


def _named_folder() -> str:
    folder = os.environ.get("SKAE_DATA_HOME")
    return f"SKAE_DATA_HOME={folder!r}" if folder else "SKAE_DATA_HOME (not set)"


def _read_archive(path: Path, check: Callable) -> dict[str, np.ndarray]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in _ARCHIVE_KEYS}
    except (
        EOFError,
        KeyError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise ValueError(
            f"{path} is not a NumPy archive of {', '.join(_ARCHIVE_KEYS)}: {error}. "
            "Replace or remove the file."
        ) from error

    for part in ("train", "test"):
        check(path, part, arrays[f"x_{part}"], arrays[f"y_{part}"])
    return arrays


def _check_images(path, part, images, labels) -> None:
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
        raise ValueError(
            f"{path}: x_{part} should hold uint8 images of shape (n, 28, 28), got "
            f"{images.dtype} of shape {images.shape}."
        )
    if labels.shape != images.shape[:1] or labels.dtype.kind not in "iu":
        raise ValueError(
            f"{path}: y_{part} should hold one integer for each of the "
            f"{len(images)} images, got {labels.dtype} of shape {labels.shape}."
        )


def _check_beats(path, part, beats, labels) -> None:
    if beats.ndim != 2 or beats.shape[1] != 140 or beats.dtype.kind != "f":
        raise ValueError(
            f"{path}: x_{part} should hold floating-point beats of shape (n, 140), got "
            f"{beats.dtype} of shape {beats.shape}."
        )
    # A text file has them as floating-point numbers.
    if (
        labels.shape != beats.shape[:1]
        or labels.dtype.kind not in "iuf"
        or not np.isin(labels, range(1, 6)).all()
    ):
        raise ValueError(
            f"{path}: y_{part} should hold a class from 1 to 5 for each of the "
            f"{len(beats)} beats, got {labels.dtype} of shape {labels.shape}."
        )


def _ask_keras(name: Literal["mnist", "fashion_mnist"]) -> dict[str, np.ndarray]:
    """Load the data from Keras' cache, which Keras fills by a download."""
    try:
        train, test = getattr(keras.datasets, name).load_data()
    # Keras raises a bare Exception where the download fails.
    except Exception as error:
        raise FileNotFoundError(
            f"{name}.npz was not found. Looked in {_named_folder()}, in Keras' cache "
            f"and on the net ({error}). Set SKAE_DATA_HOME or pass data_home=, a "
            f"folder that holds {name}.npz, or connect once: Keras keeps what it "
            "downloads."
        ) from error
    return dict(zip(_ARCHIVE_KEYS, (*train, *test), strict=True))
