"""Architectures: what determines a network, and how it encodes and decodes.

An `Architecture` builds the graph; an estimator makes one for each fit. Backbones say
what a network is made of (dense, convolutional, recurrent), objectives what it is
trained for (denoising, variational); a family is made of both.
"""

from skae.architectures._architecture import MANY_ROWS as MANY_ROWS
from skae.architectures._architecture import Architecture as Architecture
from skae.architectures._architecture import Field as Field
from skae.architectures._architecture import Update as Update
from skae.architectures._auto_sizes import FEW_VALUES as FEW_VALUES
from skae.architectures._auto_sizes import NARROW_SIZES as NARROW_SIZES
from skae.architectures._auto_sizes import auto_encoding_dim as auto_encoding_dim
from skae.architectures._auto_sizes import resolve_auto as resolve_auto
from skae.architectures._checks import is_auto as is_auto
from skae.architectures._conv import ConvArchitecture as ConvArchitecture
from skae.architectures._denoising import ConvDenoising as ConvDenoising
from skae.architectures._denoising import DenseDenoising as DenseDenoising
from skae.architectures._dense import DenseArchitecture as DenseArchitecture
from skae.architectures._freeze import freeze as freeze
from skae.architectures._linear_code import LinearCode as LinearCode
from skae.architectures._linear_path import (
    LinearPathArchitecture as LinearPathArchitecture,
)
from skae.architectures._linear_path import LinearPathConv as LinearPathConv
from skae.architectures._neighbors import DenseNeighbors as DenseNeighbors
from skae.architectures._recurrent import LinearPathRecurrent as LinearPathRecurrent
from skae.architectures._recurrent import (
    RecurrentArchitecture as RecurrentArchitecture,
)
from skae.architectures._sparse import SparseArchitecture as SparseArchitecture
from skae.architectures._stacked import StackedArchitecture as StackedArchitecture
from skae.architectures._supervised import (
    SupervisedArchitecture as SupervisedArchitecture,
)
from skae.architectures._tables import TableArchitecture as TableArchitecture
from skae.architectures._tables import VariationalTable as VariationalTable
from skae.architectures._variational import ConvVariational as ConvVariational
from skae.architectures._variational import DenseVariational as DenseVariational
