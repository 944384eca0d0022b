"""Conversion of the scikit-learn estimators that ours contain to dictionaries."""

from typing import Any

from sklearn.mixture import GaussianMixture

# Their fitted attributes are numbers and arrays only.
KNOWN = {GaussianMixture: "GaussianMixture"}


def describe(estimator) -> dict[str, Any]:
    """Return name, parameters and fitted attributes."""
    parameters = estimator.get_params(deep=False)
    # The state of the generator after the fit is not needed.
    parameters["random_state"] = None
    fitted = {k: v for k, v in vars(estimator).items() if k not in parameters}
    return {"name": KNOWN[type(estimator)], "parameters": parameters, "fitted": fitted}


def rebuild(description: Any):
    """Return the estimator; raise ValueError for an invalid description."""
    classes = {name: cls for cls, name in KNOWN.items()}
    try:
        name, parameters, fitted = (
            description[key] for key in ("name", "parameters", "fitted")
        )
        estimator = classes[name](**parameters)
        estimator._validate_params()
        fitted_names = {key.endswith("_") and not key.startswith("_") for key in fitted}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("an invalid estimator of scikit-learn") from error
    if fitted_names - {True}:
        raise ValueError(f"attributes that a {name} does not have")
    vars(estimator).update(fitted)
    return estimator
