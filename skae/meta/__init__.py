"""Estimators around an autoencoder: outlier detection, few labels."""

from skae.meta._classifier import EncoderClassifier
from skae.meta._outliers import AutoencoderOutlierDetector
from skae.meta._prefix_search import PrefixSearchCV
from skae.meta._regressor import EncoderRegressor

__all__ = [
    "AutoencoderOutlierDetector",
    "EncoderClassifier",
    "EncoderRegressor",
    "PrefixSearchCV",
]
