"""The families of autoencoders, a folder each."""

from skae.families.conditional import (
    ConditionalVariationalAutoencoder as ConditionalVariationalAutoencoder,
)
from skae.families.conditional import (
    ConvConditionalVariationalAutoencoder as ConvConditionalVariationalAutoencoder,
)
from skae.families.conv import ConvAutoencoder as ConvAutoencoder
from skae.families.denoising import ConvDenoisingAutoencoder as ConvDenoisingAutoencoder
from skae.families.denoising import DenoisingAutoencoder as DenoisingAutoencoder
from skae.families.dense import Autoencoder as Autoencoder
from skae.families.keras_networks import KerasAutoencoder as KerasAutoencoder
from skae.families.keras_networks import (
    KerasConditionalVariationalAutoencoder as KerasConditionalVariationalAutoencoder,
)
from skae.families.keras_networks import (
    KerasDenoisingAutoencoder as KerasDenoisingAutoencoder,
)
from skae.families.keras_networks import (
    KerasVariationalAutoencoder as KerasVariationalAutoencoder,
)
from skae.families.neighbors import NeighborAutoencoder as NeighborAutoencoder
from skae.families.recurrent import RecurrentAutoencoder as RecurrentAutoencoder
from skae.families.sparse import SparseAutoencoder as SparseAutoencoder
from skae.families.stacked import StackedAutoencoder as StackedAutoencoder
from skae.families.tables import TableAutoencoder as TableAutoencoder
from skae.families.tables import (
    VariationalTableAutoencoder as VariationalTableAutoencoder,
)
from skae.families.variational import (
    ConvVariationalAutoencoder as ConvVariationalAutoencoder,
)
from skae.families.variational import VariationalAutoencoder as VariationalAutoencoder

# A new family needs one line above.
__all__ = [name for name, value in vars().items() if isinstance(value, type)]
