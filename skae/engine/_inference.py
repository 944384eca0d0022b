"""Encoding and decoding as pure functions of weights and data.

The weights are arguments, so one traced function serves every fitted estimator of an
architecture, from any number of threads.
"""

import functools
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from skae._keras import keras
from skae.data import GRAIN, aligned, aligned_zeros, is_aligned
from skae.engine._graph import Graph
from skae.engine._keras_settings import own_keras_settings
from skae.engine._process import enter_backend
from skae.engine._weights import check_all_there


class Inference:
    """The inference functions of one graph.

    Parameters
    ----------
    graph : Graph
        Only its structure is used; its variables are never read.
    """

    def __init__(self, graph: Graph):
        self._models, self._names = graph.models, graph.weight_names
        self._functions = {k: _compile(model) for k, model in self._models.items()}

    def weights_of(self, name: str) -> list[str]:
        """Names of the weights that a function uses."""
        return [self._names[id(w)] for w in self._models[name].weights]

    def bind(self, weights: Mapping[str, np.ndarray]) -> "BoundInference":
        """The functions with the weights of one fitted estimator.

        Raises
        ------
        ValueError
            If a weight is missing, instead of a wrong result.
        """
        check_all_there(self._names.values(), weights)
        tensors = {name: keras.ops.convert_to_tensor(w) for name, w in weights.items()}
        return BoundInference(
            {
                name: _Call(
                    self._functions[name],
                    *_arguments(model, self._names, tensors),
                    {x.name: tuple(x.shape[1:]) for x in model.inputs},
                    tuple(model.output.shape[1:]),
                    np.dtype(model.output.dtype),
                )
                for name, model in self._models.items()
            }
        )


class _Call(NamedTuple):
    """A compiled model with its weights and the shapes of its inputs and output."""

    function: Callable
    trainable: list
    non_trainable: list
    input_shapes: dict[str, tuple[int | None, ...]]
    output_shape: tuple[int, ...]
    output_dtype: np.dtype


class BoundInference:
    """Inference functions with the weights of one fitted estimator.

    Their names are "encoder", "decoder", "autoencoder" and those of the family.
    """

    def __init__(self, calls: dict[str, _Call]):
        self._calls = calls

    def inputs_of(self, name: str) -> list[str]:
        """Names of the fields that a function takes."""
        return list(self._calls[name].input_shapes)

    def empty_output(self, name: str, n_rows: int) -> np.ndarray:
        """Uninitialized array for the outputs of `n_rows` rows."""
        call = self._calls[name]
        return np.empty((n_rows, *call.output_shape), dtype=call.output_dtype)

    def run(self, name: str, fields: Mapping[str, np.ndarray]) -> np.ndarray:
        """Outputs for rows of the types of the inputs; unaligned arrays are copied."""
        enter_backend()
        call = self._calls[name]
        inputs = [fields[key] for key in call.input_shapes]
        shapes = [x.shape[1:] for x in inputs]
        # The traced function does not check shapes: TensorFlow would end the process.
        if not all(map(_fits, shapes, call.input_shapes.values())):
            raise ValueError(
                f"The {name} takes rows of shape {call.input_shapes}; got {shapes}."
            )
        # Matrix products round differently for single rows, and for the remainder
        # where kernels process several rows at once: results would depend on the other
        # rows of the batch. The remainder is therefore padded.
        n_rows = len(inputs[0])
        n_whole = n_rows // GRAIN * GRAIN
        parts = []
        if n_whole:  # TensorFlow would end the process for unaligned rows
            whole = [x[:n_whole] for x in inputs]
            parts.append([x if is_aligned(x) else aligned(x, x.dtype) for x in whole])
        if n_rows > n_whole:
            parts.append([_filled_up(x[n_whole:]) for x in inputs])
        found = [
            call.function(call.trainable, call.non_trainable, *part) for part in parts
        ]
        outputs = found[0] if len(found) == 1 else np.concatenate(found)
        return outputs[:n_rows]


def _filled_up(rows: np.ndarray) -> np.ndarray:
    """Pad `rows` to the number that a kernel processes at once, with the last row."""
    filled = aligned_zeros((GRAIN, *rows.shape[1:]), rows.dtype)
    filled[: len(rows)] = rows
    filled[len(rows) :] = rows[-1:]
    return filled


def _fits(shape: tuple[int, ...], expected: tuple[int | None, ...]) -> bool:
    return len(shape) == len(expected) and all(
        m is None or m == n for n, m in zip(shape, expected, strict=True)
    )


def _arguments(model, names, tensors):
    def value(variable):
        if id(variable) in names:
            return tensors[names[id(variable)]]
        # The state of random layers is not a weight; inference never uses it.
        return keras.ops.zeros(variable.shape, variable.dtype)

    def values(variables):
        return [value(variable) for variable in variables]

    return values(model.trainable_variables), values(model.non_trainable_variables)


def _compile(model):
    names = [x.name for x in model.inputs]

    def call(trainable, non_trainable, *inputs):
        named = dict(zip(names, inputs, strict=True))
        x = named if isinstance(model.input, dict) else inputs[0]
        with own_keras_settings():  # the traced function keeps them
            return model.stateless_call(trainable, non_trainable, x, training=False)[0]

    backend = keras.backend.backend()
    if backend == "tensorflow":
        return _compile_tensorflow(model, call)
    if backend == "jax":
        import jax

        call = jax.jit(call)

    def run(trainable, non_trainable, *inputs):
        inputs = map(keras.ops.convert_to_tensor, inputs)
        return keras.ops.convert_to_numpy(call(trainable, non_trainable, *inputs))

    return run


def _compile_tensorflow(model, call):
    import tensorflow as tf

    def specs(variables):
        return [tf.TensorSpec(v.shape, v.dtype) for v in variables]

    # With the name of a type instead, the raw operation is slower.
    types = [tf.as_dtype(model.output.dtype)]
    signature = [
        specs(model.trainable_variables),
        specs(model.non_trainable_variables),
        *(tf.TensorSpec([None, *x.shape[1:]], x.dtype) for x in model.inputs),
    ]

    @functools.cache
    def trace():
        function = tf.function(call, input_signature=signature, autograph=False)
        traced = function.get_concrete_function()
        # Tensors that a layer holds besides its weights are arguments as well.
        return traced, traced.captured_inputs

    def run(trainable, non_trainable, *inputs):
        inputs = [tf.experimental.dlpack.from_dlpack(x.__dlpack__()) for x in inputs]
        # Calling the function itself checks its arguments in Python, which takes
        # longer than to encode a row.
        traced, held = trace()
        (outputs,) = tf.raw_ops.StatefulPartitionedCall(
            args=[*trainable, *non_trainable, *inputs, *held], Tout=types, f=traced
        )
        return outputs.numpy()

    return run
