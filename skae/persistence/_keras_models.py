"""Keras models of users, which are parameters of estimators."""

from typing import Any

from skae.families.keras_networks import BuiltNetwork
from skae.persistence._checks import check_network
from skae.persistence._values import CannotSave


def describe(model) -> BuiltNetwork:
    """A copy of a model that a file can hold; raise CannotSave for others."""
    try:
        network = BuiltNetwork(model, keeps_weights=True)
    except (TypeError, ValueError) as error:
        raise CannotSave(f"a model ({error})") from error
    return network


def rebuild(network: Any) -> Any:
    """The model; raise ValueError for invalid descriptions."""
    if not isinstance(network, BuiltNetwork):
        raise ValueError("a model without a description")
    check_network(network)
    return network.restored("model")
