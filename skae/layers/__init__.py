"""Keras layers that the networks need and Keras does not have.

The first use of a layer imports Keras; importing this package does not.
"""

from skae._lazy import lazy_getattr

_LATE = {
    "Corruption": "_corruption",
    "GaussianNegativeLogLikelihood": "_gaussian",
    "Function": "_function",
    "KeepLargest": "_largest",
    "NestedDropout": "_nested",
    "FillPadding": "_padding",
    "MaskPadding": "_padding",
    "Present": "_padding",
    "Sampling": "_gaussian",
    "Standardize": "_scaling",
    "Unstandardize": "_scaling",
    "TiedDense": "_tied",
    "UpsampleConv2D": "_upsample_conv",
}
__all__ = [*_LATE]
__getattr__ = lazy_getattr(__name__, _LATE)


def __dir__() -> list[str]:
    """Names of the layers, which are not imported yet."""
    return __all__
