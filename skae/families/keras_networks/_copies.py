"""Copies of Keras models by their configuration, from trusted sources or files."""

import copy
import sys
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from skae._keras import keras

# Layers that run code or read files which their configuration names.
_UNSAFE = (
    *("FlaxLayer", "JaxLayer", "Lambda", "TFSMLayer", "TorchModuleWrapper"),
    *("HashedCrossing", "Hashing", "IntegerLookup", "StringLookup"),
    *("FeatureSpace", "TextVectorization"),
)
# The name of all functions that are lambdas, and Keras' names of plain values.
_LAMBDA = "<lambda>"
_VALUES = (
    *("__tensor__", "__numpy__", "__keras_tensor__"),
    *("__slice__", "__ellipsis__", "__bytes__"),
)
# Where Keras has the objects that a configuration may name.
_MODULES = ("activations", "constraints", "initializers", "layers", "regularizers")


def config_of(model) -> dict[str, Any]:
    """Keras' configuration of a model, without what `compile` has set."""
    try:
        config = keras.saving.serialize_keras_object(model)
    except NotImplementedError as error:
        raise TypeError(
            f"The {name_of(type(model))} cannot be copied, since Keras does not know "
            "its configuration. Give its class or a function that returns it, or write "
            f"its get_config(). ({error})"
        ) from error
    return {key: value for key, value in config.items() if key != "compile_config"}


def model_of(config: Mapping[str, Any], own: Mapping[str, Any]) -> Any:
    """A new model of a configuration, of Keras' own objects and those in `own`.

    Raises
    ------
    ValueError
        If the configuration names anything else. Nothing has been imported or called.
    """
    for node in _nodes(config):
        _check(node, own)
    unsafe = any(name in (*_UNSAFE, _LAMBDA) for name in own)
    return keras.saving.deserialize_keras_object(
        copy.deepcopy(config), custom_objects=dict(own), safe_mode=not unsafe
    )


def split(model, code: str) -> tuple[Any, Any]:
    """The parts of a functional model before and after the layer `code`."""
    names = [layer.name for layer in model.layers]
    if code not in names:
        raise ValueError(f"The model has no layer {code!r}; it has the layers {names}.")
    if not getattr(model, "inputs", None) or not getattr(model, "outputs", None):
        raise ValueError(
            f"The {name_of(type(model))} is no functional model that can be split. "
            "Give an encoder and a decoder."
        )
    if len(model.inputs) > 1 or len(model.outputs) > 1:
        raise ValueError(
            f"The model has {len(model.inputs)} inputs and {len(model.outputs)} "
            "outputs; an autoencoder has one of each. Give an encoder and a decoder."
        )
    found = _output_of(model, code)
    try:
        return keras.Model(model.inputs[0], found), keras.Model(found, model.outputs[0])
    except ValueError as error:
        raise ValueError(
            f"The outputs of the model do not come from the layer {code!r} alone: "
            f"there is a way around it, with which a code cannot be decoded. ({error})"
        ) from error


def _output_of(model, code: str) -> Any:
    """The outputs of the layer `code` in a functional or sequential model."""
    levels = getattr(model, "_functional", model)._nodes_by_depth.values()
    nodes = [node for level in levels for node in level]
    own = [node for node in nodes if node.operation is model.get_layer(code)]
    if len(own) != 1:
        raise ValueError(f"The layer {code!r} is used {len(own)} times in the model.")
    if len(own[0].outputs) != 1:
        raise ValueError(f"The layer {code!r} has several outputs; one is the code.")
    return own[0].outputs[0]


def unregistered_objects(model) -> dict[str, Any]:
    """Classes and functions of a model that are neither Keras' nor registered."""
    found = {}
    for layer in model._flatten_layers():
        for value in (type(layer), *_parts(layer)):
            name = keras.saving.get_registered_name(value)
            if keras.saving.get_registered_object(name) is value:
                continue
            if _builtin(value.__module__, value.__name__) is value:
                continue
            if found.setdefault(name, value) is not value:
                raise ValueError(
                    f"The model has two different {name!r}, which Keras cannot tell "
                    "apart in a copy. Give them names of their own, or give a function "
                    "that builds the model."
                )
    return found


def _parts(layer) -> Iterator[Any]:
    """Functions of a layer, such as activations, and classes of its other settings."""
    settings = (
        keras.initializers.Initializer,
        keras.regularizers.Regularizer,
        keras.constraints.Constraint,
    )
    for name in layer.get_config():
        value = getattr(layer, name, None)
        if isinstance(value, FunctionType):
            yield value
        elif isinstance(value, settings):
            yield type(value)


def name_of(value: Any) -> str:
    """Name of a function or class."""
    return getattr(value, "__name__", None) or repr(value)


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    """The descriptions of objects in a configuration."""
    if isinstance(value, Mapping):
        if "class_name" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _nodes(part)


def _check(node: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    name, module = node["class_name"], node.get("module")
    if name in _VALUES:
        return
    registered = node.get("registered_name") or name
    if name == "function":
        name = registered = node.get("config")
    found = None
    if isinstance(registered, str):
        found = own.get(registered) or keras.saving.get_registered_object(registered)
    # Keras goes by either name, so that they must be of one object.
    is_registered = found is not None and name in (found.__name__, registered)
    known = is_registered or _builtin(module, name) is not None
    is_lambda = name == "__lambda__" and bool({"Lambda", _LAMBDA} & own.keys())
    if not known and not is_lambda:
        raise ValueError(
            f"its network has a {name!r} of {module!r}, which Keras does not know: "
            "import the module that registers it with "
            "keras.saving.register_keras_serializable"
        )


def _builtin(module: Any, name: Any) -> Any:
    """An object of Keras that is safe to build; None for all others."""
    if not isinstance(module, str) or not isinstance(name, str) or name in _UNSAFE:
        return None
    if module.partition(".")[0] != "keras" or name.startswith("_"):
        return None
    places = (getattr(keras, place) for place in _MODULES)
    found = next((vars(p)[name] for p in places if name in vars(p)), None)
    if found is None and name in ("Functional", "Model", "Sequential", "DTypePolicy"):
        from keras.src.models import Functional

        return Functional if name == "Functional" else getattr(keras, name)
    if found is None and module.startswith("keras.src.ops."):
        found = vars(sys.modules.get(module, keras)).get(name)
        is_operation = isinstance(found, type) and issubclass(found, keras.Operation)
        return found if is_operation else None
    return found if callable(found) else None
