"""Checks that weights are those of a network."""

from collections.abc import Iterable, Mapping

import numpy as np


def check_all_there(names: Iterable[str], weights: Mapping[str, np.ndarray]) -> None:
    """Raise ValueError, with the name of a missing weight, unless all are there."""
    missing = sorted(set(names) - weights.keys())
    if missing:
        raise ValueError(
            f"The weights {missing[0]!r} are not among those of the fit, "
            f"{sorted(weights)}: the network was built in another way than then."
        )
