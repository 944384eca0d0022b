"""Training programs: one graph, its optimizers, and its compiled training steps.

This module has the parts that all backends have in common. A program belongs to one
fit at a time (see `_cache.py`); a fit begins with `reset` and gets the results as
arrays.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from skae._keras import keras
from skae.engine._batches import Block
from skae.engine._graph import Graph
from skae.engine._keras_settings import own_keras_settings
from skae.engine._optimizers import (
    make_optimizer,
    optimizer_config,
    optimizer_key,
    optimizer_variables,
)
from skae.engine._seeds import random_initializers, redraw
from skae.engine._settings import ProgramSettings
from skae.engine._weights import check_all_there


class Program(ABC):
    """The variables of a training run, and the steps that change them.

    Parameters
    ----------
    graph : Graph
        Owned by this program alone.

    settings : ProgramSettings
    """

    def __init__(self, graph: Graph, settings: ProgramSettings):
        self.graph = graph
        self.settings = settings
        self._optimizer_configs = [
            settings.optimizer
            if update.optimizer is None
            else optimizer_config(update.optimizer)
            for update in graph.updates
        ]
        # One for each of the graph's updates, in their order.
        self.optimizers = [make_optimizer(c) for c in self._optimizer_configs]
        self._weights = graph.weights
        names = graph.weight_names
        # The other variables are the state of random layers (dropout, noise, sampling).
        self._seeds = [v for v in graph.forward.variables if id(v) not in names]
        self._initializers = {
            names[key]: initializer
            for key, initializer in random_initializers(graph.forward).items()
            if key in names and graph.architecture.redraws(names[key])
        }
        self._first_weights = self.get_weights()
        for optimizer, update in zip(self.optimizers, graph.updates, strict=True):
            optimizer.build(graph.trained_by(update))
        self._connect()
        self._first_state = [_copy(v) for v in self._optimizer_variables()]

    @property
    def optimizer_id(self) -> str:
        """Identifier: equal for programs that can exchange their optimizers' state."""
        keys = map(optimizer_key, self._optimizer_configs)
        return f"{keras.backend.backend()} {' '.join(keys)}"

    @abstractmethod
    def _connect(self) -> None:
        """Make the functions that run the steps."""

    @abstractmethod
    def put(self, rows: np.ndarray) -> Any:
        """Convert an aligned array to the backend, without a copy if possible."""

    @abstractmethod
    def train(self, block: Block, start: int, stop: int) -> np.ndarray:
        """Run the steps `start` to `stop`; returns the loss terms summed over rows."""

    @abstractmethod
    def evaluate(self, block: Block) -> np.ndarray:
        """Loss terms summed over the rows, without training."""

    def reset(
        self, seed: int, start: Mapping[str, np.ndarray], *, complete: bool = False
    ) -> None:
        """Reset weights (to `first_weights`), seeds and optimizers for a new fit.

        With `complete`, `start` must have all weights: else ValueError with the name of
        a missing one.
        """
        if complete:
            check_all_there(self._weights, start)
        self.set_weights(self.first_weights(seed, start))
        seeds = self._draw_seeds(seed)[len(self._initializers) :]
        self.set_state([np.array([s, 0]) for s in seeds] + self._first_state)

    def first_weights(
        self, seed: int, start: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """All weights at the beginning of a fit.

        They are those in `start`, and otherwise drawn with `seed`. A scalar in `start`
        is broadcast to the shape of the weight.
        """
        if unknown := start.keys() - self._weights.keys():
            raise KeyError(f"No such weights in this network: {sorted(unknown)}")
        seeds = zip(sorted(self._initializers), self._draw_seeds(seed), strict=False)
        with own_keras_settings():
            drawn = {
                name: redraw(self._initializers[name], self._weights[name].shape, s)
                for name, s in seeds
                if name not in start
            }
        given = {**drawn, **start}
        weights = {name: w.copy() for name, w in self._first_weights.items()}
        for name, value in given.items():
            weights[name][...] = value
        return weights

    def _draw_seeds(self, seed: int) -> list[int]:
        """Seeds of the drawn weights, in the order of their names, and of layers."""
        n_seeds = len(self._initializers) + len(self._seeds)
        states = np.random.SeedSequence(seed).generate_state(n_seeds)
        return [int(state) >> 1 for state in states]

    def get_weights(self) -> dict[str, np.ndarray]:
        """Copies of the weights, by name."""
        return {name: _copy(w) for name, w in self._weights.items()}

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Context in which the weights are those that Keras has when training ends.

        They differ from those of the last step if an optimizer has `use_ema`.
        """
        if not any(optimizer.use_ema for optimizer in self.optimizers):
            yield
            return
        before = self.get_weights()
        self.finalize()
        yield
        self.set_weights(before)

    def finalize(self) -> None:
        """Replace weights by their moving averages, if the optimizer keeps them."""
        for optimizer, update in zip(self.optimizers, self.graph.updates, strict=True):
            optimizer.finalize_variable_values(self.graph.trained_by(update))

    def set_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Overwrite all weights."""
        for name, variable in self._weights.items():
            self._assign(variable, weights[name])

    def _optimizer_variables(self) -> list:
        return [v for o in self.optimizers for v in optimizer_variables(o)]

    def get_state(self) -> list[np.ndarray]:
        """Copies of the other variables of the training state: seeds, optimizers."""
        return [_copy(v) for v in [*self._seeds, *self._optimizer_variables()]]

    def set_state(self, state: list[np.ndarray]) -> None:
        """Overwrite seeds and optimizers."""
        variables = [*self._seeds, *self._optimizer_variables()]
        # Files of older versions lack the variables that Keras does not list.
        for variable, value in zip(variables, state, strict=False):
            self._assign(variable, value)

    def _assign(self, variable, value: np.ndarray) -> None:
        """Overwrite a variable."""
        variable.assign(value)

    @property
    def learning_rate(self) -> float:
        """Learning rate of the last steps, which a callback may have changed."""
        return float(_copy(self.optimizers[0].learning_rate))

    def set_learning_rate(self, value: float) -> None:
        """Set the learning rate of the following steps."""
        for optimizer, update in zip(self.optimizers, self.graph.updates, strict=True):
            optimizer.learning_rate.assign(value * update.learning_rate)

    def set_loss_weights(self, loss_weights: Mapping[str, float]) -> None:
        """Set the weights of the terms of the loss for the following steps."""
        values = [loss_weights[name] for name in self.graph.architecture.terms]
        self.loss_weights = np.array(values, dtype=np.float32)


def _copy(variable) -> np.ndarray:
    return np.asarray(variable).copy()
