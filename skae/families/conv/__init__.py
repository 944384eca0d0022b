"""Convolutional autoencoders."""

from skae.families.conv._architecture import ConvArchitecture as ConvArchitecture
from skae.families.conv._architecture import LinearPathConv as LinearPathConv
from skae.families.conv._autoencoder import ConvAutoencoder as ConvAutoencoder
