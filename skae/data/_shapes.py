"""Shapes that the user gives, with -1 for what is left."""

import math
from typing import Any


def shape_of_user(value: Any) -> tuple[int, ...] | None:
    """A shape of positive integers with at most one -1; None for anything else."""
    try:
        shape = tuple(int(n) for n in value)
    except (TypeError, ValueError):
        return None
    is_valid = all(n > 0 or n == -1 for n in shape) and shape.count(-1) <= 1
    return shape if shape and is_valid else None


def known_size(shape: tuple[int, ...]) -> int:
    """Number of values of a shape without its -1."""
    return math.prod(n for n in shape if n != -1)


def complete_shape(shape: tuple[int, ...], size: int) -> tuple[int, ...] | None:
    """The shape with `size` values; None if it has another number of them."""
    known = known_size(shape)
    if size % known or (-1 not in shape and size != known):
        return None
    return tuple(size // known if n == -1 else n for n in shape)
