"""Outlier and novelty detection."""

from skae.outliers._detector import (
    AutoencoderOutlierDetector as AutoencoderOutlierDetector,
)
