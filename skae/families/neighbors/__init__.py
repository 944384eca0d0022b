"""Autoencoders whose codes are a neighbor embedding."""

from skae.families.neighbors._architecture import DenseNeighbors as DenseNeighbors
from skae.families.neighbors._autoencoder import (
    NeighborAutoencoder as NeighborAutoencoder,
)
from skae.families.neighbors._objective import NeighborObjective as NeighborObjective
