"""Sparse autoencoders."""

from skae.families.sparse._architecture import SparseArchitecture as SparseArchitecture
from skae.families.sparse._autoencoder import SparseAutoencoder as SparseAutoencoder
