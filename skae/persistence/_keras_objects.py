"""Optimizers and activations of Keras by name; loading imports no modules."""

from typing import Any

import numpy as np

from skae._keras import keras
from skae.engine import excluded_from_weight_decay

# Layers that a file may contain as activations; they have no weights.
_LAYERS = ("ELU", "LeakyReLU", "ReLU", "Softmax")
_MODULES = ("activations", "layers", "optimizers")
_SCALARS = (type(None), bool, int, float, str)


def describe(value: Any) -> dict | None:
    """Describe an optimizer or an activation; None for any other object."""
    if not callable(value) and not hasattr(value, "get_config"):
        return None
    if isinstance(value, keras.optimizers.Optimizer):
        if excluded_from_weight_decay(value):  # not part of its configuration
            return None
        # The learning rate is a parameter of every estimator.
        config = _settings(value, leave_out=("name", "learning_rate"))
        return None if config is None else _describe_optimizer(type(value), config)
    if _is_layer(type(value)):
        config = _settings(value, leave_out=("name", "dtype"))
        if config is None:
            return None
        config["dtype"] = value.dtype_policy.name
        return {"module": "layers", "name": type(value).__name__, "config": config}
    name = getattr(value, "__name__", None)
    if not isinstance(name, str):  # callable objects have no name
        return None
    if _builtin("activations", name) is value:
        return {"module": "activations", "name": name}
    registered = keras.saving.get_registered_name(value)
    if keras.saving.get_registered_object(registered) is value:
        return {"registered": registered}
    return None


def _settings(value: Any, leave_out: tuple[str, ...]) -> dict | None:
    """Configuration of a Keras object; None if not all values are plain."""
    config = {k: v for k, v in value.get_config().items() if k not in leave_out}
    for name, setting in list(config.items()):
        if isinstance(setting, np.generic):
            config[name] = setting.item()
        elif isinstance(setting, list) and not setting:  # Muon's form of None
            del config[name]
    plain = all(type(setting) in _SCALARS for setting in config.values())
    return config if plain else None


def _describe_optimizer(cls: type, config: dict) -> dict | None:
    if _builtin("optimizers", cls.__name__) is cls:
        return {"module": "optimizers", "name": cls.__name__, "config": config}
    registered = keras.saving.get_registered_name(cls)
    if keras.saving.get_registered_object(registered) is cls:
        return {"registered": registered, "config": config}
    return None


def rebuild(description: Any) -> Any:
    """Return the object that `description` names; raise ValueError if invalid."""
    if not isinstance(description, dict):
        raise ValueError("no description of a Keras object")
    registered, config = description.get("registered"), description.get("config")
    if registered is not None:
        found = keras.saving.get_registered_object(str(registered))
        if found is None:
            raise ValueError(
                f"it needs {registered!r}: import the module that registers it with "
                "keras.saving.register_keras_serializable"
            )
    else:
        found = _builtin(description.get("module"), str(description.get("name")))
        if found is None:
            raise ValueError(f"an unknown Keras object {description.get('name')!r}")
    if config is None:
        return found
    if not (_is_optimizer(found) or _is_layer(found)) or not isinstance(config, dict):
        raise ValueError("an invalid configuration of a Keras object")
    if any(type(setting) not in _SCALARS for setting in config.values()):
        raise ValueError("an invalid setting of a Keras object")
    return found(**config)


def _builtin(module: Any, name: str) -> Any:
    if module not in _MODULES or name.startswith("_"):
        return None
    found = getattr(getattr(keras, module), name, None)
    sound = {"activations": callable, "layers": _is_layer, "optimizers": _is_optimizer}
    return found if sound[module](found) else None


def _is_optimizer(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, keras.optimizers.Optimizer)


def _is_layer(found: Any) -> bool:
    """Whether it is one of the layers of Keras that a file may contain."""
    return any(found is getattr(keras.layers, name) for name in _LAYERS)
