"""Detection of training that diverged, and the messages about it."""

import math
from collections.abc import Iterable

import numpy as np

# Training has diverged when the loss exceeds that of the first weights by this factor.
# Likelihoods that learn a standard deviation may rise by some orders of magnitude and
# decrease again.
_TIMES = 1e6
# The highest learning rate that error messages recommend.
_ADVISED_RATE = 1e-3


def all_finite(arrays: Iterable[np.ndarray]) -> bool:
    """Whether all floating-point arrays are free of infinity and NaN."""
    return all(np.isfinite(a).all() for a in arrays if np.asarray(a).dtype.kind == "f")


def has_diverged(loss: float, first: float) -> bool:
    """Whether a loss is not finite, or much larger than that of the first weights."""
    return not math.isfinite(loss) or loss > _TIMES * (1.0 + abs(first))


def divergence_error(what: str, rate: float) -> FloatingPointError:
    """Error with a description of the failure and advice on the learning rate."""
    return FloatingPointError(f"{what}. {_advice(rate)} Nothing of it is kept.")


def divergence_warning(what: str, rate: float, kept: str) -> str:
    """Message of the warning for a fit that keeps the weights of an earlier epoch."""
    return f"{what}: training ends, and {kept} are kept. {_advice(rate)}"


def _advice(rate: float) -> str:
    lower = min(rate / 10, _ADVISED_RATE) if math.isfinite(rate) else _ADVISED_RATE
    return (
        f"Lower learning_rate (from {rate:g} to {lower:g}, say), weaken the penalties, "
        "or scale the data and look for values far out."
    )
