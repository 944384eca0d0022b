"""Hashable stand-ins for values that determine a graph."""

import argparse
import functools
import hashlib
import json
import pickle
import weakref
from collections.abc import Callable, Hashable, Mapping
from types import FunctionType, MethodType, SimpleNamespace
from typing import Any

import numpy as np

from skae._keras import keras
from skae.engine._code import functions_of, is_of_user, members_of, variables_of

# Attributes of Keras' objects that are no settings: the number in a name, the reduction
# of a loss, which is not used, and how a layer remembers its use.
_NOT_SETTINGS = ("name", "reduction", "built")
_SCALARS = (bool, int, float, str, bytes, type(None))
_PLAIN = (*_SCALARS, complex, np.ndarray, np.generic)
_CODE = (FunctionType, MethodType, functools.partial, type)
# Classes of Python whose objects are settings.
_NAMESPACES = (SimpleNamespace, argparse.Namespace)


def freeze(value: Any) -> Hashable:
    """A hashable stand-in for `value`; equal only for equal graphs.

    Functions and classes of users, and objects of such classes, are equal only if all
    variables that their code uses are: a notebook changes them between two fits, and
    the network with them.
    """
    try:
        return _Freezer().freeze(value)
    except RecursionError:
        return object()  # equal to nothing: the graph is not shared


class _Freezer:
    """One walk over a value and what it depends on."""

    def __init__(self):
        # Number of each value that has been met, which may depend on itself.
        self._met: dict[int, tuple[int, Any]] = {}

    def freeze(self, value: Any) -> Hashable:
        """A hashable stand-in for `value`."""
        if type(value) in _SCALARS:
            return (type(value), value)  # 1, 1.0 and True differ
        if isinstance(value, np.ndarray | np.generic):
            return self.freeze(value.tolist())  # Python's own numbers
        if isinstance(value, list | tuple):
            return (type(value).__name__, *map(self.freeze, value))
        if isinstance(value, Mapping):
            items = sorted(value.items(), key=lambda item: repr(item[0]))
            return ("dict", *((k, self.freeze(v)) for k, v in items))
        if isinstance(value, FunctionType | type):
            return self._code(value)
        if hasattr(value, "get_config"):  # Keras objects
            config = json.dumps(plain_config(value), sort_keys=True, default=repr)
            own = self.freeze(own_settings(value))
            return (self._code(type(value)), config, own)
        if isinstance(value, MethodType):
            return ("method", *map(self.freeze, (value.__self__, value.__func__)))
        if isinstance(value, functools.partial):
            parts = value.func, value.args, value.keywords
            return ("partial", *map(self.freeze, parts))
        if functions := functions_of(value):
            return (_Same(value), *map(self.freeze, functions))
        if _is_equal_to_itself_alone(value):
            return self._by_content(value)
        try:
            hash(value)
        except TypeError:
            return self._by_content(value)
        return (self._code(type(value)), value)

    def _by_content(self, value: Any) -> Hashable:
        state = getattr(value, "__dict__", None)
        # A pickle has functions and classes by name alone.
        code = [self.freeze(v) for v in (state or {}).values() if isinstance(v, _CODE)]
        kind = (self._code(type(value)), *code)
        try:
            return (kind, pickle.dumps(value))
        except Exception:  # third-party classes may raise anything
            pass
        if state is not None:  # its class cannot be pickled: a local one
            return (kind, self.freeze(state))
        return object()  # equal to nothing: the graph is not shared

    def _code(self, value: FunctionType | type) -> Hashable:
        """A function or a class, with what it uses if it is of the user."""
        if not is_of_user(value):
            return value
        parts_of = members_of if isinstance(value, type) else variables_of
        return (_Same(value), self._parts(value, parts_of))

    def _variable(self, value: Any) -> Hashable:
        """A stand-in for what code uses."""
        if isinstance(value, np.ndarray) and value.dtype != object:
            digest = hashlib.sha256(np.ascontiguousarray(value)).digest()
            return ("array", value.dtype.str, value.shape, digest)
        if isinstance(value, _PLAIN + _CODE) or functions_of(value):
            return self.freeze(value)
        if isinstance(value, list | tuple):
            return self._parts(value, lambda items: dict(enumerate(items)))
        if isinstance(value, set | frozenset):
            return self._parts(value, lambda items: {repr(v): v for v in items})
        if isinstance(value, dict):
            return self._parts(value, lambda items: items)
        if hasattr(value, "get_config"):
            return (_Same(value), self.freeze(value))
        kind = type(value)
        is_followed = is_of_user(kind) or isinstance(value, _NAMESPACES)
        if is_followed and hasattr(value, "__dict__"):
            return (self._code(kind), self._parts(value, vars))
        return _Same(value)

    def _parts(self, value: Any, parts_of: Callable[[Any], Mapping]) -> Hashable:
        """Stand-ins for what a value consists of, or uses, at its first place."""
        if id(value) in self._met:
            return ("met", self._met[id(value)][0])
        self._met[id(value)] = len(self._met), value
        items = sorted(parts_of(value).items(), key=lambda item: repr(item[0]))
        parts = ((repr(name), self._variable(v)) for name, v in items)
        return (type(value).__name__, *parts)


class _Same:
    """Stand-in for an object that is equal to itself alone.

    It does not keep the object. Its address would not do: another object may get it.
    """

    def __init__(self, value: Any):
        self._hash = id(value)
        try:
            self._get = weakref.ref(value)
        except TypeError:
            self._get = lambda: value

    def __eq__(self, other):
        if not isinstance(other, _Same):
            return NotImplemented
        value = self._get()
        return self is other or (value is not None and value is other._get())

    def __hash__(self):
        return self._hash


def plain_config(value: Any) -> dict[str, Any]:
    """Keras' configuration of an object, without the name, which Keras numbers."""
    try:
        config = value.get_config()
    except NotImplementedError:  # a layer that has not told Keras its settings
        config = {}
    return {k: v for k, v in config.items() if k not in _NOT_SETTINGS}


def own_settings(value: Any) -> dict[str, Any]:
    """Attributes of a Keras object that its configuration may not tell.

    Those of classes of users are all of them: a class without a `get_config` of its own
    would be equal to one with other attributes. Of Keras' own classes they are layers
    and functions, whose configuration is their name; and all of a loss, since that of
    Huber's leaves out `delta`.
    """
    is_loss = isinstance(value, keras.losses.Loss)
    all_of_them = is_loss or type(value).__module__.partition(".")[0] != "keras"
    found = {}
    for name, setting in _attributes(value).items():
        if name in _NOT_SETTINGS or isinstance(setting, keras.Variable):
            continue
        if is_loss and name == "_dtype_policy":  # float32, whatever it says
            continue
        if all_of_them or isinstance(setting, FunctionType | keras.layers.Layer):
            found[name] = setting
    return found


def _attributes(value: Any) -> dict[str, Any]:
    found = getattr(value, "__dict__", {})
    if not isinstance(value, keras.layers.Layer):
        return found
    # Those of every layer, and what TensorFlow adds.
    known = _attributes_of_layers()
    return {
        name: setting
        for name, setting in found.items()
        if name not in known and not name.startswith("_self_")
    }


@functools.cache
def _attributes_of_layers() -> frozenset[str]:
    return frozenset(vars(keras.layers.Layer(name="any")))


def _is_equal_to_itself_alone(value: Any) -> bool:
    """Whether `value`, an instance of some class, is compared by identity.

    Functions and classes are not copied, so comparison by identity is right for them.
    """
    plain = type(value).__hash__ is object.__hash__
    return plain and not isinstance(value, type) and not hasattr(value, "__qualname__")
