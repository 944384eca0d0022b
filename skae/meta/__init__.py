"""Base class of meta-estimators around an autoencoder."""

from skae._moved import former
from skae.meta._base import AutoencoderMetaEstimator as AutoencoderMetaEstimator
from skae.meta._base import codes_of as codes_of
from skae.meta._base import generator as generator
from skae.meta._base import restores_on_error as restores_on_error

__getattr__ = former(__name__)
