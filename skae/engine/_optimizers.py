"""New optimizers, specified by name or by an instance."""

import functools
import json

from skae._keras import keras
from skae.engine._keras_settings import own_keras_settings

# Keys added to Keras' configuration: the pattern of the names of weights that do not
# decay, and the class, which Keras cannot find from every configuration.
_EXCLUDED, _CLASS = "exclude_from_weight_decay", "class"


def optimizer_config(optimizer) -> dict:
    """Keras' configuration of `optimizer` (a name or an instance).

    It does not contain the learning rate, which is a parameter of every estimator.

    Raises
    ------
    ValueError
        For optimizers unknown to Keras, and for options that would not act as they do
        in `keras.Model.fit`.
    """
    if isinstance(optimizer, str):
        return _config_by_name(optimizer)
    return _config(optimizer)


@functools.cache  # Keras builds an optimizer for it: takes as long as many steps
def _config_by_name(name: str) -> dict:
    return _config(name)


def _config(optimizer) -> dict:
    try:
        with own_keras_settings():
            instance = keras.optimizers.get(optimizer)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"optimizer={optimizer!r} is unknown to Keras. Give a name such as 'adam', "
            "'nadam', 'rmsprop' or 'sgd', or an instance of keras.optimizers.Optimizer."
        ) from error
    _check_options(instance)
    config = keras.optimizers.serialize(instance)
    config["config"].pop("learning_rate", None)
    config["config"].pop("name", None)
    config[_CLASS] = type(instance)
    excluded = excluded_from_weight_decay(instance)
    return config | {_EXCLUDED: excluded} if excluded else config


def excluded_from_weight_decay(optimizer) -> str | None:
    """The pattern of the names of weights that do not decay; None if all do."""
    pattern = getattr(optimizer, "_exclude_from_weight_decay_pattern", None)
    return pattern and pattern.pattern


def _check_options(optimizer) -> None:
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        raise ValueError(
            "optimizer is a LossScaleOptimizer, but skae trains in float32, where "
            "gradients need no scaling: give the optimizer inside it."
        )
    rate = getattr(optimizer, "_learning_rate", None)
    if callable(rate):
        name = getattr(rate, "__name__", type(rate).__name__)
        raise ValueError(
            f"The optimizer's learning_rate is {name}, a schedule, but here the rate "
            "is a parameter of the estimator: set learning_rate and "
            "learning_rate_schedule there, or give a "
            "keras.callbacks.LearningRateScheduler in callbacks."
        )
    if getattr(optimizer, "_exclude_from_weight_decay", None):
        raise ValueError(
            "The optimizer's exclude_from_weight_decay names variables of another "
            "network in var_list: give parts of names in var_names, such as ['bias']."
        )


def optimizer_key(config: dict) -> str:
    """`config` as text, the same in every process; equal for equal update rules."""
    described = {name: value for name, value in config.items() if name != _CLASS}
    return json.dumps(described, sort_keys=True, default=repr)


def program_key(config: dict) -> tuple[str, type]:
    """Key of `config` in this process, where two classes may have the same name."""
    return optimizer_key(config), config[_CLASS]


def make_optimizer(config: dict):
    """A new optimizer whose learning rate is a plain variable."""
    settings = {**config["config"], "learning_rate": 1e-3}
    optimizer = config[_CLASS].from_config(settings)
    if _EXCLUDED in config:
        optimizer.exclude_from_weight_decay(var_names=[config[_EXCLUDED]])
    return optimizer


def optimizer_variables(optimizer) -> list:
    """All variables of a built optimizer, also those that Keras does not list."""
    listed = list(optimizer.variables)
    known = {id(variable) for variable in listed}
    own = (v for v in vars(optimizer).values() if isinstance(v, keras.Variable))
    # Nadam has such a variable, and classes of users may have some.
    return listed + [v for v in own if id(v) not in known]
