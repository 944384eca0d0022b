"""Encode and decode as pure functions of weights and data.

The weights are arguments, so one traced function serves every fitted estimator of an
architecture, from any number of threads.
"""

import functools
from collections.abc import Mapping

import keras
import numpy as np

from skae.networks import Graph
from skae.training._process import enter_backend


class Inference:
    """The inference functions of one graph.

    Parameters
    ----------
    graph : Graph
        Only its structure is used; its variables are never read.
    """

    def __init__(self, graph: Graph):
        self._models = {
            "encoder": graph.encoder,
            "decoder": graph.decoder,
            "autoencoder": graph.autoencoder,
            **graph.functions,
        }
        self._functions = {k: _compile(model) for k, model in self._models.items()}

    def bind(self, weights: Mapping[str, np.ndarray]) -> "BoundInference":
        """The functions with the weights of one fitted estimator."""
        tensors = {path: keras.ops.convert_to_tensor(w) for path, w in weights.items()}
        return BoundInference(
            {
                name: (self._functions[name], *_arguments(model, tensors))
                for name, model in self._models.items()
            },
            {
                name: [tuple(x.shape[1:]) for x in model.inputs]
                for name, model in self._models.items()
            },
            {name: model.output_shape[1:] for name, model in self._models.items()},
        )


class BoundInference:
    """``run(name, *inputs)``; names are "encoder", "decoder", "autoencoder", ..."""

    def __init__(self, calls, input_shapes, output_shapes):
        self._calls, self._input_shapes = calls, input_shapes
        self.output_shapes: dict[str, tuple[int, ...]] = output_shapes

    def run(self, name: str, *inputs: np.ndarray) -> np.ndarray:
        """Outputs for float32 rows, which must be aligned (`Rows.map`)."""
        enter_backend()
        function, trainable, non_trainable = self._calls[name]
        shapes = [x.shape[1:] for x in inputs]
        # TensorFlow would end the process: the traced function checks nothing.
        if not all(map(_fits, shapes, self._input_shapes[name])):
            raise ValueError(
                f"The {name} takes rows of shape {self._input_shapes[name]}; got "
                f"{shapes}."
            )
        return function(trainable, non_trainable, *inputs)


def _fits(shape: tuple[int, ...], expected: tuple[int | None, ...]) -> bool:
    return len(shape) == len(expected) and all(
        m is None or m == n for n, m in zip(shape, expected, strict=True)
    )


def _arguments(model, tensors):
    def values(variables):
        # The state of random layers is no weight; without training it is never used.
        return [
            tensors[v.path] if v.path in tensors else keras.ops.zeros(v.shape, v.dtype)
            for v in variables
        ]

    return values(model.trainable_variables), values(model.non_trainable_variables)


def _compile(model):
    def call(trainable, non_trainable, *inputs):
        x = inputs[0] if len(inputs) == 1 else list(inputs)
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

    signature = [
        specs(model.trainable_variables),
        specs(model.non_trainable_variables),
        *(tf.TensorSpec([None, *x.shape[1:]], tf.float32) for x in model.inputs),
    ]

    @functools.cache
    def trace():
        function = tf.function(call, input_signature=signature, autograph=False)
        return function.get_concrete_function()

    def run(trainable, non_trainable, *inputs):
        inputs = [tf.experimental.dlpack.from_dlpack(x.__dlpack__()) for x in inputs]
        # Calling the function itself checks its arguments in Python, which takes
        # longer than to encode a row.
        (outputs,) = tf.raw_ops.StatefulPartitionedCall(
            args=[*trainable, *non_trainable, *inputs], Tout=[tf.float32], f=trace()
        )
        return outputs.numpy()

    return run
