"""Autoencoders of tables of mixed types."""

from skae.families.tables._architecture import TableArchitecture as TableArchitecture
from skae.families.tables._architecture import VariationalTable as VariationalTable
from skae.families.tables._autoencoder import TableAutoencoder as TableAutoencoder
from skae.families.tables._objective import TableObjective as TableObjective
from skae.families.tables._samples import TableSamples as TableSamples
from skae.families.tables._variational import (
    VariationalTableAutoencoder as VariationalTableAutoencoder,
)
