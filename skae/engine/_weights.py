"""Names of weights by their position in a graph, not by Keras' counters."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from skae._keras import keras


def named_weights(models: "Iterable[keras.Model]") -> dict[str, Any]:
    """The weights of `models` by names that are the same in every process and thread.

    Keras names an unnamed layer by its class and a counter of the process: `dense_7`.
    Here the counter is that of the graph, in the order in which the layers appear. A
    layer with a name of its own keeps it: "encoder_0/kernel".
    """
    models = list(models)
    parents = dict(_leaves(models))
    layers = list(parents)
    stems = {_snake(type(part).__name__) for layer in layers for part in _parts(layer)}
    stems |= {_snake(type(m).__name__) for model in models for m in _parts(model)}
    taken: dict[tuple[str, str], Any] = {}

    def rename(scope: str, segment: str, owner: Any) -> str:
        stem = re.sub(r"_\d+$", "", segment)
        stem = stem if stem in stems else segment
        candidate, count = stem, 0
        while taken.setdefault((scope, candidate), owner) != owner:
            count += 1
            candidate = f"{stem}_{count}"
        return candidate

    found: dict[str, Any] = {}
    seen: set[int] = set()
    for layer in layers:
        for weight in layer.weights:
            if id(weight) in seen:
                continue
            seen.add(id(weight))
            *scopes, last = weight.path.split("/")
            first, *inner = scopes or [layer.name]
            # Two layers may have the same name, one in each of two models.
            around = (model for model in parents[layer] if model.name == first)
            owner = next(around, layer)
            name = rename("", first, id(owner))
            for segment in inner:
                name += "/" + rename(name, segment, segment)
            name += f"/{last}"
            while name in found:
                name += "_"
            found[name] = weight
    return found


def _leaves(models) -> Iterator[tuple[Any, tuple]]:
    """The layers of nested models, each once, with the models that contain it."""
    seen: set[int] = set()
    todo: list[tuple[Any, tuple]] = [(model, ()) for model in models]
    while todo:
        layer, around = todo.pop(0)
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        if isinstance(layer, keras.Model) and _is_plain(layer):
            todo = [*((inner, (*around, layer)) for inner in layer.layers), *todo]
        else:
            yield layer, around


def _is_plain(model: "keras.Model") -> bool:
    # A subclass with a `call` of its own may have weights that no layer has.
    inner = {id(w) for layer in model.layers for w in layer.weights}
    return all(id(w) in inner for w in model.weights)


def _parts(layer) -> list:
    """A layer and all layers inside it."""
    return [layer, *layer._flatten_layers(include_self=False)]


def _snake(name: str) -> str:
    """Keras' conversion of a class name to a layer name: LSTMCell, lstm_cell."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def check_all_there(names: Iterable[str], weights: Mapping[str, np.ndarray]) -> None:
    """Raise ValueError, with the name of a missing weight, unless all are there."""
    missing = sorted(set(names) - weights.keys())
    if missing:
        raise ValueError(
            f"The weights {missing[0]!r} are not among those of the fit, "
            f"{sorted(weights)}: the network was built in another way than then."
        )
