"""Many training steps in one call of a compiled TensorFlow function."""

import numpy as np
import tensorflow as tf

from skae.engine._batches import Block
from skae.engine._program import Program
from skae.engine._tensorflow_adam import apply_adam, is_plain_adam

# Lower bound of the sum of weights: a device may have no row of a mini-batch.
_NOTHING = 1e-30


class TensorFlowProgram(Program):
    """One traced function that gathers mini-batches and runs any number of steps."""

    n_traces = 0
    _n_devices = 1

    def _connect(self):
        self._names = list(self.graph.architecture.fields)
        size, jit_compile = self.settings.batch_size, self.settings.jit_compile
        self._train = self._compiled(self._train_step, size, jit_compile)
        self._evaluate = self._compiled(self._evaluate_step, size, jit_compile)
        # For a smaller mini-batch, where padding is not allowed. XLA would compile it
        # anew for each size.
        self._train_rest = self._evaluate_rest = None
        if self.graph.depends_on_batch:
            self._train_rest = self._compiled(self._train_step, None, False)
            self._evaluate_rest = self._compiled(self._evaluate_step, None, False)

    def _compiled(self, step, batch_size, jit_compile):
        architecture = self.graph.architecture
        signature = [
            *(
                tf.TensorSpec([None, *field.shape], field.dtype)
                for field in architecture.fields.values()
            ),
            tf.TensorSpec([None, batch_size], tf.int32),
            tf.TensorSpec([None, batch_size], tf.float32),
            tf.TensorSpec([len(architecture.terms)], tf.float32),
            tf.TensorSpec([], tf.int32),
            tf.TensorSpec([], tf.int32),
        ]
        function = tf.function(
            self._loop(step),
            input_signature=signature,
            jit_compile=jit_compile,
            autograph=False,
        )
        # Calling the concrete function directly halves the overhead of a call.
        return function.get_concrete_function()

    def put(self, rows):
        return tf.experimental.dlpack.from_dlpack(rows.__dlpack__())

    def _assign(self, variable, value):
        # A fit of few rows assigns more often than it takes steps. Without the checks
        # of Keras' `assign` this takes a third of the time.
        variable.value.assign(value, read_value=False)

    def train(self, block: Block, start: int, stop: int) -> np.ndarray:
        return self._run(self._train, self._train_rest, block, start, stop)

    def evaluate(self, block: Block) -> np.ndarray:
        functions = self._evaluate, self._evaluate_rest
        return self._run(*functions, block, 0, block.n_steps)

    def _run(self, function, rest, block, start, stop):
        fields = [block.fields[name] for name in self._names]

        def run(function, index, weight, start, stop):
            arguments = index, weight, self.loss_weights, start, stop
            return function(*fields, *map(tf.constant, arguments)).numpy()

        n_rows = np.count_nonzero(block.weight[stop - 1])
        is_small = self._n_devices <= n_rows < self.settings.batch_size
        if rest is None or not is_small:
            return run(function, block.index, block.weight, start, stop)
        last = (slice(stop - 1, stop), slice(n_rows))
        if start == stop - 1:
            return run(rest, block.index[last], block.weight[last], 0, 1)
        sums = run(function, block.index, block.weight, start, stop - 1)
        return sums + run(rest, block.index[last], block.weight[last], 0, 1)

    def _loop(self, step):
        def run(*arguments):
            TensorFlowProgram.n_traces += 1  # only tracing runs this
            *fields, index, weight, loss_weights, start, stop = arguments

            def body(k, sums):
                batch = {
                    name: tf.gather(field, index[k])
                    for name, field in zip(self._names, fields, strict=True)
                }
                return k + 1, sums + self._batch(step, batch, weight[k], loss_weights)

            _, sums = tf.while_loop(
                lambda k, sums: k < stop,
                body,
                [start, tf.zeros([len(self.graph.term_names)])],
                parallel_iterations=1,
            )
            return sums

        return run

    def _batch(self, step, batch, weight, loss_weights):
        return step(batch, weight, loss_weights, _count(weight))

    def _terms(self, batch, weight, loss_weights, training):
        """Terms of the loss of some rows, and the sum of their weights.

        Padding has weight 0 and is not counted.
        """
        mass = tf.reduce_sum(weight)
        # The rows of a device may all be padding.
        row_weight = weight / tf.maximum(mass, _NOTHING)
        tensors = self.graph.forward(batch, training=training)
        return self.graph.terms(tensors, batch, row_weight, loss_weights), mass

    def _train_step(self, batch, weight, loss_weights, n_batch):
        """Train on some rows out of the `n_batch` of a mini-batch, perhaps all."""
        sums = None
        for optimizer, update in zip(self.optimizers, self.graph.updates, strict=True):
            variables = self.graph.trained_by(update)
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch([v.value for v in variables])
                terms, mass = self._terms(batch, weight, loss_weights, training=True)
                # Batches of larger weight per row take larger steps.
                loss = self.graph.total(terms, update) * mass / n_batch
                loss = optimizer.scale_loss(loss)  # `apply` undoes it
            gradients = tape.gradient(loss, [v.value for v in variables])
            self._apply(optimizer, gradients, variables)
            if sums is None:
                sums = self._sums(terms, mass)
        return sums

    def _apply(self, optimizer, gradients, variables):
        if is_plain_adam(optimizer, gradients, variables):
            apply_adam(optimizer, gradients, variables)
            return
        # In a merge call Keras does not sum over replicas. That sum is a custom
        # gradient, which TensorFlow would keep for ever, with its whole graph.
        tf.distribute.get_replica_context().merge_call(
            lambda strategy: optimizer.apply(gradients, variables)
        )

    def _evaluate_step(self, batch, weight, loss_weights, n_batch):
        return self._sums(*self._terms(batch, weight, loss_weights, training=False))

    def _sums(self, terms, mass):
        total = self.graph.total(terms, self.graph.updates[0])
        return tf.stack([total, *terms.values()]) * mass


def _count(weight):
    """Number of rows that are not padding."""
    return tf.reduce_sum(tf.cast(weight > 0, tf.float32))
