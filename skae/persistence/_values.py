"""Conversion of Python values of a fixed list of types to JSON and arrays, and back.

Types that JSON does not have are objects with one key that names the type, for example
``{"tuple": [1, 2]}`` or ``{"array": "a0"}``.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

_PLAIN = (type(None), bool, int, str)
_KEYS = (bool, int, str)
_NUMERIC = "biuf"


class CannotSave(TypeError):
    """Error for a value that cannot be saved."""


class Encoder:
    """Converts values to JSON, and collects their arrays.

    Parameters
    ----------
    special : callable
        ``special(encoder, value)`` returns the JSON of further types, or None.
    """

    def __init__(self, special: Callable[["Encoder", Any], Any]):
        self._special = special
        self.arrays: dict[str, np.ndarray] = {}
        # Warnings about values that are left out of the file.
        self.left_out: set[str] = set()

    def encode(self, value: Any) -> Any:
        """Return the JSON of `value`; raise CannotSave if there is none."""
        special = self._special(self, value)
        if special is not None:
            return special
        if isinstance(value, np.str_):  # from a grid that is an array
            return str(value)
        if isinstance(value, np.generic):
            return {"scalar": self._keep(np.asarray(value))}
        if type(value) in _PLAIN:
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if type(value) is list:
            return [self.encode(item) for item in value]
        if type(value) is tuple:
            return {"tuple": [self.encode(item) for item in value]}
        if isinstance(value, Mapping):
            if all(type(key) is str for key in value):
                return {"dict": self.encode_items(value)}
            pairs = value.items()
            return {"pairs": [[self._key(key), self.encode(v)] for key, v in pairs]}
        if isinstance(value, np.ndarray):
            return self._encode_array(value)
        raise CannotSave(f"{value!r}, a {type(value).__name__}")

    def _key(self, key: Any) -> Any:
        """Return the JSON of a key: a number, a string, a tuple of these, or a date."""
        return key if type(key) in _KEYS else self.encode(key)

    def encode_items(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the JSON of a mapping's values, by key."""
        return {key: self.encode(value) for key, value in values.items()}

    def _encode_array(self, array: np.ndarray) -> dict:
        if array.dtype.kind in _NUMERIC and array.dtype.itemsize <= 8:
            return {"array": self._keep(array)}
        items = array.ravel().tolist()
        if all(type(item) in (str, np.str_) for item in items):
            kind = "object" if array.dtype == object else "str"
            return {"strings": items, "shape": list(array.shape), "kind": kind}
        raise CannotSave(f"an array of dtype {array.dtype}")

    def _keep(self, array: np.ndarray) -> str:
        if array.dtype.kind not in _NUMERIC or array.dtype.itemsize > 8:
            raise CannotSave(f"a value of dtype {array.dtype}")
        name = f"a{len(self.arrays)}"
        # Little-endian and contiguous, as in the file.
        dtype = array.dtype.newbyteorder("<")
        self.arrays[name] = np.ascontiguousarray(array, dtype).reshape(array.shape)
        return name


class Decoder:
    """Converts the JSON of `Encoder` to values; raises ValueError for other input.

    Parameters
    ----------
    arrays : dict of ndarray

    special : dict of callables
        Further types, by their key: ``special[key](decoder, content)``.
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray],
        special: Mapping[str, Callable[["Decoder", Any], Any]],
    ):
        self._arrays = arrays
        self._types: dict[str, Callable[[Any], Any]] = {
            "float": self._float,
            "tuple": lambda items: tuple(self.decode(item) for item in _list(items)),
            "dict": self.decode_items,
            "pairs": self._pairs,
            "array": self._array,
            "scalar": lambda name: self._array(name)[()],
        }
        self._special = special

    def decode(self, node: Any) -> Any:
        """Return the value of `node`."""
        if isinstance(node, list):
            return [self.decode(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "strings" in node:
            return _strings(node)
        if len(node) != 1:
            raise ValueError(f"an object with the keys {sorted(node)[:5]}")
        ((kind, content),) = node.items()
        if kind in self._types:
            return self._types[kind](content)
        if kind in self._special:
            return self._special[kind](self, content)
        raise ValueError(f"a value of the unknown type {kind!r}")

    def decode_items(self, nodes: Any) -> dict[str, Any]:
        """Return the values of a JSON object, by key."""
        if not isinstance(nodes, dict):
            raise ValueError("a JSON object is missing")
        return {key: self.decode(node) for key, node in nodes.items()}

    def _pairs(self, pairs: Any) -> dict:
        """Return a dict of which not all keys are strings."""
        found = {}
        for pair in _list(pairs):
            if len(_list(pair)) != 2 or not isinstance(pair[0], (*_KEYS, float, dict)):
                raise ValueError("an invalid pair of key and value")
            key = self.decode(pair[0])
            try:
                found[key] = self.decode(pair[1])
            except TypeError:
                raise ValueError("an invalid key") from None
        return found

    def _array(self, name: Any) -> np.ndarray:
        if not isinstance(name, str) or name not in self._arrays:
            raise ValueError(f"the array {name!r} is missing")
        return self._arrays[name]

    @staticmethod
    def _float(text: Any) -> float:
        if text not in ("nan", "inf", "-inf"):
            raise ValueError(f"the number {text!r}")
        return float(text)


def _list(items: Any) -> list:
    if not isinstance(items, list):
        raise ValueError("a list is missing")
    return items


def _strings(node: dict) -> np.ndarray:
    items, shape = _list(node["strings"]), _list(node.get("shape"))
    sound = all(isinstance(item, str) for item in items) and all(
        type(size) is int and size >= 0 for size in shape
    )
    if not sound or math.prod(shape) != len(items):
        raise ValueError("an invalid array of strings")
    dtype = object if node.get("kind") == "object" else str
    return np.array(items, dtype=dtype).reshape(shape)
