"""Hashable stand-ins for values that determine a graph."""

import json
import pickle
from collections.abc import Hashable, Mapping
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
        config = json.dumps(value.get_config(), sort_keys=True, default=repr)
        return (type(value), config)
    if _is_equal_to_itself_alone(value):
        return _by_content(value)
    try:
        hash(value)
    except TypeError:
        return _by_content(value)
    return (type(value).__name__, value)  # 1, 1.0 and True differ


def _is_equal_to_itself_alone(value: Any) -> bool:
    """Whether a copy of `value`, an instance of some class, is another value.

    Functions and classes are not copied, so that their identity says enough.
    """
    plain = type(value).__hash__ is object.__hash__
    return plain and not isinstance(value, type) and not hasattr(value, "__qualname__")


def _by_content(value: Any) -> Hashable:
    try:
        return (type(value), pickle.dumps(value))
    except Exception:  # whatever a class of somebody else raises
        return object()  # equal to nothing: the graph is not shared
