"""Nearest neighbors of rows, a map that keeps them, and rows mixed with them."""

from skae.neighbors._map import neighbor_map as neighbor_map
from skae.neighbors._mixed_rows import MixedRows as MixedRows
from skae.neighbors._mixed_rows import Mixture as Mixture
from skae.neighbors._search import Neighborhood as Neighborhood
