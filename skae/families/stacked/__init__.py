"""Stacked autoencoders."""

from skae.families.stacked._architecture import (
    StackedArchitecture as StackedArchitecture,
)
from skae.families.stacked._autoencoder import StackedAutoencoder as StackedAutoencoder
