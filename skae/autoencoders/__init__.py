"""The estimators."""

from skae.autoencoders._dense import Autoencoder as Autoencoder
