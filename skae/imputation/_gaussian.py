"""A normal distribution of rows of which values are missing, as a part of a file."""

from skae.meta import Part
from skae.tables import NormalWithGaps


class GaussianWithGaps(Part, NormalWithGaps):
    """Mean and covariance of rows with gaps."""
