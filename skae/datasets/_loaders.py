"""Loaders that return train and test parts, as float32 rows in [0, 1]."""

import os
import zipfile
import zlib
from pathlib import Path
from typing import Literal

import numpy as np
from sklearn import datasets as sklearn_datasets
from sklearn.model_selection import train_test_split
from sklearn.utils import Bunch

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
_ARCHIVE_KEYS = ("x_train", "y_train", "x_test", "y_test")


def load_digits() -> Bunch:
    """Load scikit-learn's 8 x 8 handwritten digits, split into train and test.

    The rows come with scikit-learn, so this works offline. The split is always
    the same: 30 % of the rows for the test, stratified by class, seed 0.

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
    """Load Fashion-MNIST: 70000 pictures of clothes of 28 x 28 pixels.

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


def _load_images(
    name: Literal["mnist", "fashion_mnist"],
    data_home: str | os.PathLike[str] | None,
    *,
    target_names: list[str],
    description: str,
) -> Bunch:
    path = _find_archive(f"{name}.npz", data_home)
    arrays = _ask_keras(name) if path is None else _read_archive(path)
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
    filename: str, data_home: str | os.PathLike[str] | None
) -> Path | None:
    """Return the path of the archive, or None if Keras is to be asked."""
    if data_home is not None:
        path = Path(data_home).expanduser() / filename
        if path.is_file():
            return path
        raise FileNotFoundError(
            f"data_home={os.fspath(data_home)!r} holds no {filename}. Put the file "
            "there, or leave data_home out to use SKAE_DATA_HOME, Keras' cache or a "
            "download."
        )
    folder = os.environ.get("SKAE_DATA_HOME")
    if folder:
        path = Path(folder).expanduser() / filename
        if path.is_file():
            return path
    return None


def _read_archive(path: Path) -> dict[str, np.ndarray]:
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
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
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
    return arrays


def _ask_keras(name: Literal["mnist", "fashion_mnist"]) -> dict[str, np.ndarray]:
    """Take the data from Keras' cache, which Keras fills by a download."""
    import keras

    try:
        train, test = getattr(keras.datasets, name).load_data()
    # Keras raises a bare Exception where the download fails.
    except Exception as error:
        folder = os.environ.get("SKAE_DATA_HOME")
        looked = f"SKAE_DATA_HOME={folder!r}" if folder else "SKAE_DATA_HOME (not set)"
        raise FileNotFoundError(
            f"{name}.npz was not found. Looked in {looked}, in Keras' cache and on the "
            f"net ({error}). Set SKAE_DATA_HOME or pass data_home=, a folder that "
            f"holds {name}.npz, or connect once: Keras keeps what it downloads."
        ) from error
    return dict(zip(_ARCHIVE_KEYS, (*train, *test), strict=True))
