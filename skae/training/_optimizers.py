"""Optimizers by name or by example, always fresh."""

import functools
import json


def optimizer_config(optimizer) -> dict:
    """Keras' description of `optimizer` (a name or an instance).

    The learning rate is not part of it: that is a parameter of every estimator.
    """
    if isinstance(optimizer, str):
        return _config_by_name(optimizer)
    return _config(optimizer)


@functools.cache  # Keras builds an optimizer to describe it: as long as many steps
def _config_by_name(name: str) -> dict:
    return _config(name)


def _config(optimizer) -> dict:
    import keras

    try:
        instance = keras.optimizers.get(optimizer)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"optimizer={optimizer!r} is unknown to Keras. Give a name such as 'adam', "
            "'nadam', 'rmsprop' or 'sgd', or an instance of keras.optimizers.Optimizer."
        ) from error
    config = keras.optimizers.serialize(instance)
    config["config"].pop("learning_rate", None)
    config["config"].pop("name", None)
    return config


def optimizer_key(config: dict) -> str:
    """`config` as text: equal for optimizers that take equal steps."""
    return json.dumps(config, sort_keys=True, default=repr)


def make_optimizer(config: dict):
    """A new optimizer whose learning rate is a plain variable."""
    import keras

    config = {**config, "config": {**config["config"], "learning_rate": 1e-3}}
    return keras.optimizers.deserialize(config)
