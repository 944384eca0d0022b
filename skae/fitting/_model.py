"""The trained model: weights as arrays, from which Keras models are rebuilt."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skae.data import MAP_BYTES, Rows, map_fields
from skae.engine import Architecture, build_graph, check_all_there, inference


@dataclass
class TrainedModel:
    """The weights of one fit, with the architecture that is needed to use them.

    Parameters
    ----------
    architecture : Architecture
        Specification of the network.

    weights : dict of ndarray
        Weights by name.

    code_size : int
        Number of columns of the codes.

    state : dict, default=None
        State of optimizers, random layers and shuffling, with which training can be
        continued.
    """

    architecture: Architecture
    weights: dict[str, np.ndarray]
    code_size: int
    state: dict[str, Any] | None = None
    _live: dict[str, Any] = field(default_factory=dict, repr=False)

    def __getstate__(self):
        return {**vars(self), "_live": {}}

    def __deepcopy__(self, memo):
        return type(self)(
            self.architecture,
            copy.deepcopy(self.weights, memo),
            self.code_size,
            copy.deepcopy(self.state, memo),
        )

    def run(self, name: str, fields: Mapping[str, np.ndarray]) -> np.ndarray:
        """Outputs of "encoder", "decoder", "autoencoder", ... for a chunk of `Rows`."""
        return self._bound().run(name, fields)

    def run_all(self, name: str, fields: Mapping[str, Rows]) -> np.ndarray:
        """Outputs for all rows, chunk by chunk."""
        n_rows = len(next(iter(fields.values())))
        outputs = self._bound().empty_output(name, n_rows)

        def keep(found: np.ndarray, where: slice) -> None:
            outputs[where] = found

        self.map_all(name, fields, keep)
        return outputs

    def map_all(
        self,
        name: str,
        fields: Mapping[str, Rows],
        function: Callable[[np.ndarray, slice], None],
        n_bytes: int = MAP_BYTES,
    ) -> None:
        """Call ``function(outputs, where)`` for each chunk, up to two in parallel."""
        bound = self._bound()
        needed = {key: fields[key] for key in bound.inputs_of(name)}
        map_fields(
            needed,
            lambda chunks, where: function(bound.run(name, chunks), where),
            n_bytes,
        )

    @property
    def code_dtype(self) -> np.dtype:
        """Data type of the codes."""
        return self._bound().empty_output("encoder", 0).dtype

    def weights_of(self, name: str) -> dict[str, np.ndarray]:
        """The weights that the function `name` uses."""
        names = inference(self.architecture).weights_of(name)
        return {name: self.weights[name] for name in names}

    def _bound(self):
        bound = self._live.get("bound")
        if bound is None:
            bound = inference(self.architecture).bind(self.weights)
            self._live["bound"] = bound
        return bound

    def keras_models(self) -> Any:
        """Live, connected Keras models with these weights: a `Graph`."""
        graph = self._live.get("graph")
        if graph is None:
            graph = build_graph(self.architecture)
            check_all_there(graph.weights, self.weights)
            for name, variable in graph.weights.items():
                variable.assign(self.weights[name])
            self._live["graph"] = graph
        return graph
