"""What may be done to a code after training, without changing a reconstruction."""

from typing import NamedTuple


class LinearCode(NamedTuple):
    """The weights that make a linear code and take it, and how it may be turned.

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
    """

    makers: tuple[str, ...]
    bias: str
    takers: tuple[tuple[str, str], ...]
    followers: tuple[str, ...] = ()
    mixes: bool = True
    scales: bool = True
    shifts: bool = True
    reorders: bool = True
