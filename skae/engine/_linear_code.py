"""Rotations of a code after training that change no reconstruction."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class LinearCode(NamedTuple):
    """Weights before and after a linear code, and the transformations allowed for it.

    Parameters
    ----------
    makers : tuple of str
        Names of the kernels with a column per code dimension, whose outputs are summed
        to the codes.

    bias : str
        Name of the bias of the codes.

    takers : tuple of (str, str)
        Names of the kernels with a row per code dimension, each with the name of the
        bias that absorbs the contribution of the mean code.

    followers : tuple of str, default=()
        Names of further weights whose last axis is in the order of the codes.

    mixes, scales, shifts, reorders : bool, default=True
        Whether code dimensions may be mixed with each other, scaled, centred, and
        reordered. Their signs may always be changed.

    limits : mapping of str to dict, default={}
        By the name of a term of the loss, the values of `mixes`, `scales`, `shifts` and
        `reorders` that hold where the weight of the term is not 0.
    """

    makers: tuple[str, ...]
    bias: str
    takers: tuple[tuple[str, str], ...]
    followers: tuple[str, ...] = ()
    mixes: bool = True
    scales: bool = True
    shifts: bool = True
    reorders: bool = True
    limits: Mapping[str, Mapping[str, bool]] = MappingProxyType({})

    def under(self, loss_weights: Mapping[str, float]) -> "LinearCode":
        """Copy with the limits of the terms whose weight is not 0."""
        found = self
        for term, limited in self.limits.items():
            if loss_weights.get(term):
                found = found._replace(**limited)
        return found
