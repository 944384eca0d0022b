"""Conversion of documents of format version 1 to the present version.

Version 1 stored the parameters of the graph as an unfitted estimator ("spec"), and the
layout as a tuple that depended on the family.
"""

from collections.abc import Mapping
from typing import Any

from skae.base import BaseAutoencoder


def convert(node: Any, classes: Mapping[str, type]) -> Any:
    """Convert a node of a document of version 1, and all within it, to version 2."""
    if isinstance(node, list):
        return [convert(item, classes) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: convert(value, classes) for key, value in node.items()}
    if set(node) == {"estimator"}:
        return {"estimator": _estimator(node["estimator"], classes)}
    return node


def _estimator(node: Any, classes: Mapping[str, type]) -> Any:
    """Convert an estimator: its model and layout get the present classes."""
    cls = classes.get(node.get("class")) if isinstance(node, dict) else None
    if cls is None or not issubclass(cls, BaseAutoencoder):
        return node
    fitted = node.get("fitted")
    model = fitted.get("_model") if isinstance(fitted, dict) else None
    if not isinstance(model, dict):
        return node
    model = dict(model["model"])
    shape, spec = model.pop("sample_shape"), dict(model.pop("spec")["parameters"])
    names = ["data", *(["target"] if spec.pop("_paired") else [])]
    values = {
        name: value for name, value in spec.items() if name in cls._graph_parameters()
    }
    values |= {"terms": spec["_penalty_names"], "padded": spec["_padded"]}
    model["architecture"] = {
        "class": cls._architecture.__name__,
        "fields": {name: [shape, "float32"] for name in names},
        "values": values,
    }
    layout = cls._architecture.layout
    layout_values = _LAYOUTS[layout.__name__](shape, fitted.get("_layout"))
    layout_node = {"class": layout.__name__, "values": layout_values}
    fitted = {**fitted, "_model": {"model": model}, "_layout": {"layout": layout_node}}
    return {**node, "fitted": fitted}


def _table(shape: list[int], layout: Any) -> dict[str, Any]:
    return {"width": shape[0]}


def _images(shape: list[int], layout: Any) -> dict[str, Any]:
    return {"image_shape": {"tuple": shape}, "row_shape": layout}


def _sequences(shape: list[int], layout: Any) -> dict[str, Any]:
    ndim, as_list = layout["tuple"]
    sizes = {"n_timesteps": shape[0], "n_features_per_step": shape[1]}
    return {**sizes, "ndim": ndim, "as_list": as_list}


_LAYOUTS = {
    "TableLayout": _table,
    "ImageLayout": _images,
    "SequenceLayout": _sequences,
}
