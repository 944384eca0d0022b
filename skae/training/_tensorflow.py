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
            tf.TensorSpec([len(self.graph.penalty_names)], tf.float32),
            tf.TensorSpec([], tf.int32),
            tf.TensorSpec([], tf.int32),
        ]

        def compiled(step):
            function = tf.function(
                self._loop(step),
                input_signature=signature,
                jit_compile=self.settings.jit_compile,
                autograph=False,
            )
            # Called as it is, a concrete function is twice as quick to start.
            return function.get_concrete_function()

        self._train = compiled(self._train_step)
        self._evaluate = compiled(self._evaluate_step)

    def put(self, rows):
        return tf.experimental.dlpack.from_dlpack(rows.__dlpack__())

    def train(self, block: Block, start: int, stop: int) -> np.ndarray:
        return self._run(self._train, block, start, stop)

    def evaluate(self, block: Block) -> np.ndarray:
        return self._run(self._evaluate, block, 0, block.n_steps)

    def _run(self, function, block, start, stop):
        arguments = block.index, block.weight, self.strengths, start, stop
        return function(block.rows, *map(tf.constant, arguments)).numpy()

    def _loop(self, step):
        def run(rows, index, weight, strengths, start, stop):
            TensorFlowProgram.n_traces += 1  # only tracing comes by here

            def body(k, sums):
                x = tf.gather(rows, index[k])
                return k + 1, sums + self._batch(step, x, weight[k], strengths)

            _, sums = tf.while_loop(
                lambda k, sums: k < stop,
                body,
                [start, tf.zeros([len(self.graph.term_names)])],
                parallel_iterations=1,
            )
            return sums

        return run

    def _batch(self, step, x, weight, strengths):
        return step(x, weight, strengths)

    def _terms(self, x, weight, strengths, training):
        """Loss terms of some rows, and their number.

        Padding has weight 0 and is not counted.
        """
        n_rows = tf.reduce_sum(tf.cast(weight > 0, tf.float32))
        tensors = self.graph.forward(x, training=training)
        # A device may get nothing but padding.
        row_weight = weight / tf.maximum(n_rows, 1.0)
        return self.graph.loss_terms(tensors, row_weight, strengths), n_rows

    def _train_step(self, x, weight, strengths, n_batch=None):
        """Train on some rows: the share of them in `n_batch` rows, or all."""
        variables = self.graph.forward.trainable_variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([v.value for v in variables])
            terms, n_rows = self._terms(x, weight, strengths, training=True)
            loss = terms[0] if n_batch is None else terms[0] * n_rows / n_batch
        gradients = tape.gradient(loss, [v.value for v in variables])
        self._apply(gradients, variables)
        return tf.stack(terms) * n_rows

    def _apply(self, gradients, variables):
        # Where there are no replicas to ask, Keras does not sum over them. That sum is
        # a custom gradient, which TensorFlow would keep for ever, with all its graph.
        tf.distribute.get_replica_context().merge_call(
            lambda strategy: self.optimizer.apply(gradients, variables)
        )

    def _evaluate_step(self, x, weight, strengths, n_batch=None):
        terms, n_rows = self._terms(x, weight, strengths, training=False)
        return tf.stack(terms) * n_rows
