"""The few estimators of scikit-learn that ours keep, as dictionaries and back."""

from typing import Any

from sklearn.mixture import GaussianMixture

# Their fitted attributes are numbers and arrays, and nothing else.
KNOWN = {GaussianMixture: "GaussianMixture"}


def describe(estimator) -> dict[str, Any]:
    """Name, parameters and fitted attributes."""
    parameters = estimator.get_params(deep=False)
    # A fit is over: the numbers that it would draw next are nobody's business.
    parameters["random_state"] = None
    fitted = {k: v for k, v in vars(estimator).items() if k not in parameters}
    return {"name": KNOWN[type(estimator)], "parameters": parameters, "fitted": fitted}


def rebuild(description: Any):
    """The estimator; ValueError for a description of none."""
    classes = {name: cls for cls, name in KNOWN.items()}
    try:
        name, parameters, fitted = (
            description[key] for key in ("name", "parameters", "fitted")
        )
        estimator = classes[name](**parameters)
        estimator._validate_params()
        fitted_names = {key.endswith("_") and not key.startswith("_") for key in fitted}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("an estimator of scikit-learn that is none") from error
    if fitted_names - {True}:
        raise ValueError(f"attributes that a {name} does not have")
    vars(estimator).update(fitted)
    return estimator
