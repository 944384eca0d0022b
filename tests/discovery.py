"""Every public estimator, found and not listed: a new family needs no edit here."""

import inspect

import skae
from skae import BaseAutoencoder


def autoencoder_classes():
    """Public, concrete autoencoders."""
    return [
        cls
        for _, cls in sorted(vars(skae).items())
        if inspect.isclass(cls)
        and issubclass(cls, BaseAutoencoder)
        and not inspect.isabstract(cls)
    ]


def make(cls, **parameters):
    """An instance that trains in a blink and repeats."""
    return cls(**{"random_state": 0, **cls._test_params(), **parameters})


def whole_epochs(cls, n):
    """The parameter that trains the whole network for `n` epochs."""
    stacked = "fine_tune_epochs" in inspect.signature(cls).parameters
    return {"fine_tune_epochs" if stacked else "epochs": n}


def outputs(estimator, X):
    """What the estimator is there for."""
    for name in ("transform", "decision_function", "predict_proba", "predict"):
        if hasattr(estimator, name):
            return getattr(estimator, name)(X)
    raise AssertionError(f"{estimator} says nothing")
