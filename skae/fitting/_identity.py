"""Identifier of a fit, by which a checkpoint recognizes it."""

import functools
import hashlib
from collections.abc import Iterable, Mapping
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from skae._keras import keras
from skae.data import Rows
from skae.engine import own_settings, plain_config


def fit_identity(
    estimator, data: Iterable[Mapping[str, Rows] | None], arrays: Iterable[Any]
) -> str:
    """Hash that is equal for fits of the same data, parameters and software.

    Parameters
    ----------
    estimator : estimator

    data : iterable of dicts of Rows
        Training and validation data; every value is hashed.

    arrays : iterable of ndarray
        Further inputs of the fit: sample weights and initial weights.
    """
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
    units = getattr(rows, "units", None)
    if units is not None:
        digest.update(units.origin.tobytes() + str(units.exponent).encode())
    if len(rows):
        for part in rows.chunks():
            digest.update(np.ascontiguousarray(rows.read(part)).data)


def _text(value) -> str:
    """`value` as text that is the same in every process, and only for equal values."""
    if isinstance(value, np.random.RandomState):
        return "RandomState"
    if hasattr(value, "get_config"):
        if isinstance(value, keras.Model):
            weights = [hashlib.sha256(w.tobytes()) for w in value.get_weights()]
            digests = [digest.hexdigest() for digest in weights]
            return f"{type(value).__qualname__}({plain_config(value)}){digests}"
        settings = _text(own_settings(value)) if own_settings(value) else ""
        return f"{type(value).__qualname__}({plain_config(value)}){settings}"
    if isinstance(value, Mapping):
        return f"{[(name, _text(v)) for name, v in value.items()]}"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}{[_text(v) for v in value]}"
    if isinstance(value, FunctionType):
        return _text_of_function(value)
    if isinstance(value, MethodType):
        return f"{_text(value.__func__)} of {_text(value.__self__)}"
    if isinstance(value, functools.partial):
        return f"partial {_text([value.func, value.args, value.keywords])}"
    if type(value).__repr__ is object.__repr__:  # it contains an address
        return f"{type(value).__qualname__} {_text(getattr(value, '__dict__', {}))}"
    return getattr(value, "__qualname__", repr(value))


def _text_of_function(function: FunctionType) -> str:
    """Text with the code, defaults and closure of a function.

    The name is not enough: all lambdas have the same.
    """
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    settings = [function.__defaults__, function.__kwdefaults__, *cells]
    name = f"{function.__module__}.{function.__qualname__}"
    return f"{name} {_text_of_code(function.__code__)} {_text(settings)}"


def _text_of_code(code: CodeType) -> str:
    inner = [_text_of_code(c) for c in code.co_consts if isinstance(c, CodeType)]
    consts = [c for c in code.co_consts if not isinstance(c, CodeType)]
    return f"{code.co_code.hex()} {code.co_names} {consts} {inner}"
