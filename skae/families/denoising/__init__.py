"""Denoising autoencoders, dense and convolutional."""

from skae.families.denoising._architecture import ConvDenoising as ConvDenoising
from skae.families.denoising._architecture import Denoising as Denoising
from skae.families.denoising._architecture import DenseDenoising as DenseDenoising
from skae.families.denoising._conv import (
    ConvDenoisingAutoencoder as ConvDenoisingAutoencoder,
)
from skae.families.denoising._dense import DenoisingAutoencoder as DenoisingAutoencoder
from skae.families.denoising._objective import DenoisingObjective as DenoisingObjective
