"""Models in files of earlier versions, with the parameters of today."""

from math import ldexp
from numbers import Real
from typing import Any

from skae.base import BaseAutoencoder
from skae.engine import Architecture
from skae.fitting import TrainedModel
from skae.persistence._checks import check_model


def bring_up_to_date(estimator: BaseAutoencoder, parameters: dict[str, Any]) -> None:
    """Give a model of an earlier version the parameters that were added since.

    Their values are the defaults of the architecture class, with which the network is
    the saved one, not those of the constructor.
    """
    model, kind = vars(estimator).get("_model"), estimator._architecture
    if not isinstance(model, TrainedModel):
        return
    old = model.architecture = _with_levels_as_given(estimator, model.architecture)
    new = {
        name: getattr(kind, name)
        for name in estimator._graph_parameters()
        if name not in parameters and name not in old.values and hasattr(kind, name)
    }
    for name, value in new.items():
        setattr(estimator, name, value)
    if isinstance(old, kind) and not new:
        return
    if issubclass(kind, type(old)):  # a family that has grown
        model.architecture = kind(**{**new, **old.values})
        check_model(model)


def _with_levels_as_given(
    estimator: BaseAutoencoder, old: Architecture
) -> Architecture:
    """Architecture with the levels of noise as given, and the unit of the rows.

    In earlier files the levels are floats, in the unit of the rows.
    """
    if "unit_exponent" in old.values:
        return old
    exponent = getattr(vars(estimator).get("_layout"), "exponent", 0)
    found = {"unit_exponent": exponent} if exponent else {}
    levels = ["input_noise"]
    if getattr(estimator, "noise", None) == "gaussian":
        levels.append("noise_level")
    for name in levels:
        given = getattr(estimator, name, None)
        if isinstance(given, Real) and old.values.get(name) == ldexp(given, -exponent):
            found[name] = given
    return old.replace(**found) if found else old
