"""Estimators around an autoencoder: outliers, densities, gaps, few labels."""

from skae.meta._classifier import EncoderClassifier
from skae.meta._density import AutoencoderDensity
from skae.meta._imputer import AutoencoderImputer
from skae.meta._outliers import AutoencoderOutlierDetector
from skae.meta._prefix_search import PrefixSearchCV
from skae.meta._regressor import EncoderRegressor

__all__ = [
    "AutoencoderDensity",
    "AutoencoderImputer",
    "AutoencoderOutlierDetector",
    "EncoderClassifier",
    "EncoderRegressor",
    "PrefixSearchCV",
]
