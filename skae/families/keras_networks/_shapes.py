"""Calls of networks of users, and the shapes of what goes in and comes out."""

import math
from collections.abc import Mapping
from typing import Any

from skae._keras import keras, ops
from skae.families.keras_networks._networks import Network


def call_network(
    network: Network, role: str, x, given: Mapping[str, Any], condition=None
) -> Any:
    """Outputs of a new model of `network` for `x`, and a condition if there is one.

    Its weights are named after `role`, which is "encoder" or "decoder".

    Raises
    ------
    ValueError
        If the model cannot take `x` or the condition, with both shapes.
    """
    given = dict(given)
    code_shape = given.pop("code_shape", x.shape[1:])
    with keras.name_scope(role):
        model = network.make(role, **given)
    model.name, model.is_of_user = role, True
    shapes = _input_shapes(model)
    if shapes is None:  # a model that is not built takes what it gets
        shapes = [code_shape]
        shapes += [] if condition is None else [condition.shape[1:]]
    _check_number(shapes, role, condition)
    if None in shapes[0] and _fits(code_shape, shapes[0]):
        shapes[0] = code_shape  # of a network for images of any size
    wrong = f"The {role} takes {{}} of shape {{{{}}}}, but gets {{{{}}}}"
    inputs = [reshaped(x, shapes[0], f"{role}_input", wrong.format("rows"))]
    for shape in shapes[1:]:
        text = wrong.format("a condition")
        inputs.append(reshaped(condition, shape, f"{role}_condition", text))
    try:
        outputs = model(inputs if len(inputs) > 1 else inputs[0])
    except (TypeError, ValueError) as error:
        found = " and ".join(str(tuple(tensor.shape[1:])) for tensor in inputs)
        raise ValueError(
            f"The {role} cannot take rows of shape {found}: {error}"
        ) from error
    network.after_call(model)
    return outputs


def _check_number(shapes: list, role: str, condition) -> None:
    """Raise ValueError for a model with too many inputs, or too few."""
    if condition is None and len(shapes) > 1:
        raise ValueError(
            f"The {role} must have one input; it has {len(shapes)}, of shapes {shapes}."
            " KerasConditionalVariationalAutoencoder has a condition as the second."
        )
    if len(shapes) > 2 or (len(shapes) < 2 and condition is not None):
        if role == "encoder" and len(shapes) == 1:
            return  # the decoder alone may be told the condition
        first = "a row" if role == "encoder" else "a code"
        raise ValueError(
            f"The {role} must have two inputs, {first} and its condition of shape "
            f"{tuple(condition.shape[1:])}; it has {len(shapes)}, of shapes {shapes}."
        )


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


def _input_shapes(model) -> list[tuple[int | None, ...]] | None:
    """Shapes of the rows that a model takes; None if it takes what it gets."""
    inputs = getattr(model, "inputs", None)
    return None if inputs is None else [tuple(x.shape[1:]) for x in inputs]


def _fits(found, shape) -> bool:
    return len(found) == len(shape) and all(
        n is None or n == m for m, n in zip(found, shape, strict=True)
    )


def _without_ones(shape) -> tuple:
    return tuple(n for n in shape if n != 1)
