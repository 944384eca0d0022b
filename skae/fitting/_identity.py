"""Which fits a checkpoint may connect: the same data, the same parameters."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from skae.data._rows import Rows


def fit_identity(
    estimator, data: Iterable[Mapping[str, Rows] | None], arrays: Iterable[Any]
) -> str:
    """Equal for fits of the same values, with the same parameters and software.

    Parameters
    ----------
    estimator : estimator

    data : iterable of dicts of Rows
        Training and validation data; every value counts.

    arrays : iterable of ndarray
        Whatever else the fit begins with.
    """
    import keras

    digest = hashlib.sha256(f"{keras.version()} {keras.backend.backend()}".encode())
    parameters = estimator.get_params() | {"callbacks": None, "verbose": 0}
    texts = [f"{name}={_text(value)}" for name, value in sorted(parameters.items())]
    digest.update(repr((type(estimator).__name__, texts)).encode())
    for fields in data:
        for name, rows in (fields or {"": ()}).items():
            _add_rows(digest, name, rows)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _add_rows(digest, name: str, rows) -> None:
    digest.update(f"{name} {len(rows)} {getattr(rows, 'sample_shape', '')}".encode())
    if len(rows):
        for part in rows.chunks():
            digest.update(np.ascontiguousarray(rows.read(part)).data)


def _text(value) -> str:
    """`value` as text that is the same in the next process."""
    if isinstance(value, np.random.RandomState):
        return "RandomState"
    if hasattr(value, "get_config"):
        # Keras counts the names of its objects up.
        config = {k: v for k, v in value.get_config().items() if k != "name"}
        return f"{type(value).__qualname__}({config})"
    return getattr(value, "__qualname__", repr(value))
