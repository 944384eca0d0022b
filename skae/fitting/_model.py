"""What a fit leaves behind: weights as arrays, models rebuilt when asked for."""

import copy
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skae.data._rows import Rows
from skae.training import Blueprint, inference


def freeze(value: Any) -> Hashable:
    """A hashable stand-in for a parameter; equal only for equal graphs."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()  # Python's own numbers
    if isinstance(value, list | tuple):
        return (type(value).__name__, *map(freeze, value))
    if isinstance(value, Mapping):
        return ("dict", *((k, freeze(v)) for k, v in sorted(value.items())))
    if hasattr(value, "get_config") and not isinstance(value, type):  # Keras objects
        config = json.dumps(value.get_config(), sort_keys=True, default=repr)
        return (type(value), config)
    try:
        hash(value)
    except TypeError:
        return object()  # equal to nothing: the graph is not shared
    return (type(value).__name__, value)  # 1, 1.0 and True differ


def make_blueprint(spec, sample_shape: tuple[int, ...]) -> Blueprint:
    """What determines the graph of `spec`, an estimator's graph parameters."""
    parameters = freeze(vars(spec))
    return Blueprint(
        key=(type(spec), sample_shape, parameters),
        build=lambda: spec._build_graph(sample_shape),
    )


@dataclass
class TrainedModel:
    """The weights of one fit and all that is needed to use them.

    Parameters
    ----------
    spec : object
        The estimator with nothing but the parameters that determine the graph.

    sample_shape : tuple of int

    weights : dict of ndarray
        By path.

    code_size : int
        Number of columns of the codes.

    state : dict or None
        Optimizer, random layers and shuffling, for training to go on.
    """

    spec: Any
    sample_shape: tuple[int, ...]
    weights: dict[str, np.ndarray]
    code_size: int
    state: dict[str, Any] | None = None
    _live: dict[str, Any] = field(default_factory=dict, repr=False)

    def __getstate__(self):
        return {**vars(self), "_live": {}}

    def __deepcopy__(self, memo):
        return type(self)(
            self.spec,
            self.sample_shape,
            copy.deepcopy(self.weights, memo),
            self.code_size,
            copy.deepcopy(self.state, memo),
        )

    def run(self, name: str, *inputs: np.ndarray) -> np.ndarray:
        """Outputs of "encoder", "decoder", "autoencoder", ... for chunks of `Rows`."""
        return self._bound().run(name, *inputs)

    def run_all(self, name: str, rows: Rows) -> np.ndarray:
        """Outputs for all rows, chunk by chunk."""
        shape = self._bound().output_shapes[name]
        outputs = np.empty((len(rows), *shape), dtype=np.float32)

        def serve(chunk: np.ndarray, where: slice) -> None:
            outputs[where] = self.run(name, chunk)

        rows.map(serve)
        return outputs

    def _bound(self):
        bound = self._live.get("bound")
        if bound is None:
            blueprint = make_blueprint(self.spec, self.sample_shape)
            bound = self._live["bound"] = inference(blueprint).bind(self.weights)
        return bound

    def keras_models(self) -> Any:
        """Live, connected Keras models with these weights: a `Graph`."""
        graph = self._live.get("graph")
        if graph is None:
            blueprint = make_blueprint(self.spec, self.sample_shape)
            graph = blueprint.build_graph()
            for variable in graph.autoencoder.weights:
                variable.assign(self.weights[variable.path])
            self._live["graph"] = graph
        return graph
