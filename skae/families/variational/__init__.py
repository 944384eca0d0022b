"""Variational autoencoders, dense and convolutional."""

from skae.families.variational._architecture import ConvVariational as ConvVariational
from skae.families.variational._architecture import DenseVariational as DenseVariational
from skae.families.variational._architecture import Variational as Variational
from skae.families.variational._conv import (
    ConvVariationalAutoencoder as ConvVariationalAutoencoder,
)
from skae.families.variational._dense import (
    VariationalAutoencoder as VariationalAutoencoder,
)
from skae.families.variational._objective import (
    VariationalObjective as VariationalObjective,
)
