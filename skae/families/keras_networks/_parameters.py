"""Parameters of an estimator that are networks, and the parameters of these."""

import copy
import inspect
from collections.abc import Mapping
from numbers import Integral
from typing import Any, ClassVar, Self

from skae._sklearn import Interval, StrOptions
from skae.families.keras_networks._copies import split
from skae.families.keras_networks._networks import (
    BuiltNetwork,
    Network,
    arguments_of,
    as_network,
    function_of,
    is_model,
)

# Arguments of the functions that are not parameters of the estimator's networks.
_GIVEN = ("input_shape", "encoding_dim", "condition_shape", "variational")

_ROLES = ("encoder", "decoder")


class NetworkParameters:
    """Constructor parameters `encoder` and `decoder`, and ``encoder__<name>``.

    Mixin, to the left of `BaseAutoencoder`. Built models are shared by clones, since a
    fit copies them, and are pickled by their configuration.
    """

    _outside_graph: ClassVar[tuple[str, ...]] = ("pretrained",)

    _parameter_constraints: ClassVar[dict] = {
        "encoder": "no_validation",  # a fit says what is wrong
        "decoder": "no_validation",
        # 0 keeps the weights with which the networks come.
        "epochs": [StrOptions({"auto"}), Interval(Integral, 0, None, closed="left")],
        "pretrained": ["boolean", StrOptions({"encoder", "decoder"})],
    }

    def _set_network_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Assign further parameters of the constructor, which `fit` checks."""
        vars(self).update(parameters)

    def _validate_params(self):
        super()._validate_params()
        for name in self._further_parameters():
            if not _is_prefixed(name):
                raise TypeError(
                    f"{type(self).__name__} has no parameter {name!r}. Names of "
                    "parameters of the networks begin with encoder__ or decoder__."
                )

    def _further_parameters(self) -> dict[str, Any]:
        """Parameters of the constructor that its signature does not name."""
        known = set(self._get_param_names())
        return {
            name: value
            for name, value in vars(self).items()
            if name not in known and not name.startswith("_") and not name.endswith("_")
        }

    @classmethod
    def from_model(cls, model, code: str, **parameters) -> Self:
        """Make an estimator from one Keras model with a bottleneck.

        Parameters
        ----------
        model : keras.Model
            Functional or sequential model from rows to reconstructions. It is not
            changed, and need not be compiled.

        code : str
            Name of the layer whose outputs are the code.

        **parameters : object
            Parameters of the estimator. ``pretrained=True`` keeps the weights of
            `model`.

        Returns
        -------
        estimator : object
            Unfitted estimator, with the parts of the model before and after `code` as
            its `encoder` and `decoder`.

        Raises
        ------
        ValueError
            If the model has no layer `code`, or another way around it.
        """
        encoder, decoder = split(model, code)
        return cls(encoder, decoder, **parameters)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters of the estimator, with those of its networks.

        Parameters
        ----------
        deep : bool, default=True
            Whether parameters of the functions `encoder` and `decoder` are included
            that have their defaults.

        Returns
        -------
        params : dict
            Values by name.
        """
        found = super().get_params(deep=False)
        own = self._further_parameters()
        if not deep:
            return found | own
        return found | self._network_defaults() | own

    def _network_defaults(self) -> dict[str, Any]:
        return {
            f"{role}__{name}": parameter.default
            for role in _ROLES
            for name, parameter in self._arguments_of(role).items()
            if parameter.default is not inspect.Parameter.empty
        }

    def _arguments_of(self, role: str) -> dict[str, inspect.Parameter]:
        """Parameters of the function `role`; none for a built model."""
        function = function_of(getattr(self, role), role)
        if is_model(function) or not callable(function):
            return {}
        found = arguments_of(function)
        return {name: p for name, p in found.items() if name not in _GIVEN}

    def set_params(self, **params) -> Self:
        """Set parameters of the estimator, and of its networks.

        Parameters
        ----------
        **params : dict
            Values by name. ``encoder__<name>`` is the argument ``<name>`` of `encoder`.

        Returns
        -------
        self : object
            The estimator.
        """
        own = {name: value for name, value in params.items() if _is_prefixed(name)}
        super().set_params(**{k: v for k, v in params.items() if k not in own})
        for name in own:
            role, _, argument = name.partition("__")
            allowed = self._arguments_of(role)
            is_any = any(p.kind is p.VAR_KEYWORD for p in allowed.values())
            if argument not in allowed and not is_any:
                raise ValueError(
                    f"Invalid parameter {name!r} for {type(self).__name__}: its "
                    f"{role} has the parameters {sorted(allowed)}."
                )
        self._set_network_parameters(own)
        return self

    def _graph_values(self):
        self._check_shared_layers()
        networks = {role: self._network(role) for role in _ROLES}
        return (
            super()._graph_values()
            | networks
            | {"output_range": "auto", "is_dense": "auto"}
        )

    def _check_shared_layers(self) -> None:
        """Raise ValueError if two built models have a layer in common."""
        if not (is_model(self.encoder) and is_model(self.decoder)):
            return
        layers = {id(layer) for layer in self.encoder._flatten_layers()}
        for layer in self.decoder._flatten_layers():
            if id(layer) in layers and layer.weights:
                raise ValueError(
                    f"encoder and decoder share the layer {layer.name!r}, but each is "
                    "copied, so that they would have weights of their own. Networks "
                    "with shared weights are not supported; Autoencoder has "
                    "tied_weights=True."
                )

    def _network(self, role: str) -> Network:
        prefix = f"{role}__"
        parameters = {
            name.removeprefix(prefix): value
            for name, value in vars(self).items()
            if name.startswith(prefix)
        }
        keeps_weights = self._keeps_weights(role)
        return as_network(getattr(self, role), parameters, role, keeps_weights)

    def _keeps_weights(self, role: str) -> bool:
        if self.pretrained in (True, False):
            built = [r for r in _ROLES if is_model(getattr(self, r))]
            if self.pretrained and not built:
                raise ValueError(
                    "pretrained=True is for built models, but encoder and decoder are "
                    "functions or classes. If one of them returns a trained model, "
                    "give its name: pretrained='encoder'."
                )
            return bool(self.pretrained) and role in built
        if role == self.pretrained and getattr(self, role) is None:
            raise ValueError(f"pretrained={role!r}, but there is no {role}.")
        return role == self.pretrained

    def __sklearn_clone__(self):
        """Clone that shares built models, which no fit changes."""
        shared = {name: v for name, v in vars(self).items() if is_model(v)}
        plain = copy.copy(self)
        vars(plain).update(dict.fromkeys(shared))
        clone = super(NetworkParameters, plain).__sklearn_clone__()
        vars(clone).update(shared)
        return clone

    def __getstate__(self):
        return {
            name: BuiltNetwork(v, keeps_weights=True) if is_model(v) else v
            for name, v in super().__getstate__().items()
        }

    def __setstate__(self, state):
        super().__setstate__(
            {
                name: v.restored(name) if isinstance(v, BuiltNetwork) else v
                for name, v in state.items()
            }
        )


def _is_prefixed(name: str) -> bool:
    return name.startswith(("encoder__", "decoder__"))
