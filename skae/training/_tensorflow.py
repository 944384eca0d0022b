"""Many training steps in one call of a compiled TensorFlow function."""

import numpy as np
import tensorflow as tf

from skae.training._blocks import Block
from skae.training._program import Program


class TensorFlowProgram(Program):
    """One traced function that gathers mini-batches and runs any number of steps."""

    n_traces = 0

    def _connect(self):
        self.optimizer.build(self.graph.forward.trainable_variables)
        batch_size = self.settings.batch_size
        signature = [
            tf.TensorSpec([None, *self.graph.forward.input_shape[1:]], tf.float32),
            tf.TensorSpec([None, batch_size], tf.int32),
            tf.TensorSpec([None, batch_size], tf.float32),
            tf.TensorSpec([], tf.int32),
            tf.TensorSpec([], tf.int32),
        ]
        options = {
            "input_signature": signature,
            "jit_compile": self.settings.jit_compile,
            "autograph": False,
        }
        self._train = tf.function(self._loop(self._train_step), **options)
        self._evaluate = tf.function(self._loop(self._evaluate_step), **options)

    def put(self, rows):
        return tf.experimental.dlpack.from_dlpack(rows.__dlpack__())

    def train(self, block: Block, start: int, stop: int) -> np.ndarray:
        return self._train(block.rows, block.index, block.weight, start, stop).numpy()

    def evaluate(self, block: Block) -> np.ndarray:
        return self._evaluate(
            block.rows, block.index, block.weight, 0, block.n_steps
        ).numpy()

    def _loop(self, step):
        def run(rows, index, weight, start, stop):
            TensorFlowProgram.n_traces += 1  # only Python that traces comes by here

            def body(k, sums):
                return k + 1, sums + step(tf.gather(rows, index[k]), weight[k])

            sums = tf.zeros([len(self.graph.term_names)])
            return tf.while_loop(
                lambda k, sums: k < stop,
                body,
                [start, sums],
                parallel_iterations=1,
            )[1]

        return run

    def _terms(self, x, weight, training):
        """Loss terms of one mini-batch, and the number of its rows.

        Padding has weight 0 and is not counted.
        """
        n_rows = tf.reduce_sum(tf.cast(weight > 0, tf.float32))
        tensors = self.graph.forward(x, training=training)
        return self.graph.loss_terms(tensors, weight / n_rows), n_rows

    def _train_step(self, x, weight):
        variables = self.graph.forward.trainable_variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([v.value for v in variables])
            terms, n_rows = self._terms(x, weight, training=True)
        gradients = tape.gradient(terms[0], [v.value for v in variables])
        self.optimizer.apply(gradients, variables)
        return tf.stack(terms) * n_rows

    def _evaluate_step(self, x, weight):
        terms, n_rows = self._terms(x, weight, training=False)
        return tf.stack(terms) * n_rows
