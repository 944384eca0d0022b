"""Keras layers that the networks need and Keras does not have.

Importing this package imports Keras; `import skae` does not import it.
"""

from skae.layers._corruption import Corruption as Corruption
from skae.layers._gaussian import (
    GaussianNegativeLogLikelihood as GaussianNegativeLogLikelihood,
)
from skae.layers._largest import KeepLargest as KeepLargest
from skae.layers._nested import NestedDropout as NestedDropout
from skae.layers._padding import FillPadding as FillPadding
from skae.layers._padding import MaskPadding as MaskPadding
from skae.layers._padding import Present as Present
from skae.layers._sampling import Sampling as Sampling
from skae.layers._scaling import Standardize as Standardize
from skae.layers._scaling import Unstandardize as Unstandardize
from skae.layers._tables import LevelProbabilities as LevelProbabilities
from skae.layers._tables import TableError as TableError
from skae.layers._tables import TableNegativeLogLikelihood as TableNegativeLogLikelihood
from skae.layers._tables import TableNoise as TableNoise
from skae.layers._tables import TableToVector as TableToVector
from skae.layers._tied import TiedDense as TiedDense
from skae.layers._upsample_conv import UpsampleConv2D as UpsampleConv2D
