"""Identifier of a fit, by which a checkpoint recognizes it."""

import functools
import hashlib
import re
from collections.abc import Iterable, Mapping
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from skae._keras import keras
from skae.data import Rows
from skae.engine import (
    functions_of,
    is_of_user,
    members_of,
    own_settings,
    plain_config,
    variables_of,
)

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


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
    return _Description().of(value)


class _Description:
    """One walk over a value and what it depends on."""

    def __init__(self):
        # Functions and classes that have been met, by identity.
        self._met: dict[int, Any] = {}
        # Of what is being described, which may contain itself.
        self._open: set[int] = set()

    def of(self, value) -> str:
        """Text of a value."""
        if id(value) in self._open:
            return "..."
        self._open.add(id(value))
        try:
            return self._of(value)
        finally:
            self._open.remove(id(value))

    def _of(self, value) -> str:
        if isinstance(value, np.random.RandomState):
            return "RandomState"
        if isinstance(value, type):
            return self._of_code(value)
        if hasattr(value, "get_config"):
            return self._of_keras_object(value)
        if isinstance(value, Mapping):
            return f"{[(name, self.of(v)) for name, v in value.items()]}"
        if isinstance(value, list | tuple):
            return f"{type(value).__name__}{[self.of(v) for v in value]}"
        if isinstance(value, FunctionType):
            return self._of_code(value)
        if isinstance(value, MethodType):
            return f"{self.of(value.__func__)} of {self.of(value.__self__)}"
        if isinstance(value, functools.partial):
            return f"partial {self.of([value.func, value.args, value.keywords])}"
        if functions := functions_of(value):
            return f"{type(value).__qualname__} {self.of(functions)}"
        if isinstance(value, np.ndarray) and value.dtype != object:
            digest = hashlib.sha256(np.ascontiguousarray(value)).hexdigest()
            return f"array {value.dtype.str} {value.shape} {digest}"
        if isinstance(value, set | frozenset):
            return f"{type(value).__name__}{sorted(self.of(v) for v in value)}"
        if type(value).__repr__ is object.__repr__:  # it says nothing
            state = self.of(getattr(value, "__dict__", {}))
            return f"{self._of_code(type(value))} {state}"
        return _ADDRESS.sub("", getattr(value, "__qualname__", repr(value)))

    def _of_keras_object(self, value) -> str:
        kind = self._of_code(type(value))
        if isinstance(value, keras.Model):
            weights = [hashlib.sha256(w.tobytes()) for w in value.get_weights()]
            digests = [digest.hexdigest() for digest in weights]
            return f"{kind}({plain_config(value)}){digests}"
        own = own_settings(value)
        return f"{kind}({plain_config(value)}){self.of(own) if own else ''}"

    def _of_code(self, value: FunctionType | type) -> str:
        """A function or a class of the user, with what it uses.

        The name is not enough: all lambdas have the same.
        """
        if isinstance(value, type) and not is_of_user(value):
            return value.__qualname__
        name = f"{value.__module__}.{value.__qualname__}"
        if id(value) in self._met:
            return name
        self._met[id(value)] = value  # kept, so that no other gets its address
        if isinstance(value, type):
            return f"{name} {self.of(members_of(value))}"
        return f"{name} {_text_of_code(value.__code__)} {self.of(variables_of(value))}"


def _text_of_code(code: CodeType) -> str:
    inner = [_text_of_code(c) for c in code.co_consts if isinstance(c, CodeType)]
    consts = [c for c in code.co_consts if not isinstance(c, CodeType)]
    return f"{code.co_code.hex()} {code.co_names} {consts} {inner}"
