"""Encoders and decoders of the user: functions, classes, or built Keras models."""

import copy
import hashlib
import inspect
import json
import sys
import weakref
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from skae._keras import keras
from skae._saved_state import SavedState
from skae.engine import freeze
from skae.families.keras_networks._copies import (
    config_of,
    model_of,
    name_of,
    unregistered_objects,
)
from skae.families.keras_networks._default_networks import dense_decoder, dense_encoder

# Models that functions have returned.
_returned: "weakref.WeakSet[Any]" = weakref.WeakSet()


class Network(SavedState):
    """Specification of an encoder or decoder: immutable, equal for equal networks.

    Parameters
    ----------
    keeps_weights : bool
        Whether training starts from the weights with which the network comes.
    """

    keeps_weights: bool

    # Not in `vars`, which files hold: a file must not bring code, nor the key of
    # another network.
    __slots__ = ("_frozen", "_own")

    @abstractmethod
    def make(self, role: str, **given) -> Any:
        """A new model, with weights of its own; `role` is "encoder" or "decoder"."""

    @abstractmethod
    def _identity(self) -> Any:
        """Values that determine the network."""

    def after_call(self, model) -> None:
        """Complete a model from `make` after its first call, when it has weights."""

    def __eq__(self, other):
        if not isinstance(other, Network):
            return NotImplemented
        return type(self) is type(other) and self._key() == other._key()

    def __hash__(self):
        return hash(self._key())

    def _key(self):
        # Once: variables of a function may change later.
        if not hasattr(self, "_frozen"):
            self._frozen = freeze(self._identity()), self.keeps_weights
        return self._frozen

    def __getstate__(self):
        # The key of one process is not valid in another.
        own = {"_own": self._own} if hasattr(self, "_own") else {}
        return dict(vars(self)), own

    def __setstate__(self, state):
        # skops calls it with what `__getstate__` returned, as pickle does.
        values, own = state
        vars(self).update(values)
        for name, value in own.items():
            setattr(self, name, value)

    def __deepcopy__(self, memo):
        return self


class FunctionNetwork(Network):
    """A network that a function, or the class of a model, builds.

    Parameters
    ----------
    function : callable or None
        Gets those of the arguments `input_shape` and `encoding_dim` that it names, and
        `parameters`. None stands for dense layers.

    parameters : dict
        Further arguments.

    keeps_weights : bool, default=False
        Whether training starts from the weights with which the model is returned.
    """

    def __init__(
        self,
        function: Callable | None,
        parameters: Mapping[str, Any],
        keeps_weights: bool = False,
    ):
        self.function, self.keeps_weights = function, keeps_weights
        self.parameters = copy.deepcopy(dict(parameters))
        self._key()

    def make(self, role, **given):
        """Call the function."""
        function = function_of(self.function, role)
        names = arguments_of(function)
        if twice := given.keys() & self.parameters.keys():
            raise ValueError(
                f"{role}__{min(twice)} cannot be set: {role} gets this argument from "
                "the estimator and the data."
            )
        given = {name: value for name, value in given.items() if name in names}
        title = f"{role}={name_of(function)}"
        try:
            inspect.signature(function).bind(**given, **self.parameters)
        except TypeError as error:
            raise TypeError(
                f"{title} cannot be called: {error}. It gets the arguments "
                "input_shape (the shape of a row of X) and encoding_dim if it has "
                f"parameters of these names, and those set as {role}__<name>."
            ) from error
        try:
            model = function(**given, **copy.deepcopy(self.parameters))
        except (TypeError, ValueError) as error:
            arguments = {**given, **self.parameters}
            told = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
            raise ValueError(f"{title} failed with {told}: {error}") from error
        if not isinstance(model, keras.layers.Layer):
            raise TypeError(
                f"{title} must return a keras.Model; got {type(model).__name__}."
            )
        if model in _returned:
            raise ValueError(
                f"{title} has returned the same model twice. Build a new one in each "
                f"call, or give the model itself: {role}=model."
            )
        _returned.add(model)
        return model

    def _identity(self):
        return self.function, self.parameters

    def __repr__(self):
        given = [f"{name}={value!r}" for name, value in self.parameters.items()]
        name = "dense layers" if self.function is None else name_of(self.function)
        return f"{name}({', '.join(given)})"


class BuiltNetwork(Network):
    """A copy of a built Keras model.

    Parameters
    ----------
    model : keras.Model

    keeps_weights : bool, default=False
        Whether training starts from the weights of `model`.

    Attributes
    ----------
    config : dict
        Keras' description of the model.

    trainable : list of bool
        Which of the model's layers are trained, in the order of `_flatten_layers`.

    weights : list of ndarray or None
        The weights, if they are kept.

    own : dict
        Classes and functions of the user by name, which Keras does not know.
    """

    def __init__(self, model, keeps_weights: bool = False):
        self.keeps_weights = keeps_weights
        self.config = config_of(model)
        self.trainable = [layer.trainable for layer in model._flatten_layers()]
        self.weights = None
        if keeps_weights:
            if not model.built:
                raise ValueError(
                    f"The model {model.name!r} is to keep its weights, but has none "
                    "yet: begin it with an Input, or call it on some rows."
                )
            self.weights = [np.asarray(w).copy() for w in model.get_weights()]
        self._own = unregistered_objects(model)

    @property
    def own(self) -> dict[str, Any]:
        """Classes and functions of the user; none in a network from a file."""
        return getattr(self, "_own", {})

    def make(self, role, **given):
        """Build a copy."""
        try:
            return model_of(self.config, self.own)
        except Exception as error:  # Keras and classes of users may raise anything
            if not hasattr(self, "_own"):  # from a file
                raise ValueError(str(error)) from error
            text = str(error).split("\n\n")[0]
            raise TypeError(
                f"The {role} cannot be copied: {text} Give a function or a class that "
                "builds the model, instead of the model itself."
            ) from error

    def after_call(self, model):
        """Freeze the layers that are frozen, and set weights that are kept."""
        layers = list(model._flatten_layers())
        if len(layers) == len(self.trainable):
            for layer, is_trained in zip(layers, self.trainable, strict=True):
                if layer.trainable != is_trained:
                    layer.trainable = is_trained
        if self.weights is not None:
            model.set_weights(self.weights)
        for layer in layers:
            if hasattr(layer, "finalize_state"):  # adapted layers compute with copies
                layer.finalize_state()

    def restored(self, role: str):
        """A model with the weights that are kept."""
        model = self.make(role)
        self.after_call(model)
        return model

    def _identity(self):
        text = json.dumps([self.config, self.trainable], default=repr)
        found = hashlib.sha256(text.encode())
        for array in self.weights or ():
            found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest(), tuple(self.own.values())

    def __repr__(self):
        name = self.config["config"].get("name", "without a name")
        return f"<{self.config['class_name']} {name!r}>"


def function_of(value: Callable | None, role: str) -> Callable:
    """A function of the user, or the one for None."""
    default = dense_encoder if role == "encoder" else dense_decoder
    return default if value is None else value


def arguments_of(function: Callable) -> dict[str, inspect.Parameter]:
    """Arguments of a function by name; `self` and those without a name left out."""
    found = inspect.signature(function).parameters.values()
    return {p.name: p for p in found if p.kind is not p.VAR_POSITIONAL}


def is_model(value: Any) -> bool:
    """Whether a value is a built Keras model, or a layer."""
    # Who has a model has imported Keras, which takes seconds.
    return "keras" in sys.modules and isinstance(value, keras.layers.Layer)


def _check_not_pretrained(model, role: str) -> None:
    """Raise ValueError if a model has weights that are meant to be kept."""
    for layer in model._flatten_layers():
        is_adapted = hasattr(layer, "adapt") and bool(layer.weights)
        if is_adapted or (not layer.trainable and layer.weights):
            what = "has been adapted to data" if is_adapted else "is frozen"
            raise ValueError(
                f"The layer {layer.name!r} of the {role} {what}, but a fit begins with "
                "new weights. Set pretrained=True to keep those of the model; or make "
                "the layer trainable, or leave it out."
            )


def as_network(
    value: Any, parameters: Mapping[str, Any], role: str, keeps_weights: bool
) -> Network:
    """The network that a parameter of the estimator specifies."""
    if is_model(value):
        if parameters:
            raise ValueError(
                f"{role} is a built model, which takes no parameters; got "
                f"{role}__{min(parameters)}. Give a function that builds the model."
            )
        if not keeps_weights:
            _check_not_pretrained(value, role)
        return BuiltNetwork(value, keeps_weights)
    if value is None or callable(value):
        return FunctionNetwork(value, parameters, keeps_weights)
    raise TypeError(
        f"{role} must be a function that returns a keras.Model, the class of a model, "
        f"or a keras.Model; got {value!r}."
    )
