"""Nearest neighbours of rows, neighbour embedding, and mixup of neighbours."""

from skae.neighbors._map import neighbor_map as neighbor_map
from skae.neighbors._mixup import Mixup as Mixup
from skae.neighbors._mixup import MixupRows as MixupRows
from skae.neighbors._search import Neighborhood as Neighborhood
