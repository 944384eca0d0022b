"""Estimators around an autoencoder: outlier detection, few labels."""

from skae.meta._few_labels import EncoderClassifier, EncoderRegressor
from skae.meta._outliers import AutoencoderOutlierDetector

__all__ = ["AutoencoderOutlierDetector", "EncoderClassifier", "EncoderRegressor"]
