"""Conditions under which a check applies to a class and its data."""

import inspect
from collections.abc import Callable

import numpy as np

from skae.data import TableLayout
from skae.tables import MixedTableLayout


def _has_decoder(cls, X) -> bool:
    return hasattr(cls, "_architecture") and cls._architecture.has_decoder()


def _takes_numbers(cls, X) -> bool:
    layout = getattr(cls, "_architecture", None) and cls._architecture.layout
    return layout is not None and layout.numeric_only and isinstance(X, np.ndarray)


def _is_array(cls, X) -> bool:
    return isinstance(X, np.ndarray)


def _takes_sample_weight(cls, X) -> bool:
    return "sample_weight" in inspect.signature(cls.fit).parameters


def _takes_columns(cls, X) -> bool:
    """Whether rows are neither images nor sequences."""
    layout = getattr(cls, "_architecture", None) and cls._architecture.layout
    return layout is not None and issubclass(layout, TableLayout | MixedTableLayout)


def _is_parameter(name: str) -> Callable:
    return lambda cls, X: name in cls._get_param_names()


CONDITIONS: dict[str, tuple[Callable, str]] = {
    "array": (_is_array, "the data are not an array"),
    "columns": (_takes_columns, "rows are images or sequences"),
    "decoder": (_has_decoder, "the family has no decoder"),
    "numbers": (_takes_numbers, "the data are not an array of numbers"),
    "optimizer": (_is_parameter("optimizer"), "it has no parameter optimizer"),
    "sample_weight": (_takes_sample_weight, "fit takes no sample_weight"),
}


def needs(*conditions: str) -> Callable[[Callable], Callable]:
    """Decorate a check that applies only if all `conditions` hold."""

    def mark(check: Callable) -> Callable:
        check.needs = conditions
        return check

    return mark


def missing(check: Callable, cls: type, X) -> str:
    """Reason why `check` does not apply to the class; empty if it applies."""
    found = (CONDITIONS[name] for name in getattr(check, "needs", ()))
    return "; ".join(reason for holds, reason in found if not holds(cls, X))


def frame_modules() -> list:
    """Return the modules pandas and polars, if they are installed."""
    found = []
    for name in ("pandas", "polars"):
        try:
            found.append(__import__(name))
        except ImportError:
            continue
    return found
