"""Optimizers, activations and losses of Keras by name; loading imports no modules."""

import inspect
from typing import Any

import numpy as np

from skae._keras import keras
from skae.engine import excluded_from_weight_decay, freeze

# Layers that a file may contain as activations; they have no weights.
_LAYERS = ("ELU", "LeakyReLU", "ReLU", "Softmax")
_MODULES = ("activations", "layers", "losses", "optimizers")
_SCALARS = (type(None), bool, int, float, str)


def describe(value: Any) -> dict | None:
    """Describe an optimizer, an activation or a loss; None for any other object."""
    if not callable(value) and not hasattr(value, "get_config"):
        return None
    if isinstance(value, keras.optimizers.Optimizer):
        if excluded_from_weight_decay(value):  # not part of its configuration
            return None
        # The learning rate is a parameter of every estimator.
        config = _settings(value, leave_out=("name", "learning_rate"))
        return None if config is None else _describe("optimizers", type(value), config)
    if isinstance(value, keras.losses.Loss):
        return _describe_loss(value)
    if _is_layer(type(value)):
        config = _settings(value, leave_out=("name", "dtype"))
        if config is None:
            return None
        config["dtype"] = value.dtype_policy.name
        return {"module": "layers", "name": type(value).__name__, "config": config}
    name = getattr(value, "__name__", None)
    if not isinstance(name, str):  # callable objects have no name
        return None
    for module in ("activations", "losses"):
        if not isinstance(value, type) and _builtin(module, name) is value:
            return {"module": module, "name": name}
    registered = keras.saving.get_registered_name(value)
    if keras.saving.get_registered_object(registered) is value:
        return {"registered": registered}
    return None


def _describe_loss(loss) -> dict | None:
    """Describe a loss; None if its class would not make the same one again."""
    # Keras' own losses have settings that their configuration leaves out.
    own = getattr(loss, "_fn_kwargs", {})
    # The reduction is not used.
    config = _settings(loss, leave_out=("name", "reduction"), further=own)
    found = None if config is None else _describe("losses", type(loss), config)
    try:
        is_same = found is not None and freeze(rebuild(found)) == freeze(loss)
    except Exception:  # the constructor of a class of the user may raise anything
        return None
    return found if is_same else None


def _settings(
    value: Any, leave_out: tuple[str, ...], further: dict | None = None
) -> dict | None:
    """Configuration of a Keras object; None if not all values are plain."""
    config = value.get_config() | (further or {})
    config = {k: v for k, v in config.items() if k not in leave_out}
    for name, setting in list(config.items()):
        if isinstance(setting, np.generic):
            config[name] = setting.item()
        elif isinstance(setting, list) and not setting:  # Muon's form of None
            del config[name]
    plain = all(type(setting) in _SCALARS for setting in config.values())
    return config if plain else None


def _describe(module: str, cls: type, config: dict) -> dict | None:
    if _builtin(module, cls.__name__) is cls:
        return {"module": module, "name": cls.__name__, "config": config}
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
    may_have = _is_optimizer(found) or _is_layer(found) or _is_loss(found)
    if not may_have or not isinstance(config, dict):
        raise ValueError("an invalid configuration of a Keras object")
    if any(type(setting) not in _SCALARS for setting in config.values()):
        raise ValueError("an invalid setting of a Keras object")
    return found(**config)


def _builtin(module: Any, name: str) -> Any:
    if module not in _MODULES or name.startswith("_"):
        return None
    found = getattr(getattr(keras, module), name, None)
    sound = {
        "activations": callable,
        "layers": _is_layer,
        "losses": lambda found: _is_loss(found) or _is_loss_function(found),
        "optimizers": _is_optimizer,
    }
    return found if sound[module](found) else None


def _is_optimizer(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, keras.optimizers.Optimizer)


def _is_loss(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, keras.losses.Loss)


def _is_loss_function(found: Any) -> bool:
    """Whether it is a loss, and not a function of Keras that reads or finds losses."""
    if not inspect.isfunction(found):
        return False
    return [*inspect.signature(found).parameters][:2] == ["y_true", "y_pred"]


def _is_layer(found: Any) -> bool:
    """Whether it is one of the layers of Keras that a file may contain."""
    return any(found is getattr(keras.layers, name) for name in _LAYERS)
