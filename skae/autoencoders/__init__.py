"""The families of models, one file each."""

from skae.autoencoders._conv import ConvAutoencoder as ConvAutoencoder
from skae.autoencoders._conv_denoising import (
    ConvDenoisingAutoencoder as ConvDenoisingAutoencoder,
)
from skae.autoencoders._conv_variational import (
    ConvVariationalAutoencoder as ConvVariationalAutoencoder,
)
from skae.autoencoders._denoising import DenoisingAutoencoder as DenoisingAutoencoder
from skae.autoencoders._dense import Autoencoder as Autoencoder
from skae.autoencoders._neighbors import NeighborAutoencoder as NeighborAutoencoder
from skae.autoencoders._recurrent import RecurrentAutoencoder as RecurrentAutoencoder
from skae.autoencoders._sparse import SparseAutoencoder as SparseAutoencoder
from skae.autoencoders._stacked import StackedAutoencoder as StackedAutoencoder
from skae.autoencoders._table import TableAutoencoder as TableAutoencoder
from skae.autoencoders._variational import (
    VariationalAutoencoder as VariationalAutoencoder,
)
from skae.autoencoders._variational_table import (
    VariationalTableAutoencoder as VariationalTableAutoencoder,
)
