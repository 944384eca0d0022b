"""The same steps on any Keras backend, one `train_on_batch` at a time."""

import keras
import numpy as np
from keras import ops

from skae.training._blocks import Block
from skae.training._program import Program


class _Model(keras.Model):
    """A graph in the form that Keras' own training loop asks for."""

    def __init__(self, graph):
        super().__init__(name="training")
        self.forward = graph.forward
        self.strengths = self.add_weight(
            name="strengths", shape=(len(graph.penalty_names),), trainable=False
        )
        self._graph_terms = graph.loss_terms
        self.trackers = [keras.metrics.Mean(name=name) for name in graph.term_names]

    def call(self, inputs, training=None):
        return self.forward(inputs, training=training)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        n_rows = ops.sum(ops.cast(sample_weight > 0, "float32"))
        terms = self._graph_terms(y_pred, sample_weight / n_rows, self.strengths)
        for tracker, term in zip(self.trackers, terms, strict=True):
            tracker.update_state(term, sample_weight=n_rows)
        return terms[0]

    @property
    def metrics(self):
        return self.trackers


class KerasProgram(Program):
    """Steps through `keras.Model.train_on_batch`: slower, and the same numbers."""

    def _connect(self):
        self._model = _Model(self.graph)
        # Whether to compile is a question of minutes on JAX and moot on PyTorch: Keras
        # decides, and the estimator's `jit_compile` is for TensorFlow.
        self._model.compile(optimizer=self.optimizer, jit_compile="auto")
        self.optimizer.build(self.graph.forward.trainable_variables)

    def put(self, rows):
        return rows

    def train(self, block: Block, start: int, stop: int) -> np.ndarray:
        return self._run(self._model.train_on_batch, block, start, stop)

    def evaluate(self, block: Block) -> np.ndarray:
        return self._run(self._model.test_on_batch, block, 0, block.n_steps)

    def _run(self, step, block, start, stop):
        self._model.strengths.assign(self.strengths)
        sums = np.zeros(len(self.graph.term_names))
        for k in range(start, stop):
            x, weight = block.rows[block.index[k]], block.weight[k]
            self._model.reset_metrics()
            logs = step(x, x, sample_weight=weight, return_dict=True)
            means = [float(logs[name]) for name in self.graph.term_names]
            sums += np.count_nonzero(weight) * np.array(means)
        return sums
