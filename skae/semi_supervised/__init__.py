"""Semi-supervised learning: pretrained encoder, linear head and pseudo-labels."""

from skae.semi_supervised._architecture import (
    SupervisedArchitecture as SupervisedArchitecture,
)
from skae.semi_supervised._classifier import EncoderClassifier as EncoderClassifier
from skae.semi_supervised._fine_tuning import Head as Head
from skae.semi_supervised._regressor import EncoderRegressor as EncoderRegressor
