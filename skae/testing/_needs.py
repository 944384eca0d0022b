"""What a check asks of a family and its data; else it does not apply."""

from collections.abc import Callable

import numpy as np


def _has_decoder(cls, X) -> bool:
    return cls._architecture.has_decoder()


def _takes_numbers(cls, X) -> bool:
    return cls._architecture.layout.numeric and isinstance(X, np.ndarray)


def _is_parameter(name: str) -> Callable:
    return lambda cls, X: name in cls._get_param_names()


CONDITIONS: dict[str, tuple[Callable, str]] = {
    "decoder": (_has_decoder, "the family has no decoder"),
    "numbers": (_takes_numbers, "the data are no array of numbers"),
    "optimizer": (_is_parameter("optimizer"), "its optimizer is no parameter"),
}


def needs(*conditions: str) -> Callable[[Callable], Callable]:
    """Decorate a check that applies only where all `conditions` hold."""

    def mark(check: Callable) -> Callable:
        check.needs = conditions
        return check

    return mark


def missing(check: Callable, cls: type, X) -> str:
    """Why `check` does not apply to the family; empty where it does."""
    found = (CONDITIONS[name] for name in getattr(check, "needs", ()))
    return "; ".join(reason for holds, reason in found if not holds(cls, X))
