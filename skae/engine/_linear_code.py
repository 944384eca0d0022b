"""Rotations of a code after training that change no reconstruction."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class LinearCode(NamedTuple):
    """The weights that make a linear code and take it, and how it may be rotated.

    Parameters
    ----------
    makers : tuple of str
        Kernels whose columns are the codes: of everything that is added up to them.

    bias : str
        The bias of the codes.

    takers : tuple of (str, str)
        Kernels with a row per code, each with the bias that takes up what the mean of
        the codes contributes.

    followers : tuple of str, default=()
        Weights whose last axis is in the order of the codes as well.

    mixes, scales, shifts, reorders : bool, default=True
        Whether codes may be mixed with each other, multiplied, centred, and put into
        another order. Their signs are always free.

    limits : mapping of str to dict, default={}
        By the name of a term of the loss, which of these are not allowed where its
        weight is not 0.
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
        """The same with the limits of the terms that have a weight."""
        found = self
        for term, limited in self.limits.items():
            if loss_weights.get(term):
                found = found._replace(**limited)
        return found
