"""Autoencoders for scikit-learn users.

Keras and TensorFlow are imported by the first fit, not by ``import skae``.
"""

from skae import datasets as datasets
from skae import metrics as metrics
from skae.autoencoders import *  # noqa: F403
from skae.base import BaseAutoencoder as BaseAutoencoder
from skae.meta import *  # noqa: F403
from skae.training import clear_cache as clear_cache

__version__ = "0.1.0"
