"""Hashable stand-ins for values that determine a graph."""

import functools
import json
import pickle
from collections.abc import Hashable, Mapping
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from skae._keras import keras

# Attributes of Keras' objects that are no settings: the number in a name, the reduction
# of a loss, which is not used, and how a layer remembers its use.
_NOT_SETTINGS = ("name", "reduction", "built")
_PLAIN = (bool, int, float, complex, str, bytes, type(None), np.ndarray, np.generic)


def freeze(value: Any) -> Hashable:
    """A hashable stand-in for `value`; equal only for equal graphs."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()  # Python's own numbers
    if isinstance(value, list | tuple):
        return (type(value).__name__, *map(freeze, value))
    if isinstance(value, Mapping):
        return ("dict", *((k, freeze(v)) for k, v in sorted(value.items())))
    if hasattr(value, "get_config") and not isinstance(value, type):  # Keras objects
        config = json.dumps(plain_config(value), sort_keys=True, default=repr)
        return (type(value), config, freeze(own_settings(value)))
    if isinstance(value, FunctionType) and _has_surroundings(value):
        return ("function", value, _surroundings(value))
    if isinstance(value, MethodType):
        return ("method", freeze(value.__self__), value.__func__)
    if isinstance(value, functools.partial):
        return ("partial", *map(freeze, (value.func, value.args, value.keywords)))
    if _is_equal_to_itself_alone(value):
        return _by_content(value)
    try:
        hash(value)
    except TypeError:
        return _by_content(value)
    return (type(value).__name__, value)  # 1, 1.0 and True differ


def _has_surroundings(function: FunctionType) -> bool:
    """Whether a function may use variables that change: not those of libraries."""
    package = (function.__module__ or "").partition(".")[0]
    return package not in ("keras", "skae", "tensorflow", "numpy")


def _surroundings(function: FunctionType) -> Hashable:
    """Values of the closure, the defaults and plain global variables of a function.

    A notebook changes them between two fits, and the network with them.
    """
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    found = {}
    for name, cell in cells:
        try:
            found[name] = _frozen_variable(cell.cell_contents)
        except ValueError:  # not assigned yet
            continue
    for name in function.__code__.co_names:
        if name in function.__globals__:
            found[f"global {name}"] = _frozen_variable(function.__globals__[name])
    defaults = function.__defaults__, function.__kwdefaults__
    return (freeze(defaults), *sorted(found.items(), key=lambda item: item[0]))


def _frozen_variable(value: Any) -> Hashable:
    """A stand-in for the value of a variable; others than plain ones by identity."""
    if isinstance(value, _PLAIN):
        return freeze(value)
    if isinstance(value, list | tuple):
        return (type(value).__name__, *map(_frozen_variable, value))
    if isinstance(value, dict):
        return ("dict", *((repr(k), _frozen_variable(v)) for k, v in value.items()))
    return id(value)


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


def _by_content(value: Any) -> Hashable:
    try:
        return (type(value), pickle.dumps(value))
    except Exception:  # third-party classes may raise anything
        pass
    if hasattr(value, "__dict__"):  # its class cannot be pickled: a local one
        return (type(value), freeze(vars(value)))
    return object()  # equal to nothing: the graph is not shared
