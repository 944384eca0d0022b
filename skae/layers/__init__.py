"""Keras layers that the networks need and Keras does not have.

Importing this package imports Keras; `import skae` does not import it.
"""

from skae.layers._scaling import Standardize as Standardize
from skae.layers._scaling import Unstandardize as Unstandardize
from skae.layers._tied import TiedDense as TiedDense
