"""Calls of networks of users, and the shapes of what goes in and comes out."""

import math
from collections.abc import Mapping
from typing import Any

from skae._keras import keras, ops
from skae.families.keras_networks._networks import Network


def call_network(network: Network, role: str, x, given: Mapping[str, Any]) -> Any:
    """Outputs of a new model of `network` for `x`.

    Its weights are named after `role`, which is "encoder" or "decoder".

    Raises
    ------
    ValueError
        If the model cannot take `x`, with both shapes.
    """
    with keras.name_scope(role):
        model = network.make(role, **given)
    model.name = role
    expected = _input_shape(model, role) or given.get("code_shape", x.shape[1:])
    x = reshaped(
        x,
        expected,
        f"{role}_input",
        f"The {role} takes rows of shape {{}}, but gets {{}}",
    )
    try:
        outputs = model(x)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"The {role} cannot take rows of shape {tuple(x.shape[1:])}: {error}"
        ) from error
    network.after_call(model)
    return outputs


def reshaped(x, shape: tuple[int | None, ...], name: str, error: str):
    """`x` with rows of `shape`, from which they may differ in axes of length 1.

    Flat rows are reshaped, and others flattened.

    Raises
    ------
    ValueError
        `error`, with both shapes, if they do not fit.
    """
    found, shape = tuple(x.shape[1:]), tuple(shape)
    x = ops.cast(x, "float32") if x.dtype != "float32" else x
    if _fits(found, shape):
        return x
    is_flat = 1 in (len(found), len(shape))
    is_same = is_flat or _without_ones(found) == _without_ones(shape)
    is_known = None not in (*found, *shape)
    if not (is_known and is_same and math.prod(found) == math.prod(shape)):
        raise ValueError(error.format(shape, found) + ".")
    return keras.layers.Reshape(shape, name=name)(x)


def _input_shape(model, role: str) -> tuple[int | None, ...] | None:
    """Shape of the rows that a model takes; None if it takes what it gets."""
    shape = getattr(model, "input_shape", None)
    if shape is None:
        return None
    if not isinstance(shape, tuple) or (shape and not _is_size(shape[0])):
        raise ValueError(f"The {role} must have one input; it takes {shape}.")
    return shape[1:]


def _is_size(n) -> bool:
    return n is None or isinstance(n, int)


def _fits(found, shape) -> bool:
    return len(found) == len(shape) and all(
        n is None or n == m for m, n in zip(found, shape, strict=True)
    )


def _without_ones(shape) -> tuple:
    return tuple(n for n in shape if n != 1)
