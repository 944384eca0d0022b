"""Objectives: what a network is trained for, with any backbone."""

from skae.objectives._denoising import DenoisingObjective as DenoisingObjective
from skae.objectives._neighbors import NeighborObjective as NeighborObjective
from skae.objectives._table_samples import TableSamples as TableSamples
from skae.objectives._tables import TableObjective as TableObjective
from skae.objectives._variational import VariationalObjective as VariationalObjective
