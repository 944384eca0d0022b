"""A program: one graph, one optimizer, and steps that run without Python.

What is common to all backends is here. A program belongs to one fit at a time (see
`_cache.py`); a fit starts with `reset` and takes its results out as arrays.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from skae.networks import Graph
from skae.training._blocks import Block
from skae.training._optimizers import make_optimizer, optimizer_key
from skae.training._seeds import random_initializers, redraw
from skae.training._settings import ProgramSettings


class Program(ABC):
    """Variables of a training run and the steps that change them.

    Parameters
    ----------
    graph : Graph
        Owned by this program alone.

    settings : ProgramSettings
    """

    def __init__(self, graph: Graph, settings: ProgramSettings):
        self.graph = graph
        self.settings = settings
        self.optimizer = make_optimizer(settings.optimizer)
        self._weights = {w.path: w for w in graph.forward.weights}
        self._weights |= {w.path: w for w in graph.autoencoder.weights}
        known = {id(w) for w in self._weights.values()}
        # What is left is the state of the random layers (dropout, noise, sampling).
        self._seeds = [v for v in graph.forward.variables if id(v) not in known]
        self._initializers = random_initializers(graph.forward)
        self._first_weights = self.get_weights()
        self._connect()
        self._first_optimizer = [_copy(v) for v in self.optimizer.variables]

    @property
    def optimizer_id(self) -> str:
        """Equal for programs between which the optimizer's state can be carried."""
        return f"{keras.backend.backend()} {optimizer_key(self.settings.optimizer)}"

    @abstractmethod
    def _connect(self) -> None:
        """Build the optimizer and whatever runs the steps."""

    @abstractmethod
    def put(self, rows: np.ndarray) -> Any:
        """Take an aligned float32 array over, without a copy where that is possible."""

    @abstractmethod
    def train(self, block: Block, start: int, stop: int) -> np.ndarray:
        """Run the steps `start` to `stop`; sums over the rows of the loss terms."""

    @abstractmethod
    def evaluate(self, block: Block) -> np.ndarray:
        """Sums over the rows of the loss terms, without training."""

    def reset(self, seed: int, start: Mapping[str, np.ndarray]) -> None:
        """Forget the fit before: weights from `seed`, but `start` where it has them."""
        if unknown := start.keys() - self._weights.keys():
            raise KeyError(f"No such weights in this network: {sorted(unknown)}")
        paths = sorted(self._initializers)
        states = np.random.SeedSequence(seed).generate_state(
            len(paths) + len(self._seeds)
        )
        seeds = [int(s) >> 1 for s in states]
        drawn = {
            path: redraw(self._initializers[path], self._weights[path].shape, s)
            for path, s in zip(paths, seeds, strict=False)
            if path not in start
        }
        self.set_weights({**self._first_weights, **drawn, **start})
        self.set_state(
            [np.array([s, 0]) for s in seeds[len(paths) :]] + self._first_optimizer
        )

    def get_weights(self) -> dict[str, np.ndarray]:
        """Copies of the weights, by path."""
        return {path: _copy(w) for path, w in self._weights.items()}

    def set_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Overwrite all weights."""
        for path, variable in self._weights.items():
            variable.assign(weights[path])

    def get_state(self) -> list[np.ndarray]:
        """Copies of all else that a later step depends on: seeds, optimizer."""
        return [_copy(v) for v in [*self._seeds, *self.optimizer.variables]]

    def set_state(self, state: list[np.ndarray]) -> None:
        """Overwrite seeds and optimizer."""
        variables = [*self._seeds, *self.optimizer.variables]
        for variable, value in zip(variables, state, strict=True):
            variable.assign(value)

    def set_learning_rate(self, value: float) -> None:
        """Learning rate of the steps to come."""
        self.optimizer.learning_rate.assign(value)

    def set_strengths(self, strengths: Mapping[str, float]) -> None:
        """Weights of the penalties of the steps to come."""
        values = [strengths[name] for name in self.graph.penalty_names]
        self.strengths = np.array(values, dtype=np.float32)


def _copy(variable) -> np.ndarray:
    return np.asarray(variable).copy()


def active_distribution() -> Any:
    """The strategy whose scope we are in (TensorFlow), or Keras' distribution."""
    if keras.backend.backend() != "tensorflow":
        return keras.distribution.distribution()
    import tensorflow as tf

    return tf.distribute.get_strategy() if tf.distribute.has_strategy() else None


def make_program(graph: Graph, settings: ProgramSettings) -> Program:
    """The program for the backend and the devices that Keras runs on."""
    if keras.backend.backend() != "tensorflow":
        from skae.training._keras import KerasProgram

        return KerasProgram(graph, settings)
    if active_distribution() is not None:
        from skae.training._distributed import DistributedProgram

        return DistributedProgram(graph, settings)
    from skae.training._tensorflow import TensorFlowProgram

    return TensorFlowProgram(graph, settings)
