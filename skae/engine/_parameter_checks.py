"""Checks of parameters that are common to several architectures."""

from numbers import Integral
from operator import index

from skae._keras import keras


def check_activations(**activations) -> None:
    """Raise ValueError for an activation that is unknown to Keras."""
    for name, value in activations.items():
        try:
            keras.activations.get(value)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{name}={value!r} is unknown to Keras. Give a name such as 'relu', "
                "'elu', 'tanh', 'sigmoid' or 'linear', or a function of a tensor."
            ) from error


def as_sizes(value) -> list[int]:
    """One size or a sequence of sizes as a list; TypeError for non-integers."""
    sizes = [value] if isinstance(value, Integral) else value
    # Keras rejects NumPy integers, which a search over np.arange() passes.
    return [index(size) for size in sizes]


def check_sizes(name: str, value, advice: str, least: int = 0) -> None:
    """Raise ValueError unless `value` is one or at least `least` positive integers."""
    try:
        sizes = as_sizes(value)
        good = len(sizes) >= least and all(size > 0 for size in sizes)
    except TypeError:
        good = False
    if not good:
        raise ValueError(
            f"{name} must be a sequence of positive integers, {advice}; got {value!r}."
        )


def is_auto(value) -> bool:
    """Whether a parameter is "auto"; works for arrays as well."""
    return isinstance(value, str) and value == "auto"
