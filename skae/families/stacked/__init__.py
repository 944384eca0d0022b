"""Stacked autoencoders."""

from skae.families.stacked._autoencoder import (
    StackedArchitecture as StackedArchitecture,
)
from skae.families.stacked._autoencoder import StackedAutoencoder as StackedAutoencoder
