"""Training on any Keras backend, one `train_on_batch` at a time."""

import keras
import numpy as np
from keras import ops

from skae.engine._batches import Block
from skae.engine._keras_settings import own_keras_settings
from skae.engine._program import Program


class _Model(keras.Model):
    """A graph in the form that Keras' own training loop requires."""

    def __init__(self, graph):
        super().__init__(name="training")
        self.forward = graph.forward
        n_loss_weights = len(graph.architecture.terms)
        self.loss_weights = self.add_weight(
            name="loss_weights", shape=(n_loss_weights,), trainable=False
        )
        self._graph = graph
        self.trackers = [keras.metrics.Mean(name=name) for name in graph.term_names]

    def call(self, inputs, training=None):
        return self.forward(inputs, training=training)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        mass = ops.sum(sample_weight)
        n_rows = ops.sum(ops.cast(sample_weight > 0, "float32"))
        terms = self._graph.terms(y_pred, x, sample_weight / mass, self.loss_weights)
        total = self._graph.total(terms, self._graph.updates[0])
        for tracker, term in zip(self.trackers, [total, *terms.values()], strict=True):
            tracker.update_state(term, sample_weight=mass)
        # Batches of larger weight per row take larger steps.
        return total * mass / n_rows

    @property
    def metrics(self):
        return self.trackers


class KerasProgram(Program):
    """Program that uses `keras.Model.train_on_batch`: slower, with equal results."""

    def _connect(self):
        if len(self.graph.updates) > 1:
            raise NotImplementedError(
                "Networks with several optimizers are trained on the TensorFlow "
                f"backend alone; this is {keras.backend.backend()}: set "
                "KERAS_BACKEND=tensorflow before Keras is imported."
            )
        self._model = _Model(self.graph)
        # The estimator's `jit_compile` is for TensorFlow only. On JAX compilation is
        # worth minutes, and PyTorch has none: Keras decides.
        self._model.compile(optimizer=self.optimizers[0], jit_compile="auto")

    def put(self, rows):
        return rows

    def train(self, block: Block, start: int, stop: int) -> np.ndarray:
        return self._run(self._model.train_on_batch, block, start, stop)

    def evaluate(self, block: Block) -> np.ndarray:
        return self._run(self._model.test_on_batch, block, 0, block.n_steps)

    def _run(self, step, block, start, stop):
        with own_keras_settings():  # Keras traces the steps at their first run
            return self._take(step, block, start, stop)

    def _take(self, step, block, start, stop):
        self._model.loss_weights.assign(self.loss_weights)
        sums = np.zeros(len(self.graph.term_names))
        for k in range(start, stop):
            index, weight = block.index[k], block.weight[k]
            if self.graph.depends_on_batch:
                index, weight = index[weight > 0], weight[weight > 0]
            batch = {name: field[index] for name, field in block.fields.items()}
            self._model.reset_metrics()
            logs = step(batch, batch["data"], sample_weight=weight, return_dict=True)
            means = [float(logs[name]) for name in self.graph.term_names]
            sums += weight.sum() * np.array(means)
        return sums
