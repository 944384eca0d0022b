"""Optimizers and functions of Keras, by name; nothing is imported for a file."""

from typing import Any

_MODULES = ("activations", "optimizers")
_SCALARS = (type(None), bool, int, float, str)


def describe(value: Any) -> dict | None:
    """What a file says of an optimizer or a function; None for anything else."""
    if not callable(value) and not hasattr(value, "get_config"):
        return None
    import keras

    registered = keras.saving.get_registered_name(type(value))
    if isinstance(value, keras.optimizers.Optimizer):
        config = {
            name: setting
            for name, setting in value.get_config().items()
            # The learning rate is a parameter of every estimator.
            if name not in ("name", "learning_rate") and type(setting) in _SCALARS
        }
        if _builtin("optimizers", type(value).__name__) is type(value):
            return {"module": "optimizers", "name": type(value).__name__} | {
                "config": config
            }
        if keras.saving.get_registered_object(registered) is type(value):
            return {"registered": registered, "config": config}
        return None
    name = getattr(value, "__name__", "")
    if _builtin("activations", name) is value:
        return {"module": "activations", "name": name}
    registered = keras.saving.get_registered_name(value)
    if keras.saving.get_registered_object(registered) is value:
        return {"registered": registered}
    return None


def rebuild(description: Any) -> Any:
    """The object that `description` names; ValueError if there is none."""
    import keras

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
    is_optimizer = isinstance(found, type) and issubclass(
        found, keras.optimizers.Optimizer
    )
    if not is_optimizer or not isinstance(config, dict):
        raise ValueError("a configuration of what has none")
    if any(type(setting) not in _SCALARS for setting in config.values()):
        raise ValueError("an optimizer's setting that is no number")
    return found(**config)


def _builtin(module: Any, name: str) -> Any:
    import keras

    if module not in _MODULES or name.startswith("_"):
        return None
    found = getattr(getattr(keras, module), name, None)
    if module == "optimizers":
        sound = isinstance(found, type) and issubclass(
            found, keras.optimizers.Optimizer
        )
        return found if sound else None
    return found if callable(found) else None
