"""Hashable stand-ins for values that determine a graph."""

import functools
import json
import pickle
from collections.abc import Hashable, Mapping
from types import MethodType
from typing import Any

import numpy as np


def freeze(value: Any) -> Hashable:
    """A hashable stand-in for `value`; equal only for equal graphs."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()  # Python's own numbers
    if isinstance(value, list | tuple):
        return (type(value).__name__, *map(freeze, value))
    if isinstance(value, Mapping):
        return ("dict", *((k, freeze(v)) for k, v in sorted(value.items())))
    if hasattr(value, "get_config") and not isinstance(value, type):  # Keras objects
        # Keras numbers the names of its objects.
        config = {k: v for k, v in value.get_config().items() if k != "name"}
        return (type(value), json.dumps(config, sort_keys=True, default=repr))
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
