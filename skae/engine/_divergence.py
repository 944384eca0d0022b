"""Training that diverged: what it leaves is not kept."""

import math
from collections.abc import Iterable

import numpy as np

# A loss so many times that of the first weights is that of no model. Likelihoods that
# learn a deviation may rise by some orders of magnitude, and come down again.
_TIMES = 1e6
# The highest learning rate that errors advise.
_ADVISED_RATE = 1e-3


def all_finite(arrays: Iterable[np.ndarray]) -> bool:
    """Whether no array holds infinity or NaN."""
    return all(np.isfinite(a).all() for a in arrays if np.asarray(a).dtype.kind == "f")


def has_diverged(loss: float, first: float) -> bool:
    """Whether a loss is not finite, or far beyond that of the first weights."""
    return not math.isfinite(loss) or loss > _TIMES * (1.0 + abs(first))


def divergence_error(what: str, rate: float) -> FloatingPointError:
    """The error that says `what` went wrong at a learning rate, and what to do."""
    return FloatingPointError(f"{what}. {_advice(rate)} Nothing of it is kept.")


def divergence_warning(what: str, rate: float, kept: str) -> str:
    """The same where the weights of an earlier epoch are kept."""
    return f"{what}: training ends, and {kept} are kept. {_advice(rate)}"


def _advice(rate: float) -> str:
    lower = min(rate / 10, _ADVISED_RATE) if math.isfinite(rate) else _ADVISED_RATE
    return (
        f"Lower learning_rate (from {rate:g} to {lower:g}, say), weaken the penalties, "
        "or scale the data and look for values far out."
    )
