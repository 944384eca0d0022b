"""A normal distribution of rows of which values are missing, as a part of a file."""

from skae.data._normal_with_gaps import NormalWithGaps
from skae.meta._inner import Part


class GaussianWithGaps(Part, NormalWithGaps):
    """Mean and covariance of rows with gaps."""
